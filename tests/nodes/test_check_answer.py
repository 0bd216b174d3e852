"""An answer is usable when it is whole, calls tools that exist properly, and makes nothing up."""

import json
from typing import Literal

import pytest
from langchain_core.messages import AIMessageChunk, HumanMessage, ToolMessage
from langchain_core.messages.tool import tool_call_chunk
from langchain_core.tools import tool

from nodes.check_answer import Expectation, complaint_about


@tool
def look(scope: Literal["all", "some"], limit: int = 5) -> str:
    """Look at something."""
    return f"{scope} {limit}"


QUESTION = HumanMessage("What is there?")
LOOKED = ToolMessage('{"found": 117}', tool_call_id="1", name="look")


def _expected(*messages, required: tuple[str, ...] = ()) -> Expectation:
    return Expectation((look,), required, [QUESTION, *messages])


def _text(text: str, finish_reason: str | None = "stop") -> AIMessageChunk:
    return AIMessageChunk(content=text, response_metadata={"finish_reason": finish_reason})


def _call(name: str, args: str) -> AIMessageChunk:
    return AIMessageChunk(
        content="",
        tool_call_chunks=[tool_call_chunk(name=name, args=args, id="c1", index=0)],
        response_metadata={"finish_reason": "tool_calls"},
    )


def test_a_whole_answer_with_figures_from_tools_is_fine():
    assert complaint_about(_text("There are 117 of them."), _expected(LOOKED)) is None


def test_a_proper_call_is_fine():
    assert complaint_about(_call("look", json.dumps({"scope": "all"})), _expected()) is None


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        (_text("Half an ans", "length"), "stopped before its answer was whole (length)"),
        (_text("No.", "content_filter"), "stopped before its answer was whole (content_filter)"),
        (_text("  "), "gave an empty answer"),
        (_text("There are 250 of them."), "named figures that no tool returned (250)"),
        (_call("jump", "{}"), "called a tool that does not exist (jump)"),
        (_call("look", '{"scope": "al'), "called look with arguments that are not valid JSON"),
    ],
)
def test_what_is_wrong_is_said(answer: AIMessageChunk, complaint: str):
    assert complaint_about(answer, _expected(LOOKED)) == complaint


@pytest.mark.parametrize("args", ['{"scope": "none"}', "{}", '{"scope": "all", "limit": "x"}', "3"])
def test_arguments_must_fit_the_tool(args: str):
    complaint = complaint_about(_call("look", args), _expected())
    assert complaint is not None
    assert complaint.startswith("called look with unusable arguments (")


def test_a_final_answer_needs_the_required_tools():
    answer = _text("All done.")
    assert complaint_about(answer, _expected(required=("look",))) == "ended without calling look"
    assert complaint_about(answer, _expected(LOOKED, required=("look",))) is None
