"""The wire format of OpenAI's chat completions: what a request must be, and how answers look."""

import json
import re
from collections.abc import Iterator
from typing import Any

from tests.standins.model_answers import Answer

_PARAMETERS = {
    "frequency_penalty", "logprobs", "max_completion_tokens", "max_tokens", "messages", "metadata",
    "model", "n", "parallel_tool_calls", "presence_penalty", "reasoning_effort", "response_format",
    "seed", "service_tier", "stop", "store", "stream", "stream_options", "temperature",
    "tool_choice", "tools", "top_logprobs", "top_p", "user", "verbosity",
}  # fmt: skip
_MESSAGE_KEYS = {
    "system": {"role", "content", "name"},
    "developer": {"role", "content", "name"},
    "user": {"role", "content", "name"},
    "assistant": {"role", "content", "name", "tool_calls", "refusal"},
    "tool": {"role", "content", "tool_call_id"},
}
_TOOL_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_NAME = re.compile(r"[^\s<|\\/>]+")
#: About so many characters are a token.
_CHARACTERS_A_TOKEN = 4
_PIECE_CHARACTERS = 12


class BadRequest(ValueError):
    """What OpenAI answers with status 400."""

    def __init__(self, message: str, param: str | None = None) -> None:
        super().__init__(message)
        self.param = param


def check_request(body: object) -> dict[str, Any]:
    """The body if OpenAI would accept it; raises `BadRequest` otherwise."""
    if not isinstance(body, dict):
        raise BadRequest("We could not parse the JSON body of your request.")
    for name in body:
        if name not in _PARAMETERS:
            raise BadRequest(f"Unrecognized request argument supplied: {name}")
    if not isinstance(body.get("model"), str):
        raise BadRequest("you must provide a model parameter", "model")
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        raise BadRequest("'messages' must be a non-empty array", "messages")
    if "stream_options" in body and not body.get("stream"):
        raise BadRequest("'stream_options' is only allowed when 'stream' is enabled")
    for index, tool in enumerate(body.get("tools", [])):
        _check_tool(tool, f"tools[{index}]")
    _check_messages(messages)
    return body


def _check_tool(tool: Any, where: str) -> None:
    function = tool.get("function") if isinstance(tool, dict) else None
    if not isinstance(function, dict) or tool.get("type") != "function":
        raise BadRequest(f"Missing required parameter: '{where}.function'.", where)
    if not _TOOL_NAME.fullmatch(str(function.get("name"))):
        raise BadRequest(f"Invalid '{where}.function.name'.", where)
    parameters = function.get("parameters", {"type": "object"})
    if not isinstance(parameters, dict) or parameters.get("type") != "object":
        raise BadRequest(f"Invalid schema for function '{function['name']}'.", where)


def _check_messages(messages: list[Any]) -> None:
    open_calls: set[str] = set()
    for index, message in enumerate(messages):
        where = f"messages[{index}]"
        role = message.get("role") if isinstance(message, dict) else None
        if role not in _MESSAGE_KEYS:
            raise BadRequest(f"Invalid value for '{where}.role': {role!r}.", where)
        if unknown := message.keys() - _MESSAGE_KEYS[role]:
            raise BadRequest(f"Unknown parameter: '{where}.{min(unknown)}'.", where)
        if "name" in message and not _NAME.fullmatch(str(message["name"])):
            raise BadRequest(f"Invalid '{where}.name'.", where)
        if role == "tool":
            if message.get("tool_call_id") not in open_calls:
                raise BadRequest(
                    "Invalid parameter: messages with role 'tool' must be a response to a "
                    "preceding message with 'tool_calls'.",
                    where,
                )
            open_calls.discard(message["tool_call_id"])
        elif open_calls:
            raise _unanswered(open_calls)
        _check_content(message, where)
        open_calls |= {_call_id(call, where) for call in message.get("tool_calls") or []}
    if open_calls:
        raise _unanswered(open_calls)


