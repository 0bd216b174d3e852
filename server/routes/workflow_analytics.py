"""How workflows do, in figures."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from domain.errors import InvalidInput
from server.dependencies import ServicesDep, UserDep
from server.shapes import problems
from server.workflow_shapes import Statistics, statistics
from storage.workflow_analytics import Period

router = APIRouter(prefix="/workflows", tags=["workflow runs"])

_DEFAULT: Final = timedelta(days=30)
_LONGEST: Final = timedelta(days=366)


class WorkflowFigures(Statistics):
    """One workflow's executions."""

    workflow_id: UUID
    name: str


class StepFigures(BaseModel):
    """The executions that began in an hour or on a day, in UTC."""

    at: datetime = Field(description="When it begins. Those without executions are left out.")
    executions: int
    succeeded: int
    failed: int
    p50_s: float | None
    p95_s: float | None


class CostFigures(BaseModel):
    """What the models took that the executions of an hour or day asked."""

    at: datetime
    cost_usd: Decimal | None = Field(description="Of the runs whose every call could be priced.")
    unpriced_runs: int
    input_tokens: int
    output_tokens: int


class FailureFigures(BaseModel):
    """Where and how executions failed."""

    workflow_id: UUID
    node_id: str | None = Field(description="The node that failed last; null when none did.")
    code: str = Field(examples=["ProviderRefused", "timeout"])
    executions: int


class EffectFigures(BaseModel):
    """What executions did to the world outside."""

    service: str
    task: str
    status: Literal["intended", "done", "failed", "in_doubt"]
    effects: int


class Figures(BaseModel):
    """The executions that began in a period."""

    since: datetime
    until: datetime
    whole: Statistics
    workflows: list[WorkflowFigures] = Field(description="The busiest first.")
    step: Literal["hour", "day"] = Field(description="By the hour in periods of up to 3 days.")
    series: list[StepFigures]
    costs: list[CostFigures] = Field(description="Of the newest 10,000 executions.")
    failures: list[FailureFigures]
    effects: list[EffectFigures]


@router.get("/analytics", responses=problems(404, 422, 503))
async def analyse_workflows(
    services: ServicesDep,
    user: UserDep,
    workflow_id: Annotated[UUID | None, Query(description="All of yours when missing.")] = None,
    since: Annotated[datetime | None, Query(description="30 days before `until`.")] = None,
    until: Annotated[datetime | None, Query(description="Now.")] = None,
) -> Figures:
    """Success, times, failures and effects of your workflows, or of one that you see."""
    period = _period(since, until)
    owner = user
    if workflow_id is not None:
        owner = (await services.workflows.repository.get(user, workflow_id)).owner
    found = await services.workflows.analytics.of(owner, period, workflow_id)
    shown: dict[str, Any] = {
        "since": period.since,
        "until": period.until,
        "whole": statistics(found.whole),
        "workflows": [statistics(row) for row in found.workflows],
        "step": period.step,
        "series": found.series,
        "costs": found.costs,
        "failures": found.failures,
        "effects": found.effects,
    }
    return Figures.model_validate(shown)


def _period(since: datetime | None, until: datetime | None) -> Period:
    """The period that is meant, times without a zone in UTC; raises `InvalidInput`."""
    until = _in_utc(until) if until else datetime.now(UTC)
    since = _in_utc(since) if since else until - _DEFAULT
    if not timedelta(0) < until - since <= _LONGEST:
        raise InvalidInput(
            f"`since` must lie before `until`, by {_LONGEST.days} days at most. Ask for less."
        )
    return Period(since, until)


def _in_utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
