"""The register of connections: so many a user, and a stop waits for all to be closed."""

import asyncio

from domain.identity import LOCAL_USER, UserContext
from server.websocket.connections import ConnectionRegistry

OTHER = UserContext("other", "local")


def test_a_user_has_so_many_and_a_place_is_free_again_afterwards() -> None:
    registry = ConnectionRegistry(per_user=2)
    with registry.signed_in(LOCAL_USER) as first, registry.signed_in(LOCAL_USER) as second:
        assert (first, second) == (True, True)
        with registry.signed_in(LOCAL_USER) as third, registry.signed_in(OTHER) as others:
            assert (third, others) == (False, True)
        # The one that was refused had no place to free.
        with registry.signed_in(LOCAL_USER) as fourth:
            assert not fourth
    with registry.signed_in(LOCAL_USER) as again:
        assert again


async def test_closing_waits_for_all() -> None:
    registry = ConnectionRegistry(per_user=2)
    async with asyncio.timeout(1):
        await registry.wait_until_closed()
    with registry.opened():
        waiting = asyncio.ensure_future(registry.wait_until_closed())
        with registry.opened():
            assert registry.count == 2
        await asyncio.sleep(0)
        assert not waiting.done()
    await waiting
    assert registry.count == 0
