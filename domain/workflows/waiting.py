"""Waiting of workflows: for people's approval, for a moment, for an event.

A node asks first and then interrupts with a value made here; the answer that it is resumed with has
the shape of the schema that belongs to it. Asking again, after a crash, changes nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal, Protocol, cast
from uuid import UUID

from domain.errors import InvalidInput
from domain.identity import UserContext

_DAY_S: Final = 24 * 3600.0
#: Nothing waits longer.
MOST_WAIT_S: Final = 30 * _DAY_S
EXPIRES_AFTER_S: Final = 7 * _DAY_S
MOST_APPROVERS: Final = 1_000

_MOST_TITLE: Final = 500
_MOST_MESSAGE: Final = 20_000
_MOST_NAME: Final = 200

#: Under which name a question of each kind says what it belongs to.
_ID_OF: Final[Mapping[str, str]] = {
    "approval": "approval_id",
    "wait": "wait_id",
    "retry": "wait_id",
}

#: `reject` makes an approval that nobody settled in time a rejected one.
OnExpiry = Literal["branch", "reject"]
ApprovalDecision = Literal["approved", "rejected", "expired"]
WaitOutcome = Literal["due", "received", "expired"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalRequest:
    """What an approval node asks of people. Times in seconds from now."""

    #: The first run of the thread.
    root_run_id: UUID
    thread_id: UUID
    workflow_id: UUID
    node_id: str
    #: Where in loops, as in `loop_1[3]/gate`; the node's id outside of them.
    path: str
    title: str
    message: str = ""
    #: Ids of users, roles, e-mail addresses.
    approvers: tuple[str, ...] = ()
    #: How many have to agree.
    quorum: int = 1
    #: Whether a single rejection settles it.
    veto: bool = True
    #: What they may change while they approve, with its present values.
    editable: Mapping[str, Any] = field(default_factory=dict[str, Any])
    reminder_after: float | None = None
    escalate_after: float | None = None
    #: Who may vote as well from then on.
    escalate_to: tuple[str, ...] = ()
    expires_after: float = EXPIRES_AFTER_S
    on_expiry: OnExpiry = "branch"


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitRequest:
    """What a wait node waits for: so many seconds, a moment, or an event until it expires."""

    root_run_id: UUID
    thread_id: UUID
    workflow_id: UUID
    node_id: str
    path: str
    seconds: float | None = None
    until: datetime | None = None
    event: str | None = None
    #: Only an event with this key counts; None is any.
    key: str | None = None
    #: When the wait for an event is given up; None is the longest there is.
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedAttempt:
    """An attempt at a step that failed, and when the next one comes."""

    node_id: str
    #: Where in loops, as in `loop_1[3]/send`.
    item: str
    title: str
    #: Which it was, of so many at most.
    number: int
    most: int
    error: str
    seconds: float
    until: datetime


class Waiting(Protocol):
    """Keeps what workflows wait for; each method is durable when it returns."""

    async def ask(self, user: UserContext, request: ApprovalRequest) -> UUID:
        """Ask people, unless they were asked already at this place of this run; the approval's id.

        Raises `InvalidInput` for approvers that there are not, or too few for the quorum.
        """
        ...

    async def wait(self, user: UserContext, request: WaitRequest) -> UUID:
        """Begin to wait, unless this place of this run does already; the wait's id.

        Raises `InvalidInput` for what would wait too long.
        """
        ...


def check_approval(request: ApprovalRequest) -> None:
    """Raise `InvalidInput` for what cannot be asked so."""
    if not 1 <= len(request.approvers) <= MOST_APPROVERS:
        raise InvalidInput(f"Name between 1 and {MOST_APPROVERS:,} approvers.")
    if request.quorum < 1:
        raise InvalidInput("An approval needs at least one vote: give it a quorum of 1 or more.")
    if len(request.escalate_to) > MOST_APPROVERS:
        raise InvalidInput(f"Name at most {MOST_APPROVERS:,} people to escalate to.")
    if request.escalate_after is not None and not request.escalate_to:
        raise InvalidInput("Say to whom the approval is escalated, or leave `escalate_after` out.")
    if not request.title.strip() or len(request.title) > _MOST_TITLE:
        raise InvalidInput(f"An approval needs a title of at most {_MOST_TITLE} characters.")
    if len(request.message) > _MOST_MESSAGE:
        raise InvalidInput(f"An approval's message has at most {_MOST_MESSAGE:,} characters.")
    for name in ("expires_after", "reminder_after", "escalate_after"):
        _check_seconds(name, getattr(request, name))


def check_wait(request: WaitRequest) -> None:
    """Raise `InvalidInput` for a wait that names nothing, several things, or too long a time.

    How far off a moment is is for whoever knows the time.
    """
    given = [request.seconds is not None, request.until is not None, request.event is not None]
    if sum(given) != 1:
        raise InvalidInput("Wait for one of these: `seconds`, `until` or `event`.")
    if request.seconds is not None and not 0 <= request.seconds <= MOST_WAIT_S:
        raise InvalidInput(_too_long())
    for name in ("event", "key"):
        text: str | None = getattr(request, name)
        if text is not None and not 0 < len(text) <= _MOST_NAME:
            raise InvalidInput(f"`{name}` has between 1 and {_MOST_NAME} characters.")
    for moment in (request.until, request.expires_at):
        if moment is not None and moment.tzinfo is None:
            raise InvalidInput("A moment needs its time zone, as in 2026-05-01T09:00:00+02:00.")


def require_near(seconds: float) -> None:
    """Raise `InvalidInput` for a moment that is too many seconds away."""
    if seconds > MOST_WAIT_S:
        raise InvalidInput(_too_long())


def approval_question(approval_id: UUID, request: ApprovalRequest) -> dict[str, Any]:
    """What the gate of an approval interrupts with."""
    return {
        "kind": "approval",
        "approval_id": str(approval_id),
        "node_id": request.node_id,
        "item": request.path,
        "title": request.title,
        "message": request.message,
        "quorum": request.quorum,
        "editable": dict(request.editable),
    }


def wait_question(wait_id: UUID, request: WaitRequest) -> dict[str, Any]:
    """What a wait interrupts with."""
    return {
        "kind": "wait",
        "wait_id": str(wait_id),
        "node_id": request.node_id,
        "item": request.path,
        "seconds": request.seconds,
        "until": request.until.isoformat() if request.until else None,
        "event": request.event,
        "key": request.key,
        "expires_at": request.expires_at.isoformat() if request.expires_at else None,
    }


def retry_question(wait_id: UUID, attempt: FailedAttempt) -> dict[str, Any]:
    """What a step interrupts with whose next attempt comes later."""
    return {
        "kind": "retry",
        "wait_id": str(wait_id),
        "node_id": attempt.node_id,
        "item": attempt.item,
        "title": f"{attempt.title} is tried again later",
        "message": f"Attempt {attempt.number} of {attempt.most} failed: {attempt.error} The next "
        f"is made at {attempt.until:%Y-%m-%d %H:%M} UTC.",
        "attempt": attempt.number,
        "attempts": attempt.most,
        "error": attempt.error,
        "seconds": attempt.seconds,
        "until": attempt.until.isoformat(),
    }


def approval_schema() -> dict[str, Any]:
    """The schema of an approval's answer."""
    return {
        "type": "object",
        "properties": {
            "decision": {"enum": ["approved", "rejected", "expired"]},
            "comment": {"type": ["string", "null"]},
            "edits": {"type": "object"},
            "votes": {"type": "array", "items": {"type": "object"}},
        },
        "required": ["decision"],
    }


