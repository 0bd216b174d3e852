"""Text frames as calls: plain messages, JSON-RPC 2.0, batches, and all that is neither."""

import json
from typing import Any
from uuid import UUID

import pytest

from server.websocket.calls import Call, answer, failure, read_frame
from server.websocket.failures import RPC_NUMBERS, Refused
from server.websocket.messages import Ping, Subscribe, UserMessage

THREAD = "00000000-0000-4000-8000-000000000000"


def only_call(data: Any) -> Call:
    [call] = read_frame(data if isinstance(data, str) else json.dumps(data)).calls
    return call


def problem(call: Call) -> Refused:
    assert isinstance(call.content, Refused)
    return call.content


def told(data: Any) -> dict[str, Any]:
    """What the sender of a bad frame is told."""
    call = only_call(data)
    return failure(call, problem(call))


def rpc(**fields: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", **fields}


def test_a_message_is_read_with_its_id_and_without_what_nobody_knows() -> None:
    call = only_call({"type": "user_message", "id": 7, "text": " Hello ", "colour": "green"})
    assert (call.id, call.is_rpc, call.is_notification) == (7, False, False)
    assert call.content == UserMessage(type="user_message", text="Hello")


def test_a_request_is_the_same_message() -> None:
    params = {"thread_id": THREAD, "after": 3}
    call = only_call(rpc(id="a", method="subscribe", params=params))
    assert call.content == Subscribe(type="subscribe", thread_id=UUID(THREAD), after=3)
    assert call.content == only_call({"type": "subscribe", **params}).content
    assert (call.id, call.is_rpc, call.is_notification) == ("a", True, False)


def test_a_request_without_an_id_is_a_notification() -> None:
    call = only_call(rpc(method="ping"))
    assert (call.content, call.is_notification) == (Ping(type="ping"), True)
    # An id that is null is one.
    assert not only_call(rpc(method="ping", id=None)).is_notification


def test_a_batch_is_many_calls_that_are_answered_together() -> None:
    frame = read_frame(json.dumps([rpc(id=1, method="ping"), 1, rpc(method="ping")]))
    assert frame.is_batch
    assert [call.is_notification for call in frame.calls] == [False, False, True]
    assert problem(frame.calls[1]).code == "invalid_request"


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ("{", "invalid_json"),
        ("", "invalid_json"),
        ('{"type": "ping", "x": NaN}', "invalid_json"),
        ("[" * 4000, "invalid_json"),
        (7, "invalid_request"),
        ("null", "invalid_request"),
        ({}, "invalid_request"),
        ({"type": 5}, "unknown_type"),
        ({"type": "shutdown"}, "unknown_type"),
        ({"type": ["ping"]}, "unknown_type"),
        ({"type": "ping", "id": {}}, "invalid_message"),
        ({"type": "ping", "id": True}, "invalid_message"),
        ({"type": "ping", "user_id": 5}, "invalid_message"),
        ({"type": "user_message"}, "invalid_message"),
        ({"type": "user_message", "text": " "}, "invalid_message"),
        ({"type": "user_message", "text": "Hi", "thread_id": "no"}, "invalid_message"),
        ({"type": "user_message", "text": "Hi", "multitask_strategy": "x"}, "invalid_message"),
        ({"type": "start_agent", "agent": ""}, "invalid_message"),
        ({"type": "resume", "run_id": THREAD}, "invalid_message"),
        ({"type": "resume", "run_id": THREAD, "answers": {}, "value": 1}, "invalid_message"),
        ({"type": "cancel"}, "invalid_message"),
        ({"type": "subscribe", "thread_id": THREAD, "after": -1}, "invalid_message"),
        ({"type": "subscribe", "thread_id": THREAD, "after": "7"}, "invalid_message"),
        ({"type": "subscribe", "thread_id": THREAD, "after": True}, "invalid_message"),
        ({"type": "subscribe", "thread_id": THREAD, "after": 2**63}, "invalid_message"),
        ({"type": "sign_in"}, "invalid_message"),
    ],
)
def test_what_is_no_message_is_told_so_in_a_sentence(frame: Any, code: str) -> None:
    said = told(frame)
    assert (said["type"], said["code"], set(said)) == (
        "error",
        code,
        {"type", "id", "code", "message"},
    )
    assert said["message"].endswith(".")


def test_an_error_repeats_the_id_and_not_what_was_sent() -> None:
    said = told({"type": "start_agent", "id": "x9", "agent": ["my secret"]})
    assert said["id"] == "x9"
    assert said["message"].startswith("agent: ")
    assert "my secret" not in said["message"]


@pytest.mark.parametrize(
    ("frame", "number", "call_id"),
    [
        ('{"jsonrpc": "2.0", "method"', -32700, None),
        ([], -32600, None),
        (rpc(id=1), -32600, 1),
        (rpc(id=1, method=5), -32600, 1),
        (rpc(id=1, method="ping", params="x"), -32600, 1),
        (rpc(id={}, method="ping"), -32600, None),
        ({"jsonrpc": "1.0", "id": 1, "method": "ping"}, -32600, 1),
        (rpc(id=1, method="shutdown"), -32601, 1),
        (rpc(id=1, method="cancel", params=["x"]), -32602, 1),
        (rpc(id=1, method="cancel", params={}), -32602, 1),
    ],
)
def test_json_rpc_has_its_standard_errors(frame: Any, number: int, call_id: Any) -> None:
    said = told(frame)
    assert (said["jsonrpc"], said["id"], said["error"]["code"]) == ("2.0", call_id, number)
    assert said["error"]["message"].endswith(".")
    assert RPC_NUMBERS[said["error"]["data"]["code"]] == number


def test_the_params_of_a_request_cannot_change_its_method() -> None:
    call = only_call(rpc(id=1, method="ping", params={"type": "cancel"}))
    assert call.content == Ping(type="ping")


def test_answers_take_the_form_of_the_question() -> None:
    result = {"thread_id": THREAD, "after": 3}
    plain = only_call({"type": "subscribe", "id": "a", **result})
    assert answer(plain, result) == {"type": "ack", "id": "a", "of": "subscribe", **result}
    asked = only_call(rpc(id="a", method="subscribe", params=result))
    assert answer(asked, result) == {"jsonrpc": "2.0", "id": "a", "result": result}
    ping = only_call({"type": "ping"})
    assert answer(ping, {"server_time": "now"}) == {
        "type": "pong",
        "id": None,
        "server_time": "now",
    }


def test_every_number_is_used_once_and_in_the_range_that_json_rpc_has_for_it() -> None:
    assert len(set(RPC_NUMBERS.values())) == len(RPC_NUMBERS)
    assert all(-32768 <= number <= -32000 for number in RPC_NUMBERS.values())
