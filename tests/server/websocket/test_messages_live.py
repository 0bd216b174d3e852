"""What a real connection answers to messages good and bad: it names the problem and stays."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest

from server.services import Services
from tests.server.websocket.live import Live, live_server
from tests.server.websocket.peers import Peer, joined, opened

NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.fixture(scope="module")
async def live(shared_services: Services) -> AsyncIterator[Live]:
    async with live_server(shared_services) as server:
        yield server


@pytest.fixture
async def peer(live: Live) -> AsyncIterator[Peer]:
    async with joined(live.url) as connection:
        yield connection


async def stays(peer: Peer) -> None:
    """It still answers, and has nothing else to say."""
    assert (await peer.ask("ping"))["type"] == "pong"
    assert len(peer.got) == 1


async def test_the_first_frame_says_who_and_when(live: Live) -> None:
    async with opened(live.url) as peer:
        # Sent before the connection is ready, it waits until it is.
        await peer.send("ping", id="early")
        ready = await peer.next()
        assert ready.keys() == {"type", "user_id", "connection_id", "server_time"}
        assert (ready["type"], ready["user_id"]) == ("connection_ready", "local")
        assert UUID(ready["connection_id"])
        assert ready["server_time"].endswith("Z")
        assert (await peer.next())["id"] == "early"


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ("{oops", "invalid_json"),
        ('{"type": "dance"}', "unknown_type"),
        ('{"type": "ping", "user_id": "somebody"}', "user_mismatch"),
        ('{"type": "user_message"}', "invalid_message"),
        (b'{"type": "ping"}', "binary_frame"),
        ('{"type": "ping", "x": "' + "x" * 8192 + '"}', "too_large"),
        # Counted in bytes, not in characters.
        ('{"type": "ping", "x": "' + "é" * 4096 + '"}', "too_large"),
        (f'{{"type": "cancel", "run_id": "{NOBODY}"}}', "not_found"),
        (f'{{"type": "resume", "run_id": "{NOBODY}", "value": 1}}', "not_found"),
        (f'{{"type": "subscribe", "thread_id": "{NOBODY}"}}', "not_found"),
        (f'{{"type": "subscribe", "thread_id": "{NOBODY}", "after": 0}}', "not_found"),
        (f'{{"type": "user_message", "text": "Hi", "thread_id": "{NOBODY}"}}', "not_found"),
        ('{"type": "start_agent", "agent": "nobody"}', "not_found"),
    ],
)
async def test_a_bad_message_is_an_error_and_the_connection_stays(
    peer: Peer, frame: str | bytes, code: str
) -> None:
    await peer.connection.send(frame)
    error = await peer.next()
    assert (error["type"], error["code"]) == ("error", code)
    assert error["message"].endswith((".", "?"))
    peer.got.clear()
    await stays(peer)


async def test_a_message_of_exactly_the_limit_is_read(peer: Peer) -> None:
    start = '{"type": "ping", "id": 1, "x": "'
    await peer.connection.send(start + "x" * (8192 - len(start) - 2) + '"}')
    assert (await peer.next())["type"] == "pong"


async def test_a_frame_far_above_the_limit_closes_the_connection(peer: Peer) -> None:
    await peer.connection.send("x" * 8192 * 16)
    assert (await peer.next())["code"] == "too_large"
    await peer.connection.send("x" * (8192 * 16 + 1))
    code, _ = await peer.closed()
    assert code == 1009


async def test_the_limit_is_a_setting(shared_services: Services) -> None:
    async with live_server(shared_services, ws_frame_bytes=300) as live, joined(live.url) as peer:
        await peer.send("ping", x="x" * 300)
        error = await peer.next()
        assert error["code"] == "too_large"
        assert "300 bytes" in error["message"]
        assert "GOLDENPATH_WS_FRAME_BYTES" in error["message"]


async def test_a_message_may_name_its_user(peer: Peer) -> None:
    assert (await peer.ask("ping", user_id="local"))["type"] == "pong"


async def test_who_sends_too_fast_is_told_so(shared_services: Services) -> None:
    async with live_server(shared_services, ws_messages_per_s=1) as live, joined(live.url) as peer:
        for number in range(8):
            await peer.send("ping", id=number)
        answers = [await peer.next() for _ in range(8)]
        assert [answer["id"] for answer in answers] == list(range(8))
        assert [answer["type"] for answer in answers[:5]] == ["pong"] * 5
        assert answers[-1]["code"] == "rate_limited"


def rpc(call_id: Any, method: str, **params: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": call_id, "method": method, "params": params}


async def test_json_rpc_calls_the_same_methods(peer: Peer) -> None:
    await peer.send_json(rpc(1, "user_message", text="Hello"))
    started = await peer.next()
    assert (started["jsonrpc"], started["id"]) == ("2.0", 1)
    run_id, thread_id = started["result"]["run_id"], started["result"]["thread_id"]
    events = await peer.until_end(run_id)
    # Events are no responses: they are the same frames for everyone.
    assert events[0]["type"] == "agent_started"
    await peer.send_json(rpc("x", "cancel", run_id=run_id))
    refused = await peer.until(id="x")
    assert refused["error"]["data"] == {"code": "conflict"}
    await peer.send_json(rpc(2, "unsubscribe", thread_id=thread_id))
    assert (await peer.until(id=2))["result"] == {"thread_id": thread_id, "was_subscribed": True}


async def test_a_batch_is_answered_in_one_frame_without_its_notifications(peer: Peer) -> None:
    notification = {"jsonrpc": "2.0", "method": "nonsense"}
    await peer.send_json([rpc(1, "ping"), notification, rpc(2, "nonsense"), 5])
    first, second, third = await peer.next()
    assert set(first["result"]) == {"server_time"}
    assert (second["id"], second["error"]["code"]) == (2, -32601)
    assert (third["id"], third["error"]["code"]) == (None, -32600)
    # Nothing but notifications is answered by nothing.
    await peer.send_json([notification])
    await peer.send_json(notification)
    peer.got.clear()
    await stays(peer)


async def test_broken_json_rpc_is_answered_as_such(peer: Peer) -> None:
    await peer.connection.send('{"jsonrpc": "2.0", "method": "ping", "id": 1')
    assert (await peer.next())["error"]["code"] == -32700


async def test_text_that_is_no_utf8_closes_the_connection(peer: Peer) -> None:
    # By RFC 6455; the server's library does so.
    await peer.connection.send([b"\xff\xfe"], text=True)
    code, _ = await peer.closed()
    assert code == 1007
