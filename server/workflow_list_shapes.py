"""Workflows in a list: with what starts them, whether it can, and how they did lately."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

from domain.workflows.execution import ExecutionStatus
from server.workflow_shapes import WorkflowShape


class ShownTrigger(BaseModel):
    """What starts a workflow: its live version, or its draft while it is off."""

    node_id: str
    service: str
    task: str
    words: str = Field(examples=["Every weekday at 09:00 IST", "Razorpay: Payment received"])
    can_fire: bool | None = Field(description="Null while the workflow is off.")
    problem: str | None = Field(description="What to do when it cannot.")
    next_at: datetime | None = Field(description="When it is due next, for a schedule.")


class ShownRun(BaseModel):
    """One of the newest executions."""

    run_id: UUID
    status: ExecutionStatus
    created_at: datetime
    duration_s: float | None


class ListedWorkflow(WorkflowShape):
    """A workflow in a list."""

    steps: int = Field(description="Of its draft.")
    triggers: list[ShownTrigger]
    next_at: datetime | None = Field(description="The first time that one of its schedules is due.")
    liveness: Literal["off", "live", "stuck"] = Field(
        description="`stuck` is live, and one of its triggers cannot fire."
    )
    recent_runs: list[ShownRun] = Field(description="The newest 20, newest first.")
