"""Runs over the WebSocket of a real server: started, followed, asked, come back to."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from domain.grammar import violations
from server.services import Services
from tests.server.websocket.live import Live, live_server
from tests.server.websocket.peers import Peer, joined

RUN_ACK = {"type", "id", "of", "run_id", "thread_id", "after"}


@pytest.fixture(scope="module")
async def live(shared_services: Services) -> AsyncIterator[Live]:
    async with live_server(shared_services) as server:
        yield server


@pytest.fixture
async def peer(live: Live) -> AsyncIterator[Peer]:
    async with joined(live.url) as connection:
        yield connection


async def chat(peer: Peer, text: str = "Hello", **fields: Any) -> dict[str, Any]:
    """A whole run; returns its acknowledgement."""
    started = await peer.ask("user_message", text=text, **fields)
    await peer.until_end(started["run_id"])
    return started


def numbers(peer: Peer, thread_id: str) -> list[int]:
    return [event["seq"] for event in peer.events() if event["thread_id"] == thread_id]


async def test_a_message_starts_a_run_and_its_events_follow(live: Live, peer: Peer) -> None:
    await peer.send("user_message", id="m1", text="Hello, who are you?")
    ack = await peer.next()
    assert ack.keys() == RUN_ACK
    assert (ack["type"], ack["id"], ack["of"], ack["after"]) == ("ack", "m1", "user_message", 0)
    events = await peer.until_end(ack["run_id"])
    assert violations(events) == []
    # Frame by frame the very JSON that a reader of server-sent events gets.
    async with (
        httpx.AsyncClient(base_url=live.url) as client,
        client.stream("GET", f"/threads/{ack['thread_id']}/events") as response,
    ):
        data = [text async for text in _until_end(response.aiter_lines())]
    assert data == peer.texts[-len(events) :]


async def test_any_agent_can_be_started(peer: Peer) -> None:
    values = {"messages": [{"role": "user", "content": "Hello"}]}
    started = await peer.ask("start_agent", agent="data", input=values)
    events = await peer.until_end(started["run_id"])
    assert (events[0]["agent"], started["of"]) == ("data", "start_agent")


async def test_a_conversation_goes_on_without_gap_or_repeat(peer: Peer) -> None:
    first = await chat(peer)
    thread_id = first["thread_id"]
    second = await chat(peer, thread_id=thread_id)
    assert second["after"] is None
    assert numbers(peer, thread_id) == list(range(1, peer.events()[-1]["seq"] + 1))


async def test_who_comes_later_follows_from_the_run_that_it_starts(live: Live, peer: Peer) -> None:
    thread_id = (await chat(peer))["thread_id"]
    last = peer.events()[-1]["seq"]
    async with joined(live.url) as other:
        started = await chat(other, thread_id=thread_id)
        assert started["after"] == last
        assert numbers(other, thread_id)[0] == last + 1


async def test_every_cursor_gets_exactly_the_rest(live: Live, peer: Peer) -> None:
    thread_id = (await chat(peer))["thread_id"]
    await chat(peer, thread_id=thread_id)
    log = peer.events()
    async with joined(live.url) as other:
        for after in range(len(log)):
            other.got.clear()
            # A second subscription replaces the first.
            ack = await other.ask("subscribe", thread_id=thread_id, after=after)
            assert (ack["thread_id"], ack["after"]) == (thread_id, after)
            await other.until(seq=len(log))
            assert other.events() == log[after:]
        # At the end of the log, and beyond it, there is nothing but what will come.
        for after in (len(log), len(log) + 1000):
            other.got.clear()
            await other.ask("subscribe", thread_id=thread_id, after=after)
            assert (await other.ask("ping"))["type"] == "pong"
            assert other.events() == []


async def test_a_subscriber_without_a_cursor_gets_the_last_messages(live: Live) -> None:
    async with joined(live.url) as peer:
        thread_id = (await chat(peer, "Message 0"))["thread_id"]
        for number in range(1, 14):
            await chat(peer, f"Message {number}", thread_id=thread_id)
        last = peer.events()[-1]["seq"]
    async with joined(live.url) as other:
        await other.send("subscribe", id=1, thread_id=thread_id)
        ack, init = await other.next(), await other.next()
        assert (ack["type"], ack["after"]) == ("ack", last)
        assert (init["type"], init["thread_id"]) == ("messages:init", thread_id)
        assert (init["after"], init["has_more"], init["status"]) == (last, True, "idle")
        assert len(init["messages"]) == 25
        asked = [each["content"] for each in init["messages"] if each["type"] == "human"]
        assert asked == [f"Message {number}" for number in range(2, 14)]
        # Then what happens, from there on.
        await chat(other, thread_id=thread_id)
        assert numbers(other, thread_id)[0] == last + 1


async def test_a_question_is_answered_once_by_any_tab(live: Live, peer: Peer) -> None:
    asked = await chat(peer, "Analyze my AI costs")
    run_id, thread_id = asked["run_id"], asked["thread_id"]
    [question] = [event for event in peer.events() if event["type"] == "interrupt"]
    last = peer.events()[-1]["seq"]
    async with joined(live.url) as other:
        # A tab that was not there sees the question and who asks it.
        await other.send("subscribe", thread_id=thread_id)
        init = await other.until(type="messages:init")
        assert (init["asked_by"], init["status"]) == (run_id, "interrupted")
        assert [ask["id"] for ask in init["interrupts"]] == [question["id"]]
        await other.ask("unsubscribe", thread_id=thread_id)

        bad = await other.ask("resume", run_id=run_id, value={"import_id": 5})
        assert (bad["type"], bad["code"]) == ("error", "invalid_input")
        answers = {question["id"]: {"use_sample": True, "model": "gpt-4o"}}
        ack = await other.ask("resume", run_id=run_id, answers=answers)
        assert ack.keys() == RUN_ACK
        assert (ack["thread_id"], ack["after"]) == (thread_id, last)
        late = await other.ask("resume", run_id=run_id, answers=answers)
        assert (late["type"], late["code"]) == ("error", "conflict")
        resumed = await other.until_end(ack["run_id"])
        assert (resumed[0]["seq"], resumed[-1]["status"]) == (last + 1, "success")
    assert await peer.until_end(ack["run_id"]) == resumed


async def test_after_unsubscribe_nothing_more_comes(live: Live, peer: Peer) -> None:
    thread_id = (await chat(peer))["thread_id"]
    ack = await peer.ask("unsubscribe", thread_id=thread_id)
    assert (ack["thread_id"], ack["was_subscribed"]) == (thread_id, True)
    peer.got.clear()
    async with joined(live.url) as other:
        await chat(other, thread_id=thread_id)
    assert (await peer.ask("unsubscribe", thread_id=thread_id))["was_subscribed"] is False
    assert peer.events() == []


async def test_a_deleted_thread_ends_its_subscriptions(live: Live, peer: Peer) -> None:
    thread_id = (await chat(peer))["thread_id"]
    async with httpx.AsyncClient(base_url=live.url) as client:
        (await client.delete(f"/threads/{thread_id}")).raise_for_status()
    assert await peer.until(type="unsubscribed") == {
        "type": "unsubscribed",
        "thread_id": thread_id,
    }
    assert (await peer.ask("ping"))["type"] == "pong"


async def _until_end(lines: AsyncIterator[str]) -> AsyncIterator[str]:
    async for line in lines:
        if line.startswith("data: "):
            yield line.removeprefix("data: ")
            if '"type":"end"' in line:
                return
