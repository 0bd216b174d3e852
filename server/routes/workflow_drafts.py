"""Drafts of workflows from language; nothing is saved here."""

from dataclasses import asdict
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from server.dependencies import ServicesDep, UserDep
from server.shapes import problems
from server.workflow_shapes import BlueprintProblem, ChangeShape, change_shapes, problem_shapes
from server.workflows.drafting import Wish

router = APIRouter(tags=["workflows"])

#: Longer than anybody describes a workflow.
_MOST_CHARACTERS = 8_000


class DraftRequest(BaseModel):
    """What is to be automated; with a workflow or a blueprint, what is to change about it."""

    model_config = ConfigDict(extra="forbid")

    prompt: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=1, max_length=_MOST_CHARACTERS),
        Field(examples=["When a payment is received, send the customer a WhatsApp message."]),
    ]
    workflow_id: UUID | None = Field(None, description="Change the draft of this workflow.")
    blueprint: dict[str, Any] | None = Field(
        None, description="Change this blueprint, which need not be saved; it goes before the id."
    )
    time_zone: str = Field(
        "UTC", max_length=100, description="Of the person who asks.", examples=["Asia/Kolkata"]
    )


class QuestionShape(BaseModel):
    """Something that only the person who asked can say, and where the answer belongs."""

    text: str
    node_id: str | None
    field: str


class DraftShape(BaseModel):
    """A workflow that is drafted: neither saved nor live."""

    blueprint: dict[str, Any]
    diff: list[ChangeShape]
    problems: list[BlueprintProblem]
    assumptions: list[str] = Field(description="What was taken for granted, a sentence each.")
    questions: list[QuestionShape]
    source: Literal["model", "drafter"] = Field(
        description="Who wrote it: the chat model, or the drafter that needs none."
    )
    note: str | None = Field(description="Why it was not the configured chat model.")


@router.post("/workflows/draft", responses=problems(401, 404, 422, 503))
async def draft_workflow(asked: DraftRequest, services: ServicesDep, user: UserDep) -> DraftShape:
    """Draft a workflow from a sentence, or change one by a sentence; nothing is saved."""
    wish = Wish(asked.prompt, asked.workflow_id, asked.blueprint, asked.time_zone)
    found = await services.drafting.draft(user, wish)
    draft = found.draft
    return DraftShape(
        blueprint=draft.blueprint.model_dump(mode="json"),
        diff=change_shapes(draft.diff),
        problems=problem_shapes(list(draft.problems)),
        assumptions=list(draft.assumptions),
        questions=[QuestionShape.model_validate(asdict(one)) for one in draft.questions],
        source=found.source,
        note=found.note,
    )
