"""A sign-in comes back from its provider once, in time, and in the browser that began it."""

from dataclasses import replace

import pytest

from domain.errors import LinkSpent
from storage.accounts.provider_sign_ins import ComesBack, ProviderSignIns, UnderWay
from tests.storage.accounts.world import World, hashed

KEY = ComesBack(hashed("state"), hashed("browser"), "google")
SIGN_IN = UnderWay("nonce", "verifier", None, "invitation", "/app/costs")


async def test_it_comes_back_once(world: World) -> None:
    under_way = ProviderSignIns(world.database)
    await under_way.begin(KEY, SIGN_IN)
    assert await under_way.take(KEY) == SIGN_IN
    with pytest.raises(LinkSpent):
        await under_way.take(KEY)


@pytest.mark.parametrize(
    "changed",
    [
        {"state_hash": hashed("guessed")},
        {"browser_hash": hashed("another")},
        {"provider": "oidc"},
    ],
)
async def test_it_comes_back_as_it_went(world: World, changed: dict[str, str]) -> None:
    under_way = ProviderSignIns(world.database)
    await under_way.begin(KEY, SIGN_IN)
    with pytest.raises(LinkSpent):
        await under_way.take(replace(KEY, **changed))


async def test_it_comes_back_in_time(world: World) -> None:
    under_way = ProviderSignIns(world.database)
    await under_way.begin(KEY, SIGN_IN)
    await world.let_pass(hours=0.2)
    with pytest.raises(LinkSpent):
        await under_way.take(KEY)
