"""Chunks of a streamed message, held for a moment so that several go to the log as one."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, cast

from langchain_core.messages import AIMessageChunk, BaseMessage, BaseMessageChunk
from langchain_core.messages.ai import add_ai_message_chunks
from langchain_core.messages.utils import message_chunk_to_message


class Fragment(ABC):
    """Data of a stream part that more of the same may join before it is written."""

    def __init__(self, message_id: str, weight: int) -> None:
        self.message_id = message_id
        #: How many characters it brings.
        self.weight = weight

    @abstractmethod
    def joined(self, later: Any) -> "Fragment":
        """Both as one; `later` is of the same kind and message."""

    @abstractmethod
    def as_json(self) -> Any:
        """The data for the log, with messages in it."""


class ChunkPair(Fragment):
    """`[chunk, metadata]`, as the mode `messages-tuple` has it."""

    def __init__(self, chunks: tuple[BaseMessageChunk, ...], metadata: Mapping[str, Any]) -> None:
        super().__init__(chunks[0].id or "", sum(map(_weight, chunks)))
        self._chunks = chunks
        self._metadata = metadata

    def joined(self, later: "ChunkPair") -> "ChunkPair":
        """The chunks of both, to be added up."""
        return ChunkPair(self._chunks + later._chunks, self._metadata)

    def as_json(self) -> Any:
        """The chunks added up, and the metadata."""
        return [_sum(self._chunks), self._metadata]


class GrowingMessage:
    """A message as far as it has been streamed."""

    def __init__(self) -> None:
        self._chunks: list[BaseMessageChunk] = []

    def add(self, chunk: BaseMessageChunk) -> "Partial":
        """Take the next chunk; what comes of it is the whole message so far."""
        self._chunks.append(chunk)
        return Partial(self, chunk.id or "", _weight(chunk))

    def message(self) -> BaseMessage:
        """The message so far."""
        self._chunks = [_sum(self._chunks)]
        return message_chunk_to_message(self._chunks[0])


class Partial(Fragment):
    """`[message]`, whole so far, as the mode `messages` has it; the newest stands for all."""

    def __init__(self, growing: GrowingMessage, message_id: str, weight: int) -> None:
        super().__init__(message_id, weight)
        self._growing = growing

    def joined(self, later: "Partial") -> "Partial":
        """The later one, which has what this one has."""
        return Partial(later._growing, self.message_id, self.weight + later.weight)

    def as_json(self) -> Any:
        """The message as far as it is known when it is written."""
        return [self._growing.message()]


def _sum(chunks: tuple[BaseMessageChunk, ...] | list[BaseMessageChunk]) -> BaseMessageChunk:
    if len(chunks) == 1:
        return chunks[0]
    if all(isinstance(chunk, AIMessageChunk) for chunk in chunks):
        first, *rest = cast(list[AIMessageChunk], list(chunks))
        return add_ai_message_chunks(first, *rest)
    total: Any = chunks[0]
    for chunk in chunks[1:]:
        total = total + chunk
    return total


def _weight(chunk: BaseMessageChunk) -> int:
    weight = len(chunk.text)
    if isinstance(chunk, AIMessageChunk):
        weight += sum(len(call["args"] or "") for call in chunk.tool_call_chunks)
    return weight
