"""Reading single fields of an event, which arrives as JSON from the wire."""

import json
import re
from collections.abc import Mapping
from typing import Any, cast

from ui.transcript import Usage

#: The envelope and payload of one event as it came over the wire.
EventJson = Mapping[str, Any]

#: A large result arrives cut off, so it may not parse as JSON.
REPORT_ID = re.compile(r'"report_id"\s*:\s*"([0-9a-fA-F-]{36})"')


def report_id_of(result: Any) -> str | None:
    """The id of the report that a tool's result names, if any."""
    if isinstance(result, Mapping):
        found = cast(Mapping[str, Any], result).get("report_id")
        return str(found) if found else None
    match = REPORT_ID.search(result) if isinstance(result, str) else None
    return match.group(1) if match else None


def question_text(value: Any) -> str:
    """What a person wrote, from a run's input: text, `{"messages": [...]}` or its JSON."""
    if isinstance(value, str):
        if not value.startswith("{"):
            return value
        try:
            return question_text(json.loads(value))
        except json.JSONDecodeError:
            return value
    if not isinstance(value, Mapping):
        return ""
    messages: Any = cast(Mapping[str, Any], value).get("messages")
    if not isinstance(messages, list) or not messages:
        return ""
    last: Any = cast(list[Any], messages)[-1]
    content: Any = cast(Mapping[str, Any], last).get("content") if isinstance(last, Mapping) else ""
    return content if isinstance(content, str) else ""


def usage_of(value: Any) -> Usage | None:
    """What an agent's model calls took, when it called one."""
    if not isinstance(value, Mapping):
        return None
    usage = cast(Mapping[str, Any], value)
    cost = usage.get("cost_usd")
    return Usage(
        model=str(usage.get("model", "")),
        input_tokens=int(usage.get("input_tokens") or 0),
        output_tokens=int(usage.get("output_tokens") or 0),
        cost_usd=None if cost is None else str(cost),
    )


def answer_text(value: Any) -> str:
    """An answer to an agent's question, as a person would say it."""
    if isinstance(value, str):
        return value
    if not isinstance(value, Mapping):
        return json.dumps(value)
    answer = cast(Mapping[str, Any], value)
    if answer.get("use_sample"):
        return f"Use the sample, priced as {answer.get('model') or 'the default model'}."
    if "import_id" in answer:
        return "Use the file I uploaded."
    return "\n".join(f"{words(name)}: {given}" for name, given in answer.items())


def duration_of(event: EventJson) -> int | None:
    """Milliseconds that a step took."""
    value = event.get("duration_ms")
    return int(value) if isinstance(value, int | float) else None


def path_of(event: EventJson) -> tuple[str, ...]:
    """The agents from the root inwards."""
    return tuple(str(agent) for agent in event.get("path") or ())


def run_of(event: EventJson) -> str:
    """The run that wrote the event."""
    return str(event.get("run_id", ""))


def words(name: str) -> str:
    """A tool's name as a person would say it."""
    return name.replace("_", " ").strip().capitalize()
