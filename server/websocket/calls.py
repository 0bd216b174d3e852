"""A text frame as the calls that it makes, plain or JSON-RPC 2.0, and the answers to them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeGuard, cast

import orjson

from server.websocket.failures import RPC_NUMBERS, Refused
from server.websocket.messages import Message, Ping, message_from

CallId = str | int | float | None


@dataclass(frozen=True, slots=True)
class Call:
    """One message, or why it is none, and how it wants to be answered."""

    content: Message | Refused
    #: The client's own, repeated by the answer.
    id: CallId = None
    is_rpc: bool = False
    #: JSON-RPC's notifications want no answer, not even when they fail.
    is_notification: bool = False


@dataclass(frozen=True, slots=True)
class Frame:
    """What one text frame asks for."""

    calls: list[Call]
    #: All answers come in one frame.
    is_batch: bool = False


def read_frame(text: str) -> Frame:
    """The calls of a text frame. Never fails: what cannot be read is a call with the reason."""
    try:
        data: Any = orjson.loads(text)
    except orjson.JSONDecodeError:
        return refused_frame(text, Refused("invalid_json", "This frame is no valid JSON. Mend it."))
    match data:
        case []:
            problem = Refused("invalid_request", "This batch is empty. Send a request in it.")
            return Frame([Call(problem, is_rpc=True)])
        case list():
            return Frame([_rpc_call(item) for item in cast(list[Any], data)], is_batch=True)
        case dict():
            fields = cast(dict[str, Any], data)
            return Frame([_rpc_call(fields) if "jsonrpc" in fields else _plain_call(fields)])
        case _:
            problem = Refused("invalid_request", "Send a JSON object with a `type`.")
            return Frame([Call(problem)])


def refused_frame(text: str, problem: Refused) -> Frame:
    """A frame that was not read; it is answered in the language that it seems to speak."""
    return Frame([Call(problem, is_rpc='"jsonrpc"' in text)])


def answer(call: Call, result: Mapping[str, Any]) -> dict[str, Any]:
    """It was done, and this came of it."""
    if call.is_rpc:
        return {"jsonrpc": "2.0", "id": call.id, "result": dict(result)}
    if isinstance(call.content, Ping):
        return {"type": "pong", "id": call.id, **result}
    assert not isinstance(call.content, Refused)
    return {"type": "ack", "id": call.id, "of": call.content.type, **result}


def failure(call: Call, problem: Refused) -> dict[str, Any]:
    """It was not done, and why."""
    if call.is_rpc:
        error = {
            "code": RPC_NUMBERS[problem.code],
            "message": problem.sentence,
            "data": {"code": problem.code},
        }
        return {"jsonrpc": "2.0", "id": call.id, "error": error}
    return {"type": "error", "id": call.id, "code": problem.code, "message": problem.sentence}


def _plain_call(fields: dict[str, Any]) -> Call:
    given = fields.get("id")
    if not _is_id(given):
        problem = Refused("invalid_message", "id: Send a text or a number, or none.")
        return Call(problem)
    return Call(_content(fields), given)


def _rpc_call(item: Any) -> Call:
    if not isinstance(item, dict):
        problem = Refused("invalid_request", "A JSON-RPC request is an object.")
        return Call(problem, is_rpc=True)
    fields = cast(dict[str, Any], item)
    given = fields.get("id")
    call_id = given if _is_id(given) else None
    if problem := _rpc_problem(fields):
        return Call(problem, call_id, is_rpc=True)
    is_notification = "id" not in fields
    params = fields.get("params", {})
    if isinstance(params, dict):
        content = _content({**cast(dict[str, Any], params), "type": fields["method"]})
    else:
        content = Refused("invalid_message", "params: Send them by name, as an object.")
    return Call(content, call_id, is_rpc=True, is_notification=is_notification)


def _rpc_problem(fields: Mapping[str, Any]) -> Refused | None:
    if fields.get("jsonrpc") != "2.0":
        return Refused("invalid_request", 'A JSON-RPC request says `"jsonrpc": "2.0"`.')
    if not isinstance(fields.get("method"), str):
        return Refused("invalid_request", "A JSON-RPC request names its `method`.")
    if not _is_id(fields.get("id")):
        return Refused("invalid_request", "The `id` of a JSON-RPC request is a text or a number.")
    if not isinstance(fields.get("params", {}), dict | list):
        return Refused("invalid_request", "The `params` of a JSON-RPC request are an object.")
    return None


def _content(fields: Mapping[str, Any]) -> Message | Refused:
    try:
        return message_from(fields)
    except Refused as problem:
        return problem


def _is_id(value: Any) -> TypeGuard[CallId]:
    return value is None or (isinstance(value, str | int | float) and not isinstance(value, bool))
