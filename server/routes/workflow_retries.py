"""Trying a failed execution of a workflow again: look at the plan, then send it back."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from domain.blueprints.catalogue import Effect
from domain.workflows.effects import EffectStatus
from domain.workflows.execution import Execution
from domain.workflows.retry import RetryFrom, RetryPlan, WhichVersion
from server.dependencies import ServicesDep, UserDep
from server.execution_shapes import Started
from server.services import Services
from server.shapes import problems

router = APIRouter(prefix="/workflows/runs", tags=["workflow runs"])


class EffectShape(BaseModel):
    """Something that may happen a second time."""

    effect_key: str
    node_id: str
    path: str = Field(examples=["loop_1[3]/send"])
    service: str
    task: str
    effect: Effect
    status: EffectStatus
    reference: str | None = Field(description="The provider's name for what was done.")
    updated_at: datetime


class RetryPlanShape(BaseModel):
    """What trying again would do."""

    plan_id: str
    start: RetryFrom = Field(
        serialization_alias="from", description="Where it would go on, or begin anew."
    )
    version: int
    reused: list[str] = Field(description="Nodes whose outputs are kept.")
    reruns: list[str] = Field(description="Nodes that are, or may be, executed.")
    repeats: list[EffectShape] = Field(description="What has to be acknowledged.")


class Retry(BaseModel):
    """A plan that somebody has looked at."""

    plan_id: str = Field(max_length=64)
    acknowledge: list[str] = Field(
        default_factory=list,
        max_length=1000,
        description="The `effect_key` of each of its `repeats`.",
    )


@router.get("/{execution_id}/retry", responses=problems(403, 404, 409, 422, 503))
async def plan_retry(
    execution_id: UUID,
    services: ServicesDep,
    user: UserDep,
    start: Annotated[
        RetryFrom | None,
        Query(alias="from", description="Where it failed, if that can be, when missing."),
    ] = None,
    version: Annotated[WhichVersion, Query()] = "same",
) -> RetryPlanShape:
    """What trying a failed execution again would do; 409 with a `code` where it cannot be."""
    execution = await services.workflows.executions.get(user, execution_id)
    plan = await services.workflows.retries.plan(execution, start, version)
    return _shape(plan)


@router.post("/{execution_id}/retry", status_code=202, responses=problems(403, 404, 409, 422, 503))
async def retry_execution(
    execution_id: UUID, body: Retry, services: ServicesDep, user: UserDep
) -> Started:
    """Do what a plan says; 409 with `code` `plan_changed` when that is not the same any more."""
    execution = await services.workflows.executions.get(user, execution_id)
    await _require_editor(services, user, execution)
    started = await services.workflows.retries.retry(
        user, execution, body.plan_id, frozenset(body.acknowledge)
    )
    return Started(run_id=started.run_id, thread_id=started.thread_id, version=started.version)


async def _require_editor(services: Services, user: UserDep, execution: Execution) -> None:
    await services.workflows.repository.get(user, execution.workflow_id, "editor")


def _shape(plan: RetryPlan) -> RetryPlanShape:
    return RetryPlanShape.model_validate(asdict(plan))
