"""How workflows do, in figures."""

from datetime import UTC, date, datetime, timedelta
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


class DayFigures(BaseModel):
    """The executions that began on a day, in UTC."""

    day: date
    executions: int
    succeeded: int
    failed: int


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
    days: list[DayFigures]
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
        "days": found.days,
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