def wait_schema() -> dict[str, Any]:
    """The schema of a wait's answer."""
    outcomes: list[WaitOutcome] = ["due", "received", "expired"]
    return {
        "type": "object",
        "properties": {"outcome": {"enum": outcomes}, "data": {}},
        "required": ["outcome"],
    }


def retry_schema() -> dict[str, Any]:
    """The schema of the answer of somebody who does not wait for the next attempt."""
    return {
        "title": "Try it now?",
        "type": "object",
        "properties": {"outcome": {"enum": ["now"], "title": "Without waiting for its time"}},
    }


def is_closed(question: Any) -> bool:
    """Whether a question is answered by votes, an event or a moment, and by nobody else."""
    return waits_for(question) is not None and question["kind"] != "retry"


def waits_for(question: Any) -> UUID | None:
    """The approval or wait that an interrupt's value belongs to; None for any other question."""
    if not isinstance(question, Mapping):
        return None
    asked = cast(Mapping[str, Any], question)
    name = _ID_OF.get(str(asked.get("kind")), "")
    try:
        return UUID(str(asked[name])) if name in asked else None
    except ValueError:
        return None


def fitting(
    interrupts: Mapping[str, list[dict[str, Any]]], answers: Mapping[UUID, Any]
) -> tuple[dict[str, Any], list[UUID]]:
    """The answers by the ids of the interrupts that wait for them, and which those were."""
    by_interrupt: dict[str, Any] = {}
    used: list[UUID] = []
    for interrupt in _all(interrupts):
        asked = waits_for(interrupt.get("value"))
        if asked is not None and asked in answers:
            by_interrupt[interrupt["id"]] = answers[asked]
            used.append(asked)
    return by_interrupt, used


def _all(interrupts: Mapping[str, list[dict[str, Any]]]) -> Iterable[dict[str, Any]]:
    return (interrupt for group in interrupts.values() for interrupt in group)


def _check_seconds(name: str, seconds: float | None) -> None:
    if seconds is not None and not 0 < seconds <= MOST_WAIT_S:
        raise InvalidInput(f"`{name}` lies between 1 second and {MOST_WAIT_S / _DAY_S:g} days.")


def _too_long() -> str:
    return f"A workflow waits at most {MOST_WAIT_S / _DAY_S:g} days. Choose a nearer moment."
