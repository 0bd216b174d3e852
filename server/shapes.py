"""Threads and runs as the API shows them: the shapes of LangGraph's SDK."""

from dataclasses import asdict
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from domain.runs import MultitaskStrategy, Run, RunStatus, Thread, ThreadStatus


class InterruptShape(BaseModel):
    """A question that waits for an answer."""

    id: str
    value: Any = Field(description="What is asked.")
    response_schema: dict[str, Any] | None = Field(
        description="JSON Schema of the answer, when the graph gave one."
    )


class ThreadShape(BaseModel):
    """A line of work."""

    thread_id: UUID
    created_at: datetime
    updated_at: datetime
    state_updated_at: datetime | None
    metadata: dict[str, Any]
    config: dict[str, Any]
    status: ThreadStatus
    values: Any = Field(description="The graph's values after its last run; null at first.")
    interrupts: dict[str, list[InterruptShape]] = Field(
        description="What the thread waits for, by task."
    )
    error: str | None


class RunShape(BaseModel):
    """One execution of a graph on a thread."""

    run_id: UUID
    thread_id: UUID
    assistant_id: str
    created_at: datetime
    updated_at: datetime
    status: RunStatus
    metadata: dict[str, Any]
    kwargs: dict[str, Any]
    multitask_strategy: MultitaskStrategy


class Problem(BaseModel):
    """What went wrong, in a sentence."""

    detail: str


#: OpenAPI entries of the errors that most routes may answer.
PROBLEMS: dict[int | str, dict[str, Any]] = {
    403: {"model": Problem, "description": "Your role or key does not allow this."},
    404: {"model": Problem, "description": "Unknown, or somebody else's."},
    409: {"model": Problem, "description": "Its state does not allow this now."},
    413: {"model": Problem, "description": "Larger than a limit allows."},
    422: {"model": Problem, "description": "The request cannot be used."},
    501: {"model": Problem, "description": "Not there yet."},
    503: {"model": Problem, "description": "A part is down; see Retry-After."},
}


def problems(
    *statuses: Literal[403, 404, 409, 413, 422, 501, 503],
) -> dict[int | str, dict[str, Any]]:
    """The OpenAPI entries for these statuses."""
    return {status: PROBLEMS[status] for status in statuses}


def thread_shape(thread: Thread) -> ThreadShape:
    """A thread as the API shows it."""
    return ThreadShape.model_validate(asdict(thread))


def run_shape(run: Run) -> RunShape:
    """A run as the API shows it."""
    return RunShape.model_validate({name: getattr(run, name) for name in RunShape.model_fields})
