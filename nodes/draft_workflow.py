"""Drafts a workflow with the chat model; what it says is read like a stranger's upload.

The model answers with a blueprint, which is brought into our spelling and checked. What is wrong
goes back to it, three rounds at most; then the drafter without a model has the word.
"""

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, cast

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import (
    AIMessage,
    BaseMessage,
    HumanMessage,
    SystemMessage,
    ToolMessage,
)
from pydantic import BaseModel, Field, ValidationError

from domain.blueprints.blueprint import Blueprint
from domain.blueprints.diff import differences
from domain.blueprints.documents import blueprint_from
from domain.blueprints.normalise import normalised
from domain.blueprints.problems import Problem
from domain.blueprints.validation import problems
from domain.drafting.catalogue import DraftCatalogue
from domain.drafting.drafter import draft as draft_by_grammar
from domain.drafting.drafts import Draft, Question
from nodes.draft_prompts import PROMPT, request_text
from tools.chat_model import ChatModels

_log = logging.getLogger(__name__)

MOST_ROUNDS: Final = 3
_TOOL: Final = "draft_workflow"
#: What only the person who asked can mend.
_OPEN: Final = frozenset({"param_missing", "connection_missing"})
_MOST_SHOWN: Final = 20


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be drafted, for whom, and from what."""

    prompt: str
    catalogue: DraftCatalogue
    base: Blueprint | None = None


@dataclass(frozen=True, slots=True)
class Drafted:
    """A draft, and who wrote it; `note` says why it was not the configured model."""

    draft: Draft
    source: Literal["model", "drafter"]
    note: str | None = None


class _Answer(BaseModel):
    """The workflow, and what is open about it."""

    blueprint: dict[str, Any] = Field(description="The blueprint.")
    assumptions: list[str] = Field(default=[], description="What you took for granted.")
    questions: list[str] = Field(default=[], description="What only the user can say.")


async def draft_workflow(request: Request, models: ChatModels) -> Drafted:
    """The workflow that a text asks for, by the model while it answers, else by the grammar."""
    model = models.primary()
    if model is None:
        note = models.failure.reason if models.failure else None
        return _by_grammar(request, models, note)
    try:
        found = await _by_model(request, model)
    except Exception as error:  # The edge to the outside: whatever a client raises.
        _log.info("A call of %s failed.", models.configured_name, exc_info=error)
        failure = models.describe(error)
        models.report_failure(failure)
        return _by_grammar(request, models, failure.reason)
    models.report_success()
    if isinstance(found, Draft):
        return Drafted(found, "model")
    return _by_grammar(request, models, found)


def _by_grammar(request: Request, models: ChatModels, reason: str | None) -> Drafted:
    draft = draft_by_grammar(request.prompt, request.catalogue, request.base)
    note = f"The model {models.configured_name} {reason.rstrip('.')}." if reason else None
    return Drafted(draft, "drafter", note)


async def _by_model(request: Request, model: BaseChatModel) -> Draft | str:
    """The model's draft, or why there is none that can be used."""
    asked = model.bind_tools([_tool()], tool_choice=_TOOL)
    messages: list[BaseMessage] = [
        SystemMessage(PROMPT),
        HumanMessage(request_text(request.prompt, request.catalogue, request.base)),
    ]
    complaint = ""
    for _ in range(MOST_ROUNDS):
        # The answer is data for us, not something that the chat is to show.
        answer = await asked.ainvoke(messages, {"tags": ["nostream"]})
        found = _read(answer, request)
        if isinstance(found, Draft):
            return found
        complaint = found
        messages += _refused(answer, found)
    _log.info("The model's workflow was refused %s times: %s", MOST_ROUNDS, complaint)
    return f"gave no workflow without errors in {MOST_ROUNDS} tries"


def _tool() -> dict[str, Any]:
    schema = _Answer.model_json_schema()
    blueprint = Blueprint.model_json_schema(by_alias=True)
    definitions = blueprint.pop("$defs", {})
    schema["properties"]["blueprint"] = blueprint
    return {
        "type": "function",
        "function": {
            "name": _TOOL,
            "description": "Hand in the workflow.",
            "parameters": {**schema, "$defs": definitions},
        },
    }


def _read(answer: AIMessage, request: Request) -> Draft | str:
    """The draft in an answer, or what is wrong with it in words for the model."""
    given = _arguments(answer)
    if given is None:
        return f"Call {_TOOL} with the blueprint as valid JSON."
    try:
        said = _Answer.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}."
    blueprint = blueprint_from(normalised(said.blueprint))
    if not isinstance(blueprint, Blueprint):
        return _listed(blueprint)
    found = problems(blueprint, request.catalogue.checked())
    errors = [one for one in found if one.severity == "error"]
    if blocking := [one for one in errors if one.code not in _OPEN]:
        return _listed(blocking)
    missing = [Question(_sentence(one), one.node_id, one.field) for one in errors]
    draft = Draft(
        blueprint=blueprint,
        problems=found,
        assumptions=said.assumptions,
        questions=[*map(Question, said.questions), *missing],
    )
    return replace(draft, diff=differences(request.base, blueprint)) if request.base else draft


def _arguments(answer: AIMessage) -> Any:
    """What the tool was called with; some models say the JSON instead of calling."""
    for call in answer.tool_calls:
        if call["name"] == _TOOL:
            return call["args"]
    text = str(answer.text)
    start, end = text.find("{"), text.rfind("}")
    try:
        said: Any = json.loads(text[start : end + 1]) if 0 <= start < end else None
    except (ValueError, RecursionError):
        return None
    if isinstance(said, dict) and "nodes" in said:
        return {"blueprint": cast(Any, said)}
    return cast(Any, said)


def _refused(answer: AIMessage, complaint: str) -> list[BaseMessage]:
    """The answer and what is wrong with it, as the next messages of the conversation."""
    calls = [call["id"] or "" for call in answer.tool_calls]
    if not calls:
        return [AIMessage(str(answer.text) or "…"), HumanMessage(complaint)]
    said = AIMessage(answer.content, tool_calls=answer.tool_calls)
    return [said, *(ToolMessage(complaint, tool_call_id=call) for call in calls)]


def _listed(found: Sequence[Problem]) -> str:
    lines = [
        f"- {one.code} at {one.node_id or one.edge_id or 'the workflow'} {one.field}: "
        f"{_sentence(one)}{' Possible: ' + ', '.join(one.suggestions) if one.suggestions else ''}"
        for one in found[:_MOST_SHOWN]
    ]
    return "\n".join(["The workflow has errors. Correct them and hand it in again.", *lines])


def _sentence(found: Problem) -> str:
    return f"{found.message} {found.next_step}"
