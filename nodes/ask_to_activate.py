"""Asks the user whether a workflow may go live, and makes it live if so.

The interrupt's value is `{"kind": "workflow_activation", "title", "message", "workflow_id",
"version", "actions"}`; the answer is `{"activate": true}` or `{"activate": false}`.
"""

from typing import Any, Final, cast
from uuid import UUID

from langgraph.types import interrupt

from domain.blueprints.blueprint import Blueprint
from domain.drafting.outline import outline
from nodes.workflow_tools import WorkflowInHand, desk_of
from tools.context import AgentContext

#: How what was decided begins, for whoever goes on from it.
LIVE: Final = "It is live"
NOT_LIVE: Final = "It is not live"

ANSWER_SCHEMA: Final[dict[str, Any]] = {
    "title": "Let the workflow go live",
    "type": "object",
    "properties": {"activate": {"type": "boolean", "title": "Activate it"}},
    "required": ["activate"],
    "additionalProperties": False,
}
_ACTIONS: Final = [
    {"id": "activate", "title": "Activate", "description": "It runs from now on by itself."},
    {"id": "keep", "title": "Keep as draft", "description": "Nothing runs."},
]


async def ask_to_activate(context: AgentContext, workflow: WorkflowInHand) -> str:
    """What was decided and what came of it, in a sentence that begins with `LIVE` or `NOT_LIVE`.

    Nothing happens before the interrupt, because everything up to it runs again with the answer.
    """
    answer: object = interrupt(_question(workflow), response_schema=ANSWER_SCHEMA)
    said = cast(dict[str, Any], answer).get("activate") if isinstance(answer, dict) else None
    if said is not True:
        return f"{NOT_LIVE}: nobody said that it may be."
    workflow_id, version = UUID(workflow["workflow_id"]), workflow["version"] or 0
    found = await desk_of(context).activate(context.user, workflow_id, version)
    errors = [f"{one.message} {one.next_step}" for one in found if one.severity == "error"]
    if errors:
        return f"{NOT_LIVE}: {' '.join(errors)}"
    return f"{LIVE} as version {version}."


def _question(workflow: WorkflowInHand) -> dict[str, Any]:
    blueprint = Blueprint.model_validate(workflow["blueprint"])
    return {
        "kind": "workflow_activation",
        "title": f"Activate “{blueprint.name}”?",
        "message": outline(blueprint),
        "workflow_id": workflow["workflow_id"],
        "version": workflow["version"],
        "actions": _ACTIONS,
    }
