"""Runs over the WebSocket of a real server: started, followed, asked, stopped, come back to."""

from collections.abc import AsyncIterator

import pytest

from domain.grammar import violations
from server.composition import Services
from tests.server.websocket.live import Live, live_server
from tests.server.websocket.peers import joined


@pytest.fixture
async def live(services: Services) -> AsyncIterator[Live]:
    async with live_server(services) as server:
        yield server


async def test_a_message_starts_a_run_and_its_events_follow(live: Live) -> None:
    async with joined(live.url) as peer:
        await peer.send("user_message", id="m1", text="Hello, who are you?")
        ack = await peer.next()
        assert ack.keys() == {"type", "id", "of", "run_id", "thread_id", "after"}
        assert (ack["type"], ack["id"], ack["of"], ack["after"]) == ("ack", "m1", "user_message", 0)
        events = await peer.until_end(ack["run_id"])
        assert violations(events) == []
        assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
        log = await live.services.events.after(events[0]["thread_id"], 0, 1000)
        assert len(log) == len(events)
