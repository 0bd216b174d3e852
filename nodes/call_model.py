"""Gets the next message from the chat model, or from the playbook when the model cannot give it.

What the configured model had streamed before it failed is retracted, a thought says what happened,
and the playbook goes on from the same messages: it reads the tool results that are there already.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast
from uuid import uuid4

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import (
    AIMessage,
    AIMessageChunk,
    BaseMessage,
    HumanMessage,
    SystemMessage,
    message_chunk_to_message,
)
from langchain_core.tools import BaseTool
from langgraph.runtime import Runtime

from nodes.check_answer import Expectation, complaint_about
from tools.chat_model import ChatModels
from tools.context import AgentContext, context_of
from tools.model_failures import ModelFailure
from tools.playbook_model import Playbook, PlaybookModel

_log = logging.getLogger(__name__)

#: A model that has not finished after so many turns is going in circles.
_MAX_TURNS = 10


@dataclass(frozen=True, slots=True)
class Role:
    """What a model is asked to be: its instructions, its tools, and the playbook beside it."""

    prompt: str
    playbook: Playbook
    tools: tuple[BaseTool, ...] = ()
    #: Tools that must have been called before a final answer is accepted.
    required_tools: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Fallback:
    """Why the playbook has to answer; `was_heard` when something was streamed already."""

    reason: str
    was_heard: bool


async def call_model(
    role: Role,
    messages: Sequence[BaseMessage],
    runtime: Runtime[AgentContext],
) -> AIMessage:
    """The next message of a role, streamed into the run while it comes.

    Writes `{"retract": true}` and `{"thought": …}` to the custom stream when it falls back.
    """
    models = context_of(runtime).reach().models
    prompted = [SystemMessage(role.prompt), *messages]
    outcome = await _ask_configured(role, prompted, models)
    if isinstance(outcome, AIMessage):
        return outcome
    if outcome is not None:
        if outcome.was_heard:
            runtime.stream_writer({"retract": True})
        runtime.stream_writer({"thought": outcome.reason})
    playbook = PlaybookModel(playbook=role.playbook)
    return await playbook.ainvoke(prompted)


@dataclass(frozen=True, slots=True)
class _Call:
    role: Role
    messages: list[BaseMessage]
    models: ChatModels
    primary: BaseChatModel


async def _ask_configured(
    role: Role, messages: list[BaseMessage], models: ChatModels
) -> AIMessage | _Fallback | None:
    """The configured model's message; None when there is no such model at present."""
    name = models.configured_name
    if name is not None and _turns(messages) >= _MAX_TURNS:
        reason = f"has called tools {_MAX_TURNS} times without coming to an end"
        return _Fallback(_sentence(name, reason), was_heard=False)
    primary = models.primary()
    if primary is None:
        return None
    answer = await _stream_with_retries(_Call(role, messages, models, primary))
    if isinstance(answer, _Fallback):
        return answer
    expected = Expectation(role.tools, role.required_tools, messages)
    if complaint := complaint_about(answer, expected):
        _log.warning("The model %s %s.", name, complaint)
        return _Fallback(_sentence(name, complaint), was_heard=True)
    return _as_message(answer)


def _as_message(answer: AIMessageChunk) -> AIMessage:
    """The whole message, its calls under ids of our own: some servers number them from 0."""
    message = cast(AIMessage, message_chunk_to_message(answer))
    for call in message.tool_calls:
        call["id"] = f"call_{uuid4().hex}"
    return message


async def _stream_with_retries(call: _Call) -> AIMessageChunk | _Fallback:
    """The whole answer, tried again at once as long as nothing was heard and that may help."""
    tries = 1 + call.models.settings.max_retries
    while True:
        tries -= 1
        heard: list[AIMessageChunk] = []
        failure = await _stream(call, heard)
        if failure is None:
            call.models.report_success()
            return heard[0] + heard[1:]
        if heard or tries == 0 or not failure.is_transient:
            call.models.report_failure(failure)
            reason = _sentence(call.models.configured_name, failure.reason)
            return _Fallback(reason, was_heard=bool(heard))


async def _stream(call: _Call, heard: list[AIMessageChunk]) -> ModelFailure | None:
    """Fill `heard` with the answer's chunks; returns what went wrong, if anything."""
    tools = list(call.role.tools)
    model = call.primary.bind_tools(tools) if tools else call.primary
    try:
        async for chunk in model.astream(call.messages):
            heard.append(cast(AIMessageChunk, chunk))
    except Exception as error:  # The edge to the outside: whatever a client raises.
        _log.info("A call of %s failed.", call.models.configured_name, exc_info=error)
        return call.models.describe(error)
    # Every whole stream ends with a finish reason; one without was cut.
    if not any(chunk.response_metadata.get("finish_reason") for chunk in heard):
        return ModelFailure("broke off in the middle of its answer", is_broken_stream=True)
    return None


def _turns(messages: Sequence[BaseMessage]) -> int:
    """How often a model has spoken since somebody last asked for something."""
    turns = 0
    for message in messages:
        if isinstance(message, HumanMessage):
            turns = 0
        turns += isinstance(message, AIMessage)
    return turns


def _sentence(name: str | None, reason: str) -> str:
    return f"The model {name} {reason}. I go on with the built-in playbook."