def _unanswered(call_ids: set[str]) -> BadRequest:
    return BadRequest(
        "An assistant message with 'tool_calls' must be followed by tool messages responding to "
        f"each 'tool_call_id'. The following did not have responses: {', '.join(call_ids)}"
    )


def _check_content(message: dict[str, Any], where: str) -> None:
    content = message.get("content")
    if content is None and message["role"] == "assistant" and message.get("tool_calls"):
        return
    if not isinstance(content, str | list):
        raise BadRequest("Invalid value for 'content': expected a string, got null.", where)


def _call_id(call: Any, where: str) -> str:
    function = call.get("function") if isinstance(call, dict) else None
    is_valid = (
        isinstance(function, dict)
        and call.get("type") == "function"
        and isinstance(call.get("id"), str)
        and isinstance(function.get("name"), str)
        and isinstance(function.get("arguments"), str)
    )
    if not is_valid:
        raise BadRequest(f"Invalid '{where}.tool_calls'.", where)
    return call["id"]


def usage_of(body: dict[str, Any], answer: Answer) -> dict[str, Any]:
    """Token counts by length: the same request and answer always count the same."""
    sent = len(json.dumps(body["messages"])) // _CHARACTERS_A_TOKEN
    calls = "".join(call.name + call.arguments_text() for call in answer.calls)
    said = max(1, len(answer.text + answer.reasoning + calls) // _CHARACTERS_A_TOKEN)
    return {
        "prompt_tokens": sent,
        "completion_tokens": said,
        "total_tokens": sent + said,
        "prompt_tokens_details": {"cached_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 0},
    }


def completion(body: dict[str, Any], answer: Answer, identity: dict[str, Any]) -> dict[str, Any]:
    """The answer to a request that wants no stream."""
    message: dict[str, Any] = {"role": "assistant", "content": answer.text or None}
    if answer.calls:
        message["tool_calls"] = [
            {
                **_head(index),
                "function": _function(call.name, call.arguments_text()),
            }
            for index, call in enumerate(answer.calls)
        ]
    choice = {"index": 0, "message": message, "finish_reason": _finish_reason(answer)}
    return {
        **identity,
        "object": "chat.completion",
        "choices": [choice],
        "usage": usage_of(body, answer),
    }


def chunks(
    body: dict[str, Any], answer: Answer, identity: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    """The answer in the chunks of a stream."""
    yield _chunk(identity, {"role": "assistant", "content": ""})
    for piece in _pieces(answer.reasoning):
        yield _chunk(identity, {"reasoning_content": piece})
    for piece in _pieces(answer.text):
        yield _chunk(identity, {"content": piece})
    for index, call in enumerate(answer.calls):
        head = {"index": index, **_head(index)}
        yield _chunk(identity, {"tool_calls": [{**head, "function": _function(call.name, "")}]})
        for piece in _pieces(call.arguments_text()):
            part = {"index": index, "function": {"arguments": piece}}
            yield _chunk(identity, {"tool_calls": [part]})
    yield _chunk(identity, {}, _finish_reason(answer))
    if (body.get("stream_options") or {}).get("include_usage"):
        yield {**_chunk(identity, {}), "choices": [], "usage": usage_of(body, answer)}


def _head(index: int) -> dict[str, Any]:
    # Unique within an answer only, as with some compatible servers.
    return {"id": f"call_{index}", "type": "function"}


def _function(name: str, arguments: str) -> dict[str, str]:
    return {"name": name, "arguments": arguments}


def _finish_reason(answer: Answer) -> str:
    return answer.finish_reason or ("tool_calls" if answer.calls else "stop")


def _chunk(
    identity: dict[str, Any], delta: dict[str, Any], finish_reason: str | None = None
) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
    return {**identity, "object": "chat.completion.chunk", "choices": [choice], "usage": None}


def _pieces(text: str) -> list[str]:
    return [text[at : at + _PIECE_CHARACTERS] for at in range(0, len(text), _PIECE_CHARACTERS)]
