"""Voting by the link of an e-mail, for approvers without an account."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from domain.workflows.votes import Ballot, VoteDecision
from server.audit_notes import note
from server.auth.opaque_tokens import hashed
from server.dependencies import ServicesDep
from server.edge.quotas import count_stranger
from server.routes.approvals import StandingShape, VoteBody
from server.services import Services
from server.shapes import problems
from storage.approvals import Approval, ApprovalStatus, Voter, voter_of

# The address itself is the secret.
_HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}

router = APIRouter(
    prefix="/approvals/by-token", tags=["approvals"], dependencies=[Depends(count_stranger)]
)


class AskedShape(BaseModel):
    """What an approver without an account is asked."""

    title: str
    message: str
    editable: dict[str, Any] = Field(description="What you may change, as it is now.")
    status: ApprovalStatus
    expires_at: datetime
    you: str = Field(description="As whom you vote.")
    your_decision: VoteDecision | None


@router.get("/{token}", response_model=AskedShape, responses=problems(404, 422, 503))
async def show_question(token: str, services: ServicesDep) -> JSONResponse:
    """What is asked of whoever has this link."""
    voter, approval = await asked_by_link(services, token)
    shape = AskedShape(
        title=approval.title,
        message=approval.message,
        editable=dict(approval.editable),
        status=approval.status,
        expires_at=approval.expires_at,
        you=voter.name,
        your_decision=voter.decision,
    )
    return JSONResponse(shape.model_dump(mode="json"), headers=_HEADERS)


@router.post("/{token}", responses=problems(404, 409, 422, 503))
async def vote_by_link(token: str, body: VoteBody, services: ServicesDep) -> StandingShape:
    """Approve or reject as whoever the link was sent to."""
    voter = await voter_of(services.database, hashed(token))
    return StandingShape(status=await count_vote(services, token, voter, body.ballot()))


async def asked_by_link(services: Services, token: str) -> tuple[Voter, Approval]:
    """Whom a link stands for, and what they are asked; raises `NotFound`."""
    voter = await voter_of(services.database, hashed(token))
    return voter, (await services.approvals.get(voter.owner, voter.approval_id)).approval


async def count_vote(
    services: Services, token: str, voter: Voter, ballot: Ballot
) -> ApprovalStatus:
    """Count a vote by link; how the approval stands then. Raises `NotFound`, `Conflict`."""
    status = await services.waiting.vote_by_token(hashed(token), ballot)
    # Nobody has signed in, so it stands with those of the owner, and says who it was.
    said = {"decision": ballot.decision, "by": voter.name}
    await note(services, voter.owner, "approval.voted", voter.approval_id, **said)
    return status
