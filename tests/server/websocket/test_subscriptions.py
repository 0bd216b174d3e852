"""Following threads for one peer: bounded, exact, and at nobody else's cost."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import orjson
import pytest

from domain.identity import LOCAL_USER
from server.websocket.failures import Refused
from server.websocket.outbox import Outbox
from server.websocket.subscriptions import MOST, Subscriptions
from storage.threads import delete_thread
from storage.writes import Write
from tests.server.feed_world import DEADLINE_S, World, running_world
from tests.storage.owner import as_owner
from tests.storage.pens import pen_of_new_thread


class Wire(Outbox):
    """An outbox that a test takes frames from, as a peer does."""

    async def take(self, count: int) -> list[dict]:
        async with asyncio.timeout(DEADLINE_S):
            return [orjson.loads(await self._frames.get()) for _ in range(count)]

    async def is_full(self) -> None:
        async with asyncio.timeout(DEADLINE_S):
            while True:
                if self._frames.full():
                    return
                await asyncio.sleep(0)


@pytest.fixture
async def world(database_url: str) -> AsyncIterator[World]:
    async with running_world(database_url) as running:
        yield running


async def test_a_slow_peer_holds_a_bounded_number_of_frames_and_misses_none(world: World) -> None:
    pen = await pen_of_new_thread(world.database)
    slow, fast = Wire(), Wire()
    async with asyncio.TaskGroup() as tasks:
        readers = [Subscriptions(tasks, world.feed, wire) for wire in (slow, fast)]
        for reader in readers:
            reader.start(pen.thread_id, 0)
        for _ in range(5):
            await world.write(pen, 600)
            # The other is as quick as ever.
            await fast.take(600)
        await slow.is_full()
        pages = world.events.pages
        await world.write(pen, 1)
        await fast.take(1)
        assert world.events.pages == pages, "the slow one still reads"
        got = await slow.take(3001)
        assert [event["seq"] for event in got] == list(range(1, 3002))
        for reader in readers:
            await reader.stop_all()
    assert world.feed.followed == 0


async def test_parts_for_other_clients_are_left_out(world: World) -> None:
    pen = await pen_of_new_thread(world.database)
    wire = Wire()
    async with asyncio.TaskGroup() as tasks:
        reader = Subscriptions(tasks, world.feed, wire)
        reader.start(pen.thread_id, 0)
        types = ("values", "agent_thinking", "updates", "end")
        rows = [(name, f'{{"type":"{name}"}}') for name in types]
        await world.own.put(Write(pen, events=rows))
        assert [event["seq"] for event in await wire.take(2)] == [2, 4]
        await reader.stop_all()


async def test_after_a_stop_nothing_more_is_put(world: World) -> None:
    pen = await pen_of_new_thread(world.database)
    wire = Wire()
    async with asyncio.TaskGroup() as tasks:
        reader = Subscriptions(tasks, world.feed, wire)
        reader.start(pen.thread_id, 0)
        await world.write(pen, 1)
        await wire.take(1)
        assert await reader.stop(pen.thread_id)
        assert pen.thread_id not in reader
        assert not await reader.stop(pen.thread_id)
        await world.write(pen, 1)
        # Read again from there it is the next one, and no other came before it.
        reader.start(pen.thread_id, 1)
        assert [event["seq"] for event in await wire.take(1)] == [2]
        await reader.stop_all()


async def test_a_second_start_changes_nothing(world: World) -> None:
    pen = await pen_of_new_thread(world.database)
    wire = Wire()
    async with asyncio.TaskGroup() as tasks:
        reader = Subscriptions(tasks, world.feed, wire)
        reader.start(pen.thread_id, 0)
        reader.start(pen.thread_id, 0)
        await world.write(pen, 3)
        assert [event["seq"] for event in await wire.take(3)] == [1, 2, 3]
        assert world.feed.followed == 1
        await reader.stop_all()


async def test_a_deleted_thread_says_so_and_makes_room(world: World) -> None:
    pen = await pen_of_new_thread(world.database)
    wire = Wire()
    async with asyncio.TaskGroup() as tasks:
        reader = Subscriptions(tasks, world.feed, wire)
        reader.start(pen.thread_id, 0)
        await world.write(pen, 1)
        await wire.take(1)
        async with as_owner(world.database) as connection:
            await delete_thread(connection, LOCAL_USER, pen.thread_id)
        assert await wire.take(1) == [{"type": "unsubscribed", "thread_id": str(pen.thread_id)}]
        assert pen.thread_id not in reader
    assert world.feed.followed == 0


async def test_a_database_that_was_away_is_read_on_from_the_cursor(world: World) -> None:
    pen = await pen_of_new_thread(world.database)
    wire = Wire()
    async with asyncio.TaskGroup() as tasks:
        reader = Subscriptions(tasks, world.feed, wire)
        reader.start(pen.thread_id, 0)
        await world.write(pen, 600)
        await wire.is_full()
        # What follows must be read from the log again, over connections that are cut.
        await world.write(pen, 600)
        await _cut_pools(world)
        assert [event["seq"] for event in await wire.take(1200)] == list(range(1, 1201))
        await reader.stop_all()


async def _cut_pools(world: World) -> None:
    async with world.database.runs.connection() as connection:
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'goldenpath api' AND datname = current_database()"
        )


async def test_one_connection_follows_so_many_threads(world: World) -> None:
    async with asyncio.TaskGroup() as tasks:
        reader = Subscriptions(tasks, world.feed, Wire())
        first = uuid4()
        for thread_id in (first, *(uuid4() for _ in range(MOST - 1))):
            reader.require_room(thread_id)
            reader.start(thread_id, 0)
        with pytest.raises(Refused, match="Unsubscribe"):
            reader.require_room(uuid4())
        reader.require_room(first)
        await reader.stop_all()
    assert world.feed.followed == 0
