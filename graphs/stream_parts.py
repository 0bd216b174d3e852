"""Reading LangGraph's stream parts: who they belong to and what they say, without state."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

import orjson
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage
from pydantic import BaseModel

Namespace = tuple[str, ...]

#: How much of an agent's input or result its events repeat.
SHORT_CHARS = 500


def task_id_of(segment: str) -> str:
    """The task of a namespace segment `node:task_id`."""
    return segment.rpartition(":")[2]


def task_of_message(metadata: Mapping[str, Any]) -> tuple[str, str]:
    """Node and task in which a message was streamed."""
    segment = str(metadata.get("langgraph_checkpoint_ns", "")).rpartition("|")[2]
    return str(metadata.get("langgraph_node", "")), task_id_of(segment)


def is_start(task: Mapping[str, Any]) -> bool:
    """Whether a `tasks` part says that a task starts, rather than what came of it."""
    return "triggers" in task


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
    """How LangGraph's and our own objects look in JSON."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, set | frozenset | tuple):
        return list(cast(Iterable[Any], value))
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="replace")
    return str(value)


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
