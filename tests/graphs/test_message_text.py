"""The text of a message is found in whatever shape a provider sends it."""

from typing import Any

import pytest
from langchain_core.messages import AIMessage, AIMessageChunk

from graphs.message_text import fragments, model_name

SHAPES: dict[str, tuple[dict[str, Any], list[tuple[str, str]]]] = {
    "plain text": ({"content": "Hello"}, [("answer", "Hello")]),
    "nothing": ({"content": ""}, []),
    "text blocks": (
        {"content": [{"type": "text", "text": "Hel"}, {"type": "text", "text": "lo"}]},
        [("answer", "Hel"), ("answer", "lo")],
    ),
    "strings in a list": ({"content": ["Hel", "lo"]}, [("answer", "Hel"), ("answer", "lo")]),
    "reasoning beside the content": (
        {"content": "Yes", "additional_kwargs": {"reasoning_content": "Hm"}},
        [("reasoning", "Hm"), ("answer", "Yes")],
    ),
    "a reasoning block": (
        {"content": [{"type": "reasoning", "reasoning": "Hm"}, {"type": "text", "text": "Yes"}]},
        [("reasoning", "Hm"), ("answer", "Yes")],
    ),
    "a thinking block": (
        {"content": [{"type": "thinking", "thinking": "Hm", "signature": "x"}]},
        [("reasoning", "Hm")],
    ),
    "blocks without text": (
        {"content": [{"type": "tool_use", "name": "add"}, {"type": "text", "text": None}]},
        [("answer", "")],
    ),
    "reasoning that is no text": (
        {"content": "Yes", "additional_kwargs": {"reasoning_content": {"a": 1}}},
        [("answer", "Yes")],
    ),
}


@pytest.mark.parametrize(("shape", "found"), SHAPES.values(), ids=SHAPES)
def test_text_is_found_with_its_channel(
    shape: dict[str, Any], found: list[tuple[str, str]]
) -> None:
    assert list(fragments(AIMessageChunk(**shape))) == found


@pytest.mark.parametrize(
    ("said", "metadata", "name"),
    [
        ({"model_name": "gpt-4o", "model": "other"}, {"ls_model_name": "asked"}, "gpt-4o"),
        ({"model": "gpt-4o"}, {"ls_model_name": "asked"}, "gpt-4o"),
        ({}, {"ls_model_name": "asked"}, "asked"),
        ({}, {}, None),
    ],
)
def test_a_model_is_called_what_it_says_or_else_what_was_asked_for(
    said: dict[str, Any], metadata: dict[str, Any], name: str | None
) -> None:
    assert model_name(AIMessage(content="", response_metadata=said), metadata) == name
