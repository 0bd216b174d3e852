"""Executions: a workflow's starts, each with all that came of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from domain.identity import UserContext
from domain.workflows.starts import Cause

ExecutionStatus = Literal[
    "queued", "running", "waiting", "success", "error", "timeout", "cancelled"
]

#: An execution that goes on by itself or by an answer.
UNDER_WAY: Final[frozenset[ExecutionStatus]] = frozenset(("queued", "running", "waiting"))
#: One that may be tried again.
FAILED: Final[frozenset[ExecutionStatus]] = frozenset(("error", "timeout", "cancelled"))


@dataclass(frozen=True, slots=True)
class Execution:
    """One execution: a thread with the run it began with and those that went on."""

    #: Of its first run: the execution's name.
    run_id: UUID
    thread_id: UUID
    #: The order in which executions came.
    number: int
    workflow_id: UUID
    version: int
    tenant_id: str
    #: The workflow's owner, for whom it acts.
    user_id: str
    cause: Cause
    trigger: str | None
    started_by: str
    retry_of: UUID | None
    status: ExecutionStatus
    error: str | None
    #: Its newest run.
    last_run_id: UUID
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None

    @property
    def owner(self) -> UserContext:
        """For whom it acts, and whose its rows are."""
        return UserContext(user_id=self.user_id, tenant_id=self.tenant_id)
