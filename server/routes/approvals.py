"""Approvals that people are asked for, and events that workflows wait for."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import orjson
from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field, StringConstraints

from domain.errors import InvalidInput
from domain.workflows.votes import Ballot, VoteDecision
from server.audit_notes import note
from server.dependencies import ServicesDep, UserDep
from server.pagination import LimitDep, OffsetDep
from server.shapes import problems
from storage.approvals import ApprovalStatus, SeenApproval

router = APIRouter(tags=["approvals"])

_MOST_EVENT_BYTES = 64 * 1024

Comment = Annotated[str, StringConstraints(max_length=5_000)]


class PersonShape(BaseModel):
    """Somebody who may vote, and how they did."""

    name: str
    decision: VoteDecision | None
    comment: str | None
    voted_at: datetime | None


class ApprovalShape(BaseModel):
    """What people are asked."""

    approval_id: UUID
    workflow_id: UUID
    workflow_name: str = Field(description="As it was called when it asked.")
    run_id: UUID = Field(description="Its execution.")
    thread_id: UUID
    node_id: str
    item: str = Field(description="Where in loops, as in `loop_1[3]/gate`.")
    title: str
    message: str
    quorum: int = Field(description="How many have to agree.")
    veto: bool = Field(description="Whether one rejection settles it.")
    editable: dict[str, Any] = Field(description="What approvers may change, as it is now.")
    status: ApprovalStatus
    created_at: datetime
    expires_at: datetime
    settled_at: datetime | None
    answer: dict[str, Any] | None = Field(description="What the workflow is told.")
    people: list[PersonShape]
    may_vote: bool = Field(description="Whether you are one of its approvers.")


class VoteBody(BaseModel):
    """A vote."""

    decision: VoteDecision
    comment: Comment | None = None
    edits: dict[str, Any] = Field(
        default_factory=dict, description="New values of what is editable, with an approval."
    )

    def ballot(self) -> Ballot:
        """The vote as it is counted."""
        return Ballot(self.decision, self.comment, self.edits)


class StandingShape(BaseModel):
    """How an approval stands after a vote."""

    status: ApprovalStatus


class EventBody(BaseModel):
    """Something that has happened."""

    key: Annotated[str, StringConstraints(max_length=200)] | None = Field(
        None, description="Which one; waits that name a key go on for that one only."
    )
    data: Any = Field(None, description="What the workflows are told, 64 KB at most.")


class DeliveredShape(BaseModel):
    """What an event has done."""

    went_on: int = Field(description="How many waits it ended.")


@router.get("/approvals", responses=problems(422, 503))
async def list_approvals(
    services: ServicesDep,
    user: UserDep,
    state: Annotated[Literal["open", "closed"], Query(description="Still open, or settled.")] = (
        "open"
    ),
    role: Annotated[
        Literal["approver", "owner"],
        Query(description="Those that wait for your vote, or that your workflows ask for."),
    ] = "approver",
    limit: LimitDep = 50,
    offset: OffsetDep = 0,
) -> list[ApprovalShape]:
    """The approvals that you may vote on, or that your workflows ask for, newest first."""
    found = await services.approvals.list(
        user, role, is_open=state == "open", limit=limit, offset=offset
    )
    return [_shape(each) for each in found]


@router.get("/approvals/{approval_id}", responses=problems(404, 422, 503))
async def get_approval(approval_id: UUID, services: ServicesDep, user: UserDep) -> ApprovalShape:
    """One approval, with everybody's vote."""
    return _shape(await services.approvals.get(user, approval_id))


@router.post("/approvals/{approval_id}/vote", responses=problems(403, 404, 409, 422, 503))
async def vote(
    approval_id: UUID, body: VoteBody, services: ServicesDep, user: UserDep
) -> StandingShape:
    """Approve or reject; until it is settled you may change your mind."""
    status = await services.waiting.vote(user, approval_id, body.ballot())
    await note(services, user, "approval.voted", approval_id, decision=body.decision)
    return StandingShape(status=status)


@router.post("/workflows/events/{event}", responses=problems(404, 422, 503))
async def deliver_event(
    event: Annotated[str, Path(max_length=200)],
    body: EventBody,
    services: ServicesDep,
    user: UserDep,
) -> DeliveredShape:
    """Bring an event to your workflows that wait for it; one that comes before its wait is lost."""
    if len(orjson.dumps(body.data)) > _MOST_EVENT_BYTES:
        raise InvalidInput("An event brings at most 64 KB of data. Send a reference to the rest.")
    return DeliveredShape(went_on=await services.waiting.deliver(user, event, body.key, body.data))


def _shape(seen: SeenApproval) -> ApprovalShape:
    approval = seen.approval
    names = ApprovalShape.model_fields.keys() - {"item", "run_id", "people", "may_vote"}
    return ApprovalShape.model_validate(
        {
            **{name: getattr(approval, name) for name in names},
            "item": approval.path,
            "run_id": approval.root_run_id,
            "people": seen.people,
            "may_vote": seen.my_approver_id is not None,
        }
    )
