"""The page that an e-mail's link leads approvers to who have no account: it needs no script."""

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from domain.errors import GoldenpathError, InvalidInput
from domain.workflows.votes import Ballot
from server.dependencies import ServicesDep
from server.edge.quotas import count_stranger
from server.errors import status_of
from server.routes.approval_links import asked_by_link, count_vote
from storage.approvals import Approval, Voter
from ui.form_html import sent_values
from ui.forms import FormError, changes_of, fields_of_values
from ui.pages.plain_page import message_page
from ui.pages.vote_page import AskedVote, vote_page

#: The address itself is the secret.
_HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}

router = APIRouter(prefix="/vote", include_in_schema=False, dependencies=[Depends(count_stranger)])


@router.get("/{token}")
async def show_vote(token: str, services: ServicesDep) -> HTMLResponse:
    """What is asked of whoever has this link; looking decides nothing."""
    try:
        return HTMLResponse(
            vote_page(_asked(*await asked_by_link(services, token))), headers=_HEADERS
        )
    except GoldenpathError as error:
        return _refusal(error)


@router.post("/{token}")
async def vote(token: str, request: Request, services: ServicesDep) -> HTMLResponse:
    """Approve or reject as whoever the link was sent to."""
    try:
        voter, approval = await asked_by_link(services, token)
        asked = _asked(voter, approval)
        sent = {name: str(value) for name, value in (await request.form()).items()}
        try:
            await count_vote(services, token, voter, _ballot(asked, sent))
        except (InvalidInput, FormError) as error:
            text = vote_page(asked, str(error), sent)
            return HTMLResponse(text, 422, _HEADERS)
        standing = _asked(*await asked_by_link(services, token))
        return HTMLResponse(vote_page(standing), headers=_HEADERS)
    except GoldenpathError as error:
        return _refusal(error)


def _asked(voter: Voter, approval: Approval) -> AskedVote:
    return AskedVote(
        workflow_name=approval.workflow_name,
        title=approval.title,
        message=approval.message,
        editable=approval.editable,
        status=approval.status,
        expires_at=approval.expires_at,
        you=voter.name,
        your_decision=voter.decision,
    )


def _ballot(asked: AskedVote, sent: dict[str, str]) -> Ballot:
    decision = sent.get("decision")
    if decision not in ("approved", "rejected"):
        raise InvalidInput("Press Approve or Reject.")
    edits = {}
    if decision == "approved":
        edits = changes_of(asked.editable, sent_values(fields_of_values(asked.editable), sent))
    comment = sent.get("comment", "").strip()[:5_000] or None
    return Ballot(decision, comment, edits)


def _refusal(error: GoldenpathError) -> HTMLResponse:
    text = message_page("That did not work", str(error))
    return HTMLResponse(text, status_of(error), _HEADERS)
