"""Votes on approvals: when they settle one, and what comes of their edits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from domain.errors import InvalidInput
from domain.workflows.waiting import ApprovalDecision, OnExpiry

VoteDecision = Literal["approved", "rejected"]


@dataclass(frozen=True, slots=True)
class Ballot:
    """What somebody says when they vote."""

    decision: VoteDecision
    comment: str | None = None
    edits: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class Vote:
    """What somebody has said."""

    by: str
    ballot: Ballot
    at: datetime


@dataclass(frozen=True, slots=True)
class Rules:
    """What settles an approval."""

    quorum: int
    veto: bool
    #: How many may vote at the moment.
    voters: int


def decision_of(rules: Rules, votes: Sequence[Vote]) -> VoteDecision | None:
    """What the votes have settled; None while they have not."""
    approved = sum(vote.ballot.decision == "approved" for vote in votes)
    rejected = len(votes) - approved
    if rejected and rules.veto:
        return "rejected"
    if approved >= rules.quorum:
        return "approved"
    # So many have said no that the others are too few.
    return "rejected" if rejected and rules.voters - rejected < rules.quorum else None


def check_ballot(editable: Mapping[str, Any], ballot: Ballot) -> None:
    """Raise `InvalidInput` for edits of what may not be edited, or into something else."""
    if ballot.edits and ballot.decision == "rejected":
        raise InvalidInput("Only an approval can change values. Leave `edits` out to reject.")
    for name, value in ballot.edits.items():
        if name not in editable:
            known = ", ".join(editable) or "none"
            raise InvalidInput(f"A value in `edits` cannot be changed here. There are: {known}.")
        if editable[name] is not None and _kind(editable[name]) != _kind(value):
            raise InvalidInput(f"{name} is a {_kind(editable[name])} and has to stay one.")


def answer_of(decision: ApprovalDecision, votes: Sequence[Vote]) -> dict[str, Any]:
    """What the waiting run is told; of two edits of one value the later counts."""
    edits: dict[str, Any] = {}
    if decision == "approved":
        for vote in votes:
            edits.update(vote.ballot.edits)
    said = [vote.ballot.comment for vote in votes if vote.ballot.decision == decision]
    return {
        "decision": decision,
        "comment": next((comment for comment in reversed(said) if comment), None),
        "edits": edits,
        "votes": [
            {
                "by": vote.by,
                "decision": vote.ballot.decision,
                "comment": vote.ballot.comment,
                "at": vote.at.isoformat(),
            }
            for vote in votes
        ],
    }


def decision_at_expiry(on_expiry: OnExpiry) -> ApprovalDecision:
    """What becomes of an approval that nobody settled in time."""
    return "rejected" if on_expiry == "reject" else "expired"


def _kind(value: Any) -> str:
    match value:
        case bool():
            return "yes or no"
        case int() | float():
            return "number"
        case str():
            return "text"
        case list():
            return "list"
        case dict():
            return "group of values"
        case _:
            return "empty value"
