"""Threads and runs as every protocol shows them, and how a run's end changes both."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from domain.events import EndStatus

ThreadStatus = Literal["idle", "busy", "interrupted", "error"]
RunStatus = Literal["pending", "running", "success", "error", "timeout", "interrupted"]
MultitaskStrategy = Literal["enqueue", "reject", "interrupt", "rollback"]
#: What becomes of a run that is stopped: `interrupt` keeps what it reached, `rollback` undoes it.
CancelAction = Literal["interrupt", "rollback"]
#: A run that has not ended.
OPEN: frozenset[RunStatus] = frozenset(("pending", "running"))

#: What a run's status becomes at its end. A run that paused for a human has succeeded so far; one
#: that was cancelled is `interrupted` in LangGraph's words.
RUN_STATUS_AT_END: Mapping[EndStatus, RunStatus] = {
    "success": "success",
    "interrupted": "success",
    "cancelled": "interrupted",
    "error": "error",
    "timeout": "timeout",
}

#: What its thread's status becomes, when no other run waits. A cancelled run leaves its thread
#: `interrupted` if the graph has a next step: see `thread_status_at_end`.
_THREAD_STATUS_AT_END: Mapping[EndStatus, ThreadStatus] = {
    "success": "idle",
    "interrupted": "interrupted",
    "cancelled": "idle",
    "error": "error",
    "timeout": "error",
}


def thread_status_at_end(end: EndStatus, *, has_next_step: bool) -> ThreadStatus:
    """The thread's status after a run that ended so."""
    if end == "cancelled" and has_next_step:
        return "interrupted"
    return _THREAD_STATUS_AT_END[end]


@dataclass(frozen=True, slots=True)
class Thread:
    """A line of work: a conversation, a workflow's history, an import."""

    thread_id: UUID
    created_at: datetime
    updated_at: datetime
    state_updated_at: datetime | None
    metadata: Mapping[str, Any]
    config: Mapping[str, Any]
    status: ThreadStatus
    values: Any
    #: What it waits for: {task_id: [{id, value, response_schema}]}.
    interrupts: Mapping[str, list[dict[str, Any]]]
    error: str | None


@dataclass(frozen=True, slots=True)
class Run:
    """One execution of a graph on a thread."""

    run_id: UUID
    thread_id: UUID
    assistant_id: str
    graph_id: str
    created_at: datetime
    updated_at: datetime
    status: RunStatus
    metadata: Mapping[str, Any]
    #: All that it was asked to do: input, command, config, context, stream modes.
    kwargs: Mapping[str, Any]
    multitask_strategy: MultitaskStrategy
    #: Every time a worker takes it; all that it writes carries the number.
    attempt: int = 0
    #: Attempts that ended with their worker.
    crashes: int = 0
    cancel_action: CancelAction | None = None
    end_status: EndStatus | None = None
    error: str | None = None
    #: The queue's job that brings it to a worker; none while it waits for its turn.
    job_id: int | None = None

    @property
    def is_open(self) -> bool:
        """It has not ended."""
        return self.status in OPEN


@dataclass(frozen=True, slots=True)
class ClaimedRun:
    """A run taken by a worker for one attempt, with what it needs to start."""

    run: Run
    tenant_id: str
    user_id: str
    #: The thread has never had a checkpoint.
    thread_is_new: bool
    #: Someone asked to stop it before it was taken.
    cancel_requested: bool
