"""Says what is wrong with a model's answer, if anything."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from langchain_core.messages import AIMessageChunk, BaseMessage, ToolMessage
from langchain_core.tools import BaseTool
from pydantic import BaseModel, ValidationError

from nodes.check_figures import made_up_figures

#: Finish reasons of an answer that is not whole; servers have many names for the others.
_CUT_SHORT = {"length", "content_filter"}
_SHOWN_FIGURES = 3


@dataclass(frozen=True, slots=True)
class Expectation:
    """What an answer must respect."""

    tools: Sequence[BaseTool]
    #: Tools that must have been called before a final answer.
    required_tools: Sequence[str]
    #: All that the model was given.
    messages: Sequence[BaseMessage]


def complaint_about(answer: AIMessageChunk, expected: Expectation) -> str | None:
    """Why the answer cannot be used, as the rest of "the model …"; None when it can."""
    finish_reason = answer.response_metadata.get("finish_reason")
    if finish_reason in _CUT_SHORT:
        return f"stopped before its answer was whole ({finish_reason})"
    if answer.tool_call_chunks:
        complaints = (
            _complaint_about_call(chunk["name"], chunk["args"], expected.tools)
            for chunk in answer.tool_call_chunks
        )
        return next((complaint for complaint in complaints if complaint), None)
    return _complaint_about_text(answer.text, expected)


def _complaint_about_call(
    name: str | None, args: str | None, tools: Iterable[BaseTool]
) -> str | None:
    tool = next((tool for tool in tools if tool.name == name), None)
    if tool is None:
        return f"called a tool that does not exist ({name})"
    try:
        values = json.loads(args or "{}")
    except ValueError:
        return f"called {name} with arguments that are not valid JSON"
    schema = tool.tool_call_schema
    if isinstance(schema, type) and issubclass(schema, BaseModel):
        try:
            schema.model_validate(values)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            where = ".".join(str(part) for part in first["loc"]) or "its arguments"
            return f"called {name} with unusable arguments ({where}: {first['msg']})"
    return None


def _complaint_about_text(text: str, expected: Expectation) -> str | None:
    if not text.strip():
        return "gave an empty answer"
    called = {message.name for message in expected.messages if isinstance(message, ToolMessage)}
    missing = [name for name in expected.required_tools if name not in called]
    if missing:
        return f"ended without calling {', '.join(missing)}"
    figures = made_up_figures(text, (str(message.text) for message in expected.messages))
    if figures:
        shown = ", ".join(figures[:_SHOWN_FIGURES])
        return f"named figures that no tool returned ({shown})"
    return None
