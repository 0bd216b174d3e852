"""Reading LangGraph's stream parts: who they belong to and what they say, without state."""

from base64 import b64encode
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

import orjson
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage
from langgraph.types import Send
from pydantic import BaseModel

from graphs.message_chunks import Fragment
from nodes.workflow.telling import item_path

Namespace = tuple[str, ...]

#: How much of an agent's input or result its events repeat.
SHORT_CHARS = 500

#: Under which values and updates carry the questions of a paused graph.
INTERRUPT: Final = "__interrupt__"


def task_id_of(segment: str) -> str:
    """The task of a namespace segment `node:task_id`."""
    return segment.rpartition(":")[2]


def task_of_message(metadata: Mapping[str, Any]) -> tuple[str, str]:
    """Node and task in which a message was streamed."""
    segment = str(metadata.get("langgraph_checkpoint_ns", "")).rpartition("|")[2]
    return str(metadata.get("langgraph_node", "")), task_id_of(segment)


def as_part(namespace: Namespace, mode: str, payload: Any) -> dict[str, Any]:
    """A stream part of LangGraph's version 1 in the shape of version 2."""
    part: dict[str, Any] = {"type": mode, "ns": namespace, "data": payload}
    if mode == "values":
        values = dict(cast(Mapping[str, Any], payload)) if isinstance(payload, Mapping) else payload
        part["interrupts"] = values.pop(INTERRUPT, ()) if isinstance(values, dict) else ()
        part["data"] = values
    return part


def is_start(task: Mapping[str, Any]) -> bool:
    """Whether a `tasks` part says that a task starts, rather than what came of it."""
    return "triggers" in task


@dataclass(frozen=True, slots=True)
class AgentStep:
    """A step of a workflow that an agent does."""

    node_id: str
    #: The item path, as in `loop_1[3]/ask`.
    item: str
    asked: str | None


def agent_step(metadata: Mapping[str, Any], values: Any) -> AgentStep:
    """The step that a task with this metadata and input is."""
    node_id = str(metadata.get("node_id"))
    state = cast(Mapping[str, Any], values if isinstance(values, Mapping) else {})
    prepared: Mapping[str, Any] = state.get("prepared") or {}
    given: Any = prepared.get(node_id, {}).get("input")
    asked = given if isinstance(given, str | None) else orjson.dumps(given).decode()
    return AgentStep(node_id, item_path(state, node_id), asked)


def step_result(values: Any, place: Mapping[str, str]) -> Any:
    """What a step of a workflow gave back, in what its task wrote."""
    written = cast(Mapping[str, Any], values if isinstance(values, Mapping) else {})
    outputs: Mapping[str, Any] = written.get("outputs") or {}
    return as_data(outputs.get(place["node_id"]))


def short_input(values: Any) -> str | None:
    """The newest question in a task's input, shortened."""
    return _short(_last_text(values, HumanMessage))


def short_result(values: Any) -> str | None:
    """The newest answer in a task's result, shortened."""
    return _short(_last_text(values, AIMessage))


def tool_result(output: Any) -> tuple[str, Any]:
    """Status (`ok` or `error`) and JSON data of what a tool gave back."""
    if isinstance(output, ToolMessage):
        status = "error" if output.status == "error" else "ok"
        return status, _data(output.content)
    return "ok", as_data(output)


def as_data(value: Any) -> Any:
    """JSON data for any value: what is not JSON is shown as text."""
    return orjson.loads(orjson.dumps(value, default=json_default, option=orjson.OPT_NON_STR_KEYS))


def json_default(value: Any) -> Any:
    """How LangGraph's, LangChain's and our own objects look in JSON."""
    match value:
        case BaseModel():
            # Not in its JSON mode, which refuses what has no JSON form: that comes back here.
            return value.model_dump()
        case Fragment():
            return value.as_json()
        case Send():
            return {"node": value.node, "arg": value.arg}
        case BaseException():
            return repr(value)
        case bytes() | bytearray():
            return _text_of(bytes(value))
        case Mapping():
            return dict(cast(Mapping[Any, Any], value))
        case set() | frozenset() | tuple() | deque():
            return list(cast(Iterable[Any], value))
        case _:
            return str(value)


def _text_of(content: bytes) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError:
        return b64encode(content).decode()


def _data(content: Any) -> Any:
    if not isinstance(content, str):
        return as_data(content)
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        return content


def _last_text(values: Any, kind: type[BaseMessage]) -> str | None:
    if not isinstance(values, Mapping):
        return values if isinstance(values, str) else None
    messages = cast(Mapping[str, Any], values).get("messages")
    if not isinstance(messages, Sequence):
        return None
    for message in reversed(cast(Sequence[Any], messages)):
        if isinstance(message, kind):
            return str(message.text)
        if isinstance(message, Mapping) and kind is HumanMessage:
            given = cast(Mapping[str, Any], message)
            if given.get("role") in ("user", "human"):
                return str(given.get("content"))
    return None


def _short(text: str | None) -> str | None:
    if text is None or len(text) <= SHORT_CHARS:
        return text
    return text[: SHORT_CHARS - 1] + "…"
