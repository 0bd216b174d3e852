"""Workflows as the API takes and shows them."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from domain.blueprints.diff import Change
from domain.blueprints.problems import Problem
from domain.workflows.workflow import Rights, Workflow, WorkflowStatus
from storage.workflow_analytics import Row

Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    Field(examples=["Thank who pays"]),
]
Note = Annotated[
    str | None, Field(max_length=500, description="Why it is saved, for who reads the history.")
]
Blueprint = Annotated[
    dict[str, Any],
    Field(
        description="`{schema: 1, name, nodes, edges, settings}`.",
        examples=[
            {
                "schema": 1,
                "name": "Thank who pays",
                "nodes": [
                    {
                        "id": "paid",
                        "type": "trigger",
                        "data": {"service": "razorpay", "task": "payment_received"},
                    }
                ],
                "edges": [],
            }
        ],
    ),
]


class BlueprintProblem(BaseModel):
    """One thing that is wrong with a blueprint, where, and what to do about it."""

    code: str = Field(examples=["param_missing"])
    severity: Literal["error", "warning"]
    message: str
    next_step: str
    field: str
    node_id: str | None
    edge_id: str | None
    suggestions: list[str]


class ChangeShape(BaseModel):
    """One change from one blueprint to another; each can be accepted or rejected."""

    change_id: str
    part: Literal["node", "edge", "settings", "name"]
    kind: Literal["added", "removed", "changed"]
    part_id: str
    field: str = Field(description="As in `data.params.message`; empty for a whole step or edge.")
    before: Any
    after: Any


class NewWorkflow(BaseModel):
    """What a workflow is made from; its draft may have problems."""

    name: Name
    blueprint: Blueprint
    note: Note = None


class ChangedWorkflow(BaseModel):
    """What the next version of a draft consists of."""

    name: Name | None = Field(None, description="The blueprint's own name when it is missing.")
    blueprint: Blueprint
    note: Note = None


class Candidate(BaseModel):
    """A blueprint to check; the draft when it is missing."""

    blueprint: Blueprint | None = None


class Saved(BaseModel):
    """What was saved, and what is wrong with it."""

    workflow_id: UUID
    version: int
    problems: list[BlueprintProblem]


class Checked(BaseModel):
    """What is wrong."""

    problems: list[BlueprintProblem]


class VersionChoice(BaseModel):
    """Which version; the draft when it is missing."""

    version: int | None = Field(None, ge=1, le=2**31 - 1)


class Activated(BaseModel):
    """Which version is live now, and what to mind."""

    workflow_id: UUID
    version: int
    problems: list[BlueprintProblem]


class WorkflowShape(BaseModel):
    """A workflow."""

    workflow_id: UUID
    name: str
    status: WorkflowStatus = Field(description="`failing` is live and failed the last time.")
    rights: Rights = Field(description="What you may do with it.")
    owner: str = Field(description="The user for whom its runs act.")
    draft_version: int
    active_version: int | None
    services: list[str]
    created_at: datetime
    updated_at: datetime
    activated_at: datetime | None


class Statistics(BaseModel):
    """How its executions of the last 30 days did; times in seconds."""

    executions: int
    succeeded: int
    failed: int
    cancelled: int
    waiting: int
    under_way: int = Field(description="Queued and running ones.")
    success_rate: float | None = Field(description="Of those that succeeded or failed.")
    p50_s: float | None
    p95_s: float | None
    last_at: datetime | None


class WorkflowDetail(WorkflowShape):
    """A workflow with its draft and how it does."""

    blueprint: dict[str, Any]
    statistics: Statistics


def workflow_shape(workflow: Workflow) -> WorkflowShape:
    """A workflow as the API shows it."""
    return WorkflowShape.model_validate(workflow_fields(workflow))


def workflow_fields(workflow: Workflow) -> dict[str, Any]:
    """What every shape of a workflow shows."""
    return {
        **asdict(workflow),
        "owner": workflow.user_id,
        "status": workflow.status,
        "services": list(workflow.services),
    }


def problem_shapes(found: list[Problem]) -> list[BlueprintProblem]:
    """Problems as the API shows them."""
    return [BlueprintProblem.model_validate(asdict(one)) for one in found]


def change_shapes(found: Iterable[Change]) -> list[ChangeShape]:
    """Changes as the API shows them."""
    return [
        ChangeShape(
            change_id=change.change_id,
            part=change.part,
            kind=change.kind,
            part_id=change.part_id,
            field=".".join(change.field),
            before=change.before,
            after=change.after,
        )
        for change in found
    ]


def statistics(row: Row) -> dict[str, Any]:
    """Counted executions with the rate of success."""
    judged = row["succeeded"] + row["failed"]
    return {**row, "success_rate": row["succeeded"] / judged if judged else None}
