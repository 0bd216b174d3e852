"""The stand-in accepts and refuses what OpenAI does, so that tests against it prove something."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.standins.model_answers import Answer, ToolUse
from tests.standins.model_server import ModelServer, running_model_server

HELLO = {"role": "user", "content": "hello"}
TOOL = {
    "type": "function",
    "function": {
        "name": "look",
        "parameters": {
            "type": "object",
            "properties": {"scope": {"enum": ["all", "some"]}, "limit": {"type": "integer"}},
            "required": ["scope"],
        },
    },
}
CALL = {"id": "c1", "type": "function", "function": {"name": "look", "arguments": "{}"}}
CALLED = {"role": "assistant", "content": None, "tool_calls": [CALL]}
RESULT = {"role": "tool", "tool_call_id": "c1", "content": '{"found": 3}'}


@pytest.fixture(scope="module")
def server() -> Iterator[ModelServer]:
    with running_model_server() as server:
        yield server


def _post(server: ModelServer, **body: Any) -> httpx.Response:
    sent = {"model": "stand-in", "messages": [HELLO], **body}
    return httpx.post(f"{server.base_url}/chat/completions", json=sent)


def _chunks(response: httpx.Response) -> list[Any]:
    frames = [line.removeprefix("data: ") for line in response.text.splitlines() if line]
    assert frames[-1] == "[DONE]"
    return [json.loads(frame) for frame in frames[:-1]]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"messages": []}, "non-empty"),
        ({"messages": [{"role": "robot", "content": "x"}]}, "role"),
        ({"messages": [{"role": "user"}]}, "content"),
        ({"messages": [{"role": "user", "content": None}]}, "content"),
        ({"messages": [{**HELLO, "mood": "good"}]}, "Unknown parameter: 'messages[0].mood'"),
        ({"messages": [HELLO, CALLED]}, "must be followed by tool messages"),
        ({"messages": [HELLO, CALLED, HELLO]}, "must be followed by tool messages"),
        ({"messages": [HELLO, RESULT]}, "must be a response to a preceding message"),
        ({"messages": [HELLO, {**CALLED, "tool_calls": [{"id": "c1"}]}]}, "tool_calls"),
        ({"messages": [{**HELLO, "name": "two words"}]}, "name"),
        ({"tools": [{"type": "function"}]}, "tools[0].function"),
        ({"tools": [{**TOOL, "function": {"name": "a b"}}]}, "name"),
        ({"temprature": 1}, "temprature"),
        ({"stream_options": {"include_usage": True}}, "stream_options"),
        ({"model": None}, "model"),
    ],
)
def test_a_wrong_body_is_refused_with_400(server: ModelServer, body: dict[str, Any], message: str):
    response = _post(server, **body)
    assert response.status_code == 400
    assert response.json()["error"]["type"] == "invalid_request_error"
    assert message in response.json()["error"]["message"]


def test_a_conversation_with_answered_calls_is_accepted(server: ModelServer):
    response = _post(server, messages=[HELLO, CALLED, RESULT], tools=[TOOL])
    assert response.status_code == 200
    assert response.json()["choices"][0]["finish_reason"] == "stop"


def test_a_stream_comes_in_fragments_and_ends_with_usage_when_asked(server: ModelServer):
    server.script(Answer(text="A text that needs several chunks."))
    options = {"include_usage": True}
    chunks = _chunks(_post(server, stream=True, stream_options=options))
    text = "".join(
        choice["delta"].get("content") or "" for chunk in chunks for choice in chunk["choices"]
    )
    assert text == "A text that needs several chunks."
    assert len(chunks) > 4
    assert chunks[-1]["choices"] == []
    assert chunks[-1]["usage"]["total_tokens"] > 0
    assert chunks[-2]["choices"][0]["finish_reason"] == "stop"


def test_arguments_of_a_call_come_in_fragments(server: ModelServer):
    server.script(Answer(calls=[ToolUse(name="look", arguments={"scope": "all", "limit": 12})]))
    parts = [
        call["function"]
        for chunk in _chunks(_post(server, stream=True, tools=[TOOL]))
        for choice in chunk["choices"]
        for call in choice["delta"].get("tool_calls", [])
    ]
    assert parts[0]["name"] == "look"
    assert len(parts) > 2
    joined = "".join(part["arguments"] for part in parts)
    assert json.loads(joined) == {"scope": "all", "limit": 12}


def test_by_default_it_calls_the_tools_it_has_and_then_concludes(server: ModelServer):
    [call] = _post(server, tools=[TOOL]).json()["choices"][0]["message"]["tool_calls"]
    assert call["function"] == {"name": "look", "arguments": '{"scope": "all"}'}
    answered = _post(server, tools=[TOOL], messages=[HELLO, CALLED, RESULT]).json()
    assert "look done" in answered["choices"][0]["message"]["content"]


def test_failures_come_as_scripted_and_once(server: ModelServer):
    server.script(Answer(status=429, headers={"retry-after": "7"}))
    limited = _post(server)
    assert (limited.status_code, limited.headers["retry-after"]) == (429, "7")
    assert _post(server).status_code == 200


def test_a_cut_stream_ends_without_its_last_chunk(server: ModelServer):
    server.script(Answer(text="A text that needs several chunks.", cut_after=2))
    with pytest.raises(httpx.RemoteProtocolError):
        _post(server, stream=True)


def test_another_process_may_script_it(server: ModelServer):
    address = server.base_url.removesuffix("/v1")
    scripted = httpx.post(f"{address}/script", json=[{"text": "As told."}])
    assert scripted.json() == {"scripted": 1}
    assert _post(server).json()["choices"][0]["message"]["content"] == "As told."
    assert httpx.get(f"{address}/requests").json()["requests"][-1]["messages"] == [HELLO]


def test_a_wrong_key_is_refused():
    with running_model_server(api_key="right") as server:
        assert _post(server).status_code == 401
        headers = {"authorization": "Bearer right"}
        assert httpx.get(f"{server.base_url}/models", headers=headers).status_code == 200
