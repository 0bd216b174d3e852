"""Keys act as their owner, as far as their scopes go, until they end."""

import pytest

from domain.errors import NotFound, NotSignedIn
from domain.identity import ALL_SCOPES, UserContext
from storage.accounts.api_keys import NewKey
from tests.storage.accounts.world import World, hashed


def key(name: str, days: int | None = None) -> NewKey:
    return NewKey(hashed(name), f"gp_{name}", name, frozenset({"read"}), days)


async def test_a_key_is_its_owners_with_their_role_of_now(world: World) -> None:
    ann = await world.owner("ann")
    bob = await world.member(ann, "bob", "member")
    await world.keys.create(bob, key("a"))
    found = await world.keys.find(hashed("a"))
    assert (found, found.role, found.scopes) == (bob, "member", {"read"})
    await world.members.change_role(ann, bob.user_id, "viewer")
    assert (await world.keys.find(hashed("a"))).role == "viewer"
    with pytest.raises(NotSignedIn):
        await world.keys.find(hashed("b"))


async def test_a_key_ends_at_its_time(world: World) -> None:
    ann = await world.owner("ann")
    await world.keys.create(ann, key("short", days=2))
    await world.keys.create(ann, key("endless"))
    await world.let_pass(hours=47)
    await world.keys.find(hashed("short"))
    await world.let_pass(hours=2)
    with pytest.raises(NotSignedIn):
        await world.keys.find(hashed("short"))
    await world.keys.find(hashed("endless"))


async def test_a_key_is_listed_and_revoked_by_its_owner_in_its_tenant(world: World) -> None:
    ann = await world.owner("ann")
    bob = await world.member(ann, "bob", "admin")
    made = await world.keys.create(ann, NewKey(hashed("a"), "gp_a", "CI\x00", ALL_SCOPES, None))
    await world.keys.find(hashed("a"))
    (listed,) = await world.keys.list(ann)
    assert (listed.name, listed.prefix, listed.scopes) == ("CI", "gp_a", ALL_SCOPES)
    assert listed.last_used_at is not None
    elsewhere = UserContext(ann.user_id, "another tenant")
    for user in (bob, elsewhere):
        assert await world.keys.list(user) == []
        with pytest.raises(NotFound):
            await world.keys.revoke(user, made.key_id)
    await world.keys.revoke(ann, made.key_id)
    with pytest.raises(NotSignedIn):
        await world.keys.find(hashed("a"))
    assert await world.keys.list(ann) == []
