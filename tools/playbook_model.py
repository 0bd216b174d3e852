"""The chat model that needs no network: it follows a playbook, and says so.

A playbook looks at the messages so far and decides the next move with plain code. The model turns
that move into what any chat model would send: streamed text, then tool calls.
"""

import json
import re
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LangSmithParams
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.messages.tool import tool_call, tool_call_chunk
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult

#: How messages of this model name their author.
PLAYBOOK_MODEL = "playbook"

#: Streamed text leaves in pieces of about this many characters, cut at spaces.
_PIECE_CHARACTERS = 40


@dataclass(frozen=True, slots=True)
class ToolRequest:
    """One tool that the playbook wants called."""

    name: str
    args: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class Move:
    """What to do next: think aloud, then call tools or answer."""

    thought: str = ""
    calls: tuple[ToolRequest, ...] = ()
    answer: str = ""


Playbook = Callable[[Sequence[BaseMessage]], Move]


class PlaybookModel(BaseChatModel):
    """Speaks the moves of a playbook; its messages carry `"model": "playbook"`."""

    playbook: Playbook

    @property
    def _llm_type(self) -> str:
        return PLAYBOOK_MODEL

    def _get_ls_params(self, stop: list[str] | None = None, **kwargs: Any) -> LangSmithParams:
        return LangSmithParams(
            ls_provider="goldenpath", ls_model_name=PLAYBOOK_MODEL, ls_model_type="chat"
        )

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        move = self.playbook(messages)
        calls = [
            tool_call(name=request.name, args=dict(request.args), id=_call_id())
            for request in move.calls
        ]
        message = AIMessage(
            content=move.answer,
            tool_calls=calls,
            additional_kwargs={"reasoning_content": move.thought} if move.thought else {},
            response_metadata=_signature(move),
        )
        return ChatResult(generations=[ChatGeneration(message=message)])

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        for message in _chunks(self.playbook(messages)):
            chunk = ChatGenerationChunk(message=message)
            if run_manager:
                await run_manager.on_llm_new_token(chunk.text, chunk=chunk)
            yield chunk


def _chunks(move: Move) -> Iterator[AIMessageChunk]:
    for piece in _pieces(move.thought):
        yield AIMessageChunk(content="", additional_kwargs={"reasoning_content": piece})
    for piece in _pieces(move.answer):
        yield AIMessageChunk(content=piece)
    yield AIMessageChunk(
        content="",
        tool_call_chunks=[
            tool_call_chunk(
                name=request.name, args=json.dumps(dict(request.args)), id=_call_id(), index=index
            )
            for index, request in enumerate(move.calls)
        ],
        response_metadata=_signature(move),
        chunk_position="last",
    )


def _pieces(text: str) -> list[str]:
    """The text cut before words, so that the pieces join to exactly the text."""
    pieces: list[str] = []
    for word in re.findall(r"\s*\S+|\s+$", text):
        if pieces and len(pieces[-1]) + len(word) <= _PIECE_CHARACTERS:
            pieces[-1] += word
        else:
            pieces.append(word)
    return pieces


def _signature(move: Move) -> dict[str, Any]:
    finish_reason = "tool_calls" if move.calls else "stop"
    return {
        "model": PLAYBOOK_MODEL,
        "model_name": PLAYBOOK_MODEL,
        "finish_reason": finish_reason,
    }


def _call_id() -> str:
    return f"call_{uuid4().hex}"
