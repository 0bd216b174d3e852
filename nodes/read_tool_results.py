"""Reads what tools have answered, whichever model had called them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from langchain_core.messages import AnyMessage, BaseMessage, HumanMessage, ToolMessage

#: A tool's result says this as `status` when there is nothing to work on.
NO_USAGE = "no_usage"


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What one call gave: its data, or the sentence that says why it failed."""

    name: str
    data: Mapping[str, Any]
    error: str | None = None


def results_since_request(messages: Sequence[AnyMessage | BaseMessage]) -> list[ToolResult]:
    """The results of all calls since somebody last asked for something, in order."""
    results: list[ToolResult] = []
    for message in messages:
        if isinstance(message, HumanMessage):
            results.clear()
        elif isinstance(message, ToolMessage):
            results.append(_read(message))
    return results


def latest_by_name(messages: Sequence[AnyMessage | BaseMessage]) -> dict[str, ToolResult]:
    """The last result of each tool since somebody last asked for something."""
    return {result.name: result for result in results_since_request(messages)}


def lacks_usage(messages: Sequence[AnyMessage | BaseMessage]) -> bool:
    """Whether a tool found that there is no usage to work on."""
    return any(result.data.get("status") == NO_USAGE for result in results_since_request(messages))


def _read(message: ToolMessage) -> ToolResult:
    name = message.name or ""
    text = str(message.text)
    if message.status == "error":
        return ToolResult(name, {}, text)
    data = json.loads(text)
    return ToolResult(name, cast(dict[str, Any], data) if isinstance(data, dict) else {})
