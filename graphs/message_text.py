"""The text of a streamed message, by channel, whatever provider's shape it comes in."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from langchain_core.messages import BaseMessage

Channel = Literal["reasoning", "answer"]

#: Content blocks that are the model's reasoning, and where their text is.
_REASONING_BLOCKS = {"reasoning": "reasoning", "thinking": "thinking"}


def fragments(message: BaseMessage) -> Iterator[tuple[Channel, str]]:
    """Each piece of text in a message or chunk, with the channel it belongs to."""
    reasoning = message.additional_kwargs.get("reasoning_content")
    if isinstance(reasoning, str) and reasoning:
        yield "reasoning", reasoning
    if isinstance(message.content, str):
        if message.content:
            yield "answer", message.content
        return
    for block in message.content:
        if isinstance(block, str):
            yield "answer", block
        elif found := _block_text(block):
            yield found


def model_name(message: BaseMessage, metadata: Mapping[str, Any]) -> str | None:
    """Which model speaks, as it says itself or as the call was made."""
    said = message.response_metadata
    return said.get("model_name") or said.get("model") or metadata.get("ls_model_name")


def _block_text(block: dict[str, Any]) -> tuple[Channel, str] | None:
    kind = block.get("type")
    if kind == "text":
        return "answer", str(block.get("text") or "")
    if kind in _REASONING_BLOCKS:
        return "reasoning", str(block.get(_REASONING_BLOCKS[kind]) or "")
    return None
