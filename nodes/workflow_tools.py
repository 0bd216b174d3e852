"""Tools of the workflow agent: draft, change by a sentence, explain, save, ask to go live.

The workflow under way is the state's `workflow`; a tool that changes it gives the changed one as
its message's artifact, which models and clients are not shown.
"""

from collections.abc import Sequence
from typing import Any, Final, TypedDict
from uuid import UUID

from langchain_core.messages import AnyMessage, ToolMessage
from langchain_core.tools import tool
from langgraph.prebuilt import ToolRuntime
from pydantic_core import to_json

from domain.blueprints.blueprint import Blueprint
from domain.drafting.outline import outline
from domain.errors import Conflict
from domain.workflows.desk import WorkflowDesk
from nodes.draft_workflow import Drafted, Request, draft_workflow
from tools.context import AgentContext, context_of

Runtime = ToolRuntime[AgentContext, Any]
Data = dict[str, Any]

#: The tool's result says this when a person has to decide before anything goes live.
NEEDS_APPROVAL: Final = "needs_approval"
_MOST_SHOWN: Final = 8


class WorkflowInHand(TypedDict):
    """The workflow that a conversation is about."""

    blueprint: Data
    #: None until it is saved.
    workflow_id: str | None
    version: int | None
    #: What is open: the questions of the latest draft.
    questions: list[str]


#: What a model reads, and the workflow as it is now.
Changed = tuple[str, WorkflowInHand]


def desk_of(context: AgentContext) -> WorkflowDesk:
    """The user's workflows; raises `Conflict` where there are none."""
    desk = context.reach().desk
    if desk is None:
        raise Conflict("There are no workflows here. Start the service with its own server.")
    return desk


@tool("draft_workflow", response_format="content_and_artifact")
async def draft_new(prompt: str, runtime: Runtime) -> Changed:
    """Draft a new workflow from what the user wants automated, in their own words."""
    return await _draft(prompt, None, runtime)


@tool(response_format="content_and_artifact")
async def revise_workflow(sentence: str, runtime: Runtime) -> Changed:
    """Change the drafted workflow by a sentence, as in "only if the amount is over 1000"."""
    return await _draft(sentence, _in_hand(runtime), runtime)


@tool
async def explain_workflow(runtime: Runtime) -> Data:
    """The drafted workflow as an outline, with what is still open."""
    found = _in_hand(runtime)
    blueprint = Blueprint.model_validate(found["blueprint"])
    return {"status": "ok", "outline": outline(blueprint), "questions": found["questions"]}


@tool(response_format="content_and_artifact")
async def save_draft(runtime: Runtime) -> Changed:
    """Save the drafted workflow; it does not run until it is activated."""
    found = _in_hand(runtime)
    context = context_of(runtime)
    blueprint = Blueprint.model_validate(found["blueprint"])
    known = UUID(found["workflow_id"]) if found["workflow_id"] else None
    saved = await desk_of(context).save(context.user, blueprint, known)
    changed: WorkflowInHand = {
        **found,
        "workflow_id": str(saved.workflow_id),
        "version": saved.version,
    }
    errors = [one for one in saved.problems if one.severity == "error"]
    data: Data = {
        "status": "ok",
        "workflow_id": changed["workflow_id"],
        "version": saved.version,
        "errors": [f"{one.message} {one.next_step}" for one in errors[:_MOST_SHOWN]],
    }
    return to_json(data).decode(), changed


@tool
async def activate_workflow(runtime: Runtime) -> Data:
    """Ask the user to let the saved workflow go live. They decide; nothing runs before."""
    found = _in_hand(runtime)
    if found["workflow_id"] is None:
        raise Conflict("The workflow is not saved yet. Save it first.")
    return {"status": NEEDS_APPROVAL}


TOOLS: Final = (draft_new, revise_workflow, explain_workflow, save_draft, activate_workflow)


async def _draft(prompt: str, found: WorkflowInHand | None, runtime: Runtime) -> Changed:
    context = context_of(runtime)
    base = Blueprint.model_validate(found["blueprint"]) if found else None
    catalogue = await desk_of(context).catalogue(context.user)
    models = context.reach().models
    drafted = await draft_workflow(Request(prompt, catalogue, base), models)
    if drafted.note:
        runtime.stream_writer({"thought": f"{drafted.note} I go on with the built-in drafter."})
    changed: WorkflowInHand = {
        "blueprint": drafted.draft.blueprint.model_dump(mode="json"),
        "workflow_id": found["workflow_id"] if found else None,
        "version": None,
        "questions": [question.text for question in drafted.draft.questions],
    }
    data = _shown(drafted, is_change=found is not None)
    return to_json(data).decode(), changed


def _shown(drafted: Drafted, *, is_change: bool) -> Data:
    draft = drafted.draft
    return {
        "status": "ok",
        "outline": outline(draft.blueprint),
        "changes": len(draft.diff) if is_change else None,
        "assumptions": list(draft.assumptions[:_MOST_SHOWN]),
        "questions": [question.text for question in draft.questions],
    }


def _in_hand(runtime: Runtime) -> WorkflowInHand:
    found: WorkflowInHand | None = runtime.state.get("workflow")
    if found is None:
        raise Conflict("There is no workflow yet. Draft one first.")
    return found


def changed_workflow(messages: Sequence[AnyMessage]) -> WorkflowInHand | None:
    """The workflow as the last of these tools left it; None when none changed it."""
    found = [one.artifact for one in messages if isinstance(one, ToolMessage) and one.artifact]
    return found[-1] if found else None
