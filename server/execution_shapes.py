"""Executions of workflows as the API takes and shows them."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from domain.workflows.execution import Execution, ExecutionStatus
from domain.workflows.run_view import NodeStatus, NodeView, RunView
from domain.workflows.starts import Cause
from domain.workflows.trials import trial_in


class NewExecution(BaseModel):
    """What to start a workflow with."""

    payload: dict[str, Any] = Field(
        default_factory=dict,
        description="What its trigger brings.",
        examples=[{"amount": 1500, "currency": "INR"}],
    )
    version: int | None = Field(
        None, ge=1, le=2**31 - 1, description="The live one when missing; others for editors."
    )
    trigger: str | None = Field(
        None, max_length=200, description="The trigger's node, where there are several."
    )
    until: str | None = Field(
        None, max_length=200, description="End at this node: only what leads to it is done."
    )
    pinned: dict[str, Any] = Field(
        default_factory=dict,
        max_length=400,
        description="What nodes gave back, by their id: they are taken as done, not done again.",
        examples=[{"find_row": {"row": 7}}],
    )


class Started(BaseModel):
    """What to follow: `GET /workflows/runs/{run_id}`, or the events of the thread."""

    run_id: UUID
    thread_id: UUID
    version: int


class ExecutionShape(BaseModel):
    """One execution of a workflow."""

    run_id: UUID = Field(description="Of its first run, which names it.")
    last_run_id: UUID = Field(description="Of its newest run, which is answered or cancelled.")
    thread_id: UUID
    workflow_id: UUID
    version: int
    status: ExecutionStatus
    cause: Cause
    trigger: str | None
    started_by: str
    retry_of: UUID | None = Field(description="The execution that it tries again.")
    error: str | None
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    duration_s: float | None


class AttemptShape(BaseModel):
    """One try at a node."""

    run_id: UUID
    status: Literal["running", "success", "error", "cancelled"]
    started_at: datetime
    ended_at: datetime | None
    error: str | None


class NodeShape(BaseModel):
    """What a node did, for one item where it is in a loop."""

    node_id: str
    item: str = Field(examples=["loop_1[3]/send"])
    does: str = Field(description="`service.task` of an action, else the node's type.")
    status: NodeStatus
    started_at: datetime
    ended_at: datetime | None
    duration_s: float | None
    input: Any
    output: Any = Field(description="How it begins, where `artifact_id` has the whole of it.")
    artifact_id: UUID | None
    error: str | None
    asks: dict[str, Any] | None = Field(description="What it waits for.")
    attempts: list[AttemptShape]


class TrialShape(BaseModel):
    """What makes an execution a trial; its `cause` is `test`."""

    until: str | None
    pinned: list[str] = Field(description="The nodes whose output was given.")


class ExecutionDetail(ExecutionShape):
    """An execution with what it was given, and what each node did."""

    trigger_data: Any
    trial: TrialShape | None
    failure: dict[str, Any] | None = Field(description="`{code, message}` of why it failed.")
    nodes: list[NodeShape] = Field(description="In the order in which they began.")
    seq: int = Field(description="The newest event in this view: follow the thread behind it.")


def execution_shape(execution: Execution) -> ExecutionShape:
    """An execution as the API lists it."""
    return ExecutionShape.model_validate(_fields(execution))


def execution_detail(
    execution: Execution, given: Mapping[str, Any], view: RunView, seq: int
) -> ExecutionDetail:
    """An execution as the API shows it; `given` is the input that it was started with."""
    trial = trial_in(given)
    return ExecutionDetail.model_validate(
        {
            **_fields(execution),
            "trigger_data": given.get("trigger_data"),
            "trial": {"until": trial.until, "pinned": list(trial.pinned)} if trial else None,
            "failure": dict(view.error) if view.error else None,
            "nodes": [_node(node) for node in view.nodes],
            "seq": seq,
        }
    )


def _fields(execution: Execution) -> dict[str, Any]:
    duration_s = _seconds(execution.started_at, execution.ended_at)
    return {**asdict(execution), "duration_s": duration_s}


def _node(node: NodeView) -> dict[str, Any]:
    return {**asdict(node), "duration_s": _seconds(node.started_at, node.ended_at)}


def _seconds(since: datetime | None, until: datetime | None) -> float | None:
    return (until - since).total_seconds() if since and until else None
