"""What people are told of their workflows."""

from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from domain.identity import UserContext

NoticeKind = Literal[
    "step_failed",
    "run_failed",
    "start_refused",
    "approval_asked",
    "approval_reminder",
    "approval_escalated",
    "approval_expired",
]


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to tell somebody."""

    kind: NoticeKind
    title: str
    message: str
    #: What it is about, such as a thread's or an approval's id.
    about: dict[str, Any] = field(default_factory=dict[str, Any])


class Notifier(Protocol):
    """Tells people."""

    async def notify(self, user: UserContext, notice: Notice) -> None:
        """Tell one user."""
        ...
