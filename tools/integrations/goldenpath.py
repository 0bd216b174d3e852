"""This very service: other workflows, and what its users spend on AI."""

from typing import Any, Final
from uuid import UUID

from pydantic import Field

from domain.costs.json_data import as_json
from domain.errors import Conflict
from domain.workflows.starts import MOST_DEPTH, WorkflowStart
from tools.integration import Action, Call, Integration
from tools.query_usage import MOST_LINES, Dimension, usage_lines
from tools.task_shapes import TaskParams, TaskResult
from tools.triggers.goldenpath import TRIGGERS


class OtherWorkflow(TaskParams):
    """Which workflow to start, and with what."""

    workflow_id: UUID = Field(
        title="Workflow",
        description="One of your active workflows.",
        json_schema_extra={"x-workflow": True},
    )
    data: dict[str, Any] = Field(
        default_factory=dict,
        title="Data",
        description="What its trigger brings there, as trigger_data.",
        examples=[{"customer": "{{trigger_data.customer}}"}],
    )


class StartedRun(TaskResult):
    """A run that goes on by itself."""

    run_id: str
    thread_id: str
    version: int


class WhichUsage(TaskParams):
    """How to group what was spent."""

    group_by: Dimension = Field(
        default="model", title="By", description="day has the newest first, all others the dearest."
    )
    limit: int = Field(default=10, title="At most", ge=1, le=MOST_LINES)


class UsageLines(TaskResult):
    """What was spent on AI."""

    lines: list[dict[str, Any]] = Field(description="Each with label or day, requests, cost_usd.")
    line_count: int = Field(description="How many there are.")


async def _start_workflow(call: Call, params: OtherWorkflow) -> StartedRun:
    depth = call.depth + 1
    if depth > MOST_DEPTH:
        raise Conflict(
            f"Workflows start each other in a chain of {MOST_DEPTH} at most, and this would be one "
            "more. Look whether they go round in a circle."
        )
    start = WorkflowStart(params.workflow_id, "workflow", params.data, depth=depth)
    started = await call.workflows.starter.start(call.user, start)
    return StartedRun(
        run_id=str(started.run_id), thread_id=str(started.thread_id), version=started.version
    )


async def _query_usage(call: Call, params: WhichUsage) -> UsageLines:
    facts = await call.ports.usage.facts(call.user)
    lines = () if facts.coverage.is_empty else usage_lines(facts, params.group_by)
    data: Any = as_json(lines[: params.limit])
    return UsageLines(lines=data, line_count=len(lines))


INTEGRATION: Final = Integration(
    service="goldenpath",
    title="goldenpath",
    description="Your other workflows here, and the AI usage of your workspace.",
    triggers=TRIGGERS,
    actions=(
        Action(
            name="start_workflow",
            title="Start a workflow",
            description="Start another workflow, which goes on by itself.",
            params=OtherWorkflow,
            result=StartedRun,
            # A start takes no key: asked twice it starts two runs.
            effect="unsafe",
            run=_start_workflow,
            phrases=("start the workflow", "run the workflow", "trigger the workflow"),
            reference=lambda result: result.run_id,
        ),
        Action(
            name="query_usage",
            title="Ask what AI costs",
            description="Calls, tokens and cost of your workspace's AI usage.",
            params=WhichUsage,
            result=UsageLines,
            effect="read",
            run=_query_usage,
            phrases=("check the ai costs", "get the ai usage", "query the usage", "ai spend"),
        ),
    ),
    aliases=("golden path", "workflow", "sub-workflow"),
)
