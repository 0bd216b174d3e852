"""The register of connections: so many a user, and all told when the process stops."""

import asyncio

from domain.identity import LOCAL_USER, UserContext
from server.websocket.connections import STOPPING, ConnectionRegistry, Farewell

OTHER = UserContext("other", "local")


class Waiting:
    """A connection that leaves as it is told."""

    def __init__(self) -> None:
        self.told = asyncio.Event()
        self.farewell: Farewell | None = None

    def leave(self, farewell: Farewell) -> None:
        self.farewell = farewell
        self.told.set()


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


async def test_closing_tells_all_and_waits_for_them() -> None:
    registry = ConnectionRegistry(per_user=2)
    connections = [Waiting() for _ in range(3)]

    async def stay(connection: Waiting) -> None:
        with registry.opened(connection):
            await connection.told.wait()

    async with asyncio.TaskGroup() as tasks:
        for connection in connections:
            tasks.create_task(stay(connection))
        await asyncio.sleep(0)
        assert registry.count == 3
        await registry.close()
        assert registry.count == 0
    late = Waiting()
    with registry.opened(late):
        assert late.farewell == STOPPING
    assert [connection.farewell for connection in connections] == [STOPPING] * 3


async def test_closing_without_connections_is_at_once() -> None:
    async with asyncio.timeout(1):
        await ConnectionRegistry(per_user=1).close()
