"""What stream parts say about tasks, questions, answers and tools."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from pydantic import BaseModel

from graphs.stream_parts import (
    SHORT_CHARS,
    as_data,
    is_start,
    short_input,
    short_result,
    task_id_of,
    task_of_message,
    tool_result,
)


class Point(BaseModel):
    x: int


@dataclass
class Size:
    width: int


def test_a_namespace_names_its_task_behind_the_last_colon() -> None:
    assert task_id_of("work:123") == "123"
    assert task_id_of("a:node:with:colons:123") == "123"


def test_a_message_belongs_to_the_innermost_task_of_its_namespace() -> None:
    metadata = {"langgraph_node": "call_model", "langgraph_checkpoint_ns": "work:1|call_model:2"}
    assert task_of_message(metadata) == ("call_model", "2")
    assert task_of_message({}) == ("", "")


def test_a_task_starts_when_it_has_triggers() -> None:
    assert is_start({"id": "1", "triggers": ()})
    assert not is_start({"id": "1", "result": {}})


def test_the_newest_question_and_answer_are_found() -> None:
    messages = [HumanMessage("One?"), AIMessage("One."), HumanMessage("Two?"), AIMessage("Two.")]
    assert short_input({"messages": messages}) == "Two?"
    assert short_result({"messages": messages}) == "Two."
    assert short_input({"messages": [{"role": "user", "content": "Hi"}]}) == "Hi"


@pytest.mark.parametrize("values", [None, {}, {"messages": None}, {"messages": []}, [1], 3])
def test_no_messages_say_nothing(values: Any) -> None:
    assert short_input(values) is None
    assert short_result(values) is None


def test_a_text_is_its_own_summary() -> None:
    assert short_input("Hello") == "Hello"


def test_a_question_in_the_result_is_no_answer() -> None:
    assert short_result({"messages": [{"role": "user", "content": "Hi"}]}) is None


def test_long_texts_are_shortened() -> None:
    shown = short_input({"messages": [HumanMessage("x" * (SHORT_CHARS + 1))]})
    assert shown == "x" * (SHORT_CHARS - 1) + "…"
    assert short_input("x" * SHORT_CHARS) == "x" * SHORT_CHARS


@pytest.mark.parametrize(
    ("output", "result"),
    [
        (ToolMessage('{"a": 1}', tool_call_id="c"), ("ok", {"a": 1})),
        (ToolMessage("3", tool_call_id="c"), ("ok", 3)),
        (ToolMessage("not JSON", tool_call_id="c"), ("ok", "not JSON")),
        (ToolMessage([{"type": "text"}], tool_call_id="c"), ("ok", [{"type": "text"}])),
        (ToolMessage("no", tool_call_id="c", status="error"), ("error", "no")),
        ({"plain": 1}, ("ok", {"plain": 1})),
        (None, ("ok", None)),
    ],
)
def test_a_tools_output_is_status_and_data(output: Any, result: tuple[str, Any]) -> None:
    assert tool_result(output) == result


def test_any_value_is_shown_as_data() -> None:
    shown = as_data(
        {
            "model": Point(x=1),
            "dataclass": Size(2),
            "set": {3},
            "tuple": (4,),
            "bytes": b"\xff5",
            "money": Decimal("0.10"),
            "id": UUID(int=6),
            "at": datetime(2026, 5, 4, tzinfo=UTC),
            7: float("nan"),
            "odd": ...,
        }
    )
    assert shown == {
        "model": {"x": 1},
        "dataclass": {"width": 2},
        "set": [3],
        "tuple": [4],
        "bytes": "/zU=",
        "money": "0.10",
        "id": "00000000-0000-0000-0000-000000000006",
        "at": "2026-05-04T00:00:00+00:00",
        "7": None,
        "odd": "Ellipsis",
    }
