"""Connections of a real server: several tabs, too many, slow, dead, stopped, and none left over."""

import asyncio
import struct
from collections import Counter
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from domain.identity import LOCAL_USER
from server.services import Services
from tests.server.websocket.live import Live, eventually, live_server
from tests.server.websocket.peers import joined, opened
from tests.server.websocket.raw_peer import CLOSE, PING, raw_peer
from tests.storage.owner import as_owner

EVENTS = 300
LARGE = '{"type":"agent_thinking","text":"' + "x" * 60_000 + '"}'


@pytest.fixture(scope="module")
async def live(shared_services: Services) -> AsyncIterator[Live]:
    async with live_server(shared_services) as server:
        yield server


async def large_log(services: Services) -> str:
    """A thread of 18 MB of events, more than any socket's buffers take."""
    thread_id = uuid4()
    await services.threads.create(LOCAL_USER, thread_id, {})
    async with as_owner(services.database) as connection:
        await connection.execute(
            "INSERT INTO run_events (thread_id, seq, run_id, type, body)"
            " SELECT %s, seq, %s, 'agent_thinking', %s FROM generate_series(1, %s) AS seq",
            [thread_id, uuid4(), LARGE, EVENTS],
        )
        await connection.execute(
            "UPDATE event_heads SET last_seq = %s WHERE thread_id = %s", [EVENTS, thread_id]
        )
    return str(thread_id)


def nothing_left(live: Live) -> bool:
    return live.websockets.count == 0 and live.services.feed.followed == 0


def kinds_of_tasks() -> Counter[str]:
    """How many of each there are; the queue's library makes some of its own anew all the time."""
    return Counter(getattr(task.get_coro(), "__qualname__", "") for task in asyncio.all_tasks())


async def test_two_tabs_see_the_same_run(live: Live) -> None:
    async with joined(live.url) as first, joined(live.url) as second:
        started = await first.ask("user_message", text="Hello")
        await second.ask("subscribe", thread_id=started["thread_id"], after=0)
        seen = [await tab.until_end(started["run_id"]) for tab in (first, second)]
        assert seen[0] == seen[1]
        # A second run that one tab starts is seen by both, once.
        again = await second.ask("user_message", text="Hi", thread_id=started["thread_id"])
        assert again["after"] is None
        seen = [await tab.until_end(again["run_id"]) for tab in (first, second)]
        assert seen[0] == seen[1]
        for tab in (first, second):
            numbers = [event["seq"] for event in tab.events()]
            assert numbers == list(range(1, len(numbers) + 1))


async def test_a_user_has_so_many_connections(shared_services: Services) -> None:
    async with live_server(shared_services, ws_connections_per_user=2) as live:
        async with joined(live.url) as first, joined(live.url) as second:
            async with opened(live.url) as third:
                code, reason = await third.closed()
                assert (code, third.got) == (4429, [])
                assert reason.endswith(".")
            for tab in (first, second):
                assert (await tab.ask("ping"))["type"] == "pong"
        await eventually(lambda: live.websockets.count == 0)
        async with joined(live.url) as again:
            assert (await again.ask("ping"))["type"] == "pong"


async def test_a_hundred_connections_leave_nothing_behind(live: Live) -> None:
    async with joined(live.url) as peer:
        started = await peer.ask("user_message", text="Hello")
        await peer.until_end(started["run_id"])
    await eventually(lambda: nothing_left(live))
    before = kinds_of_tasks()

    async def visit(number: int) -> None:
        async with joined(live.url) as visitor:
            await visitor.ask("subscribe", thread_id=started["thread_id"], after=number % 4)
            await visitor.until(type="end")
            if number % 3 == 0:
                # Gone without a word.
                visitor.connection.transport.abort()

    for _ in range(10):
        async with asyncio.TaskGroup() as visitors:
            for number in range(10):
                visitors.create_task(visit(number))
    await eventually(lambda: nothing_left(live))
    await eventually(lambda: kinds_of_tasks() <= before)


async def test_a_slow_reader_holds_up_nobody_and_misses_nothing(live: Live) -> None:
    thread_id = await large_log(live.services)
    async with joined(live.url, max_queue=1) as slow, joined(live.url) as other:
        await slow.send("subscribe", thread_id=thread_id, after=0)
        await other.ask("subscribe", thread_id=thread_id, after=0)
        await other.until(seq=EVENTS)
        started = await other.ask("user_message", text="Hello")
        await other.until_end(started["run_id"])
        await slow.until(seq=EVENTS)
        assert [event["seq"] for event in slow.events()] == list(range(1, EVENTS + 1))


async def test_who_answers_no_ping_is_dropped(shared_services: Services) -> None:
    async with (
        live_server(shared_services, ws_ping_s=0.1) as live,
        joined(live.url) as alive,
        raw_peer(live.url) as dead,
    ):
        frames = [frame async for frame in dead.frames()]
        opcodes = [opcode for opcode, _ in frames]
        assert PING in opcodes
        assert (opcodes[-1], _close_code(frames[-1][1])) == (CLOSE, 1011)
        await eventually(lambda: live.websockets.count == 1)
        assert (await alive.ask("ping"))["type"] == "pong"


async def test_who_does_not_even_read_is_dropped(shared_services: Services) -> None:
    thread_id = await large_log(shared_services)
    async with live_server(shared_services, ws_ping_s=0.1) as live, raw_peer(live.url) as stuck:
        await stuck.send("subscribe", thread_id=thread_id, after=0)
        await eventually(lambda: live.services.feed.followed == 1)
        await eventually(lambda: nothing_left(live))
        assert live.server.server_state.connections == set()


async def test_a_stop_closes_with_1001_and_refuses_new_ones(shared_services: Services) -> None:
    thread_id = await large_log(shared_services)
    async with live_server(shared_services) as live:
        async with joined(live.url) as peer, raw_peer(live.url) as stuck:
            await stuck.send("subscribe", thread_id=thread_id, after=0)
            await eventually(lambda: live.services.feed.followed == 1)
            stopping = asyncio.create_task(live.stop())
            code, reason = await peer.closed()
            assert code == 1001
            assert "subscribe" in reason
            await stopping
        assert nothing_left(live)


async def test_a_run_survives_its_connection(live: Live) -> None:
    async with joined(live.url) as peer:
        started = await peer.ask("user_message", text="Hello")
        peer.connection.transport.abort()
    async with joined(live.url) as peer:
        await peer.ask("subscribe", thread_id=started["thread_id"], after=0)
        events = await peer.until_end(started["run_id"])
    assert (events[0]["seq"], events[-1]["status"]) == (1, "success")


def _close_code(payload: bytes) -> int:
    return struct.unpack("!H", payload[:2])[0]
