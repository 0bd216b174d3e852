"""What you ran: conversations, workflows and work in the background, as one list."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, Final
from uuid import UUID

import orjson
from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from domain.events import EventType
from domain.workflows.execution import ExecutionStatus
from server.dependencies import ServicesDep, UserDep
from server.shapes import problems
from server.sse import LAST_SEQ
from storage.run_history import EventPart, RunEntry, RunKind, RunSearch

router = APIRouter(prefix="/runs", tags=["runs"])

_MOST_ENTRIES: Final = 200
_MOST_EVENTS: Final = 1_000

LimitDep = Annotated[int, Query(ge=1, le=_MOST_ENTRIES, description="How many at most.")]


class RunEntryShape(BaseModel):
    """One run of a conversation, or one execution of a workflow with all its runs."""

    run_id: UUID = Field(description="Of its first run, which names it.")
    last_run_id: UUID = Field(description="Of its newest run, which is answered or cancelled.")
    runs: list[UUID] = Field(description="All of them, oldest first.")
    number: int = Field(description="The order in which they came.")
    thread_id: UUID
    kind: RunKind
    status: ExecutionStatus
    title: str | None
    graph_id: str
    assistant_id: str
    assistant_name: str | None = Field(description="Null for those that graphs have by default.")
    workflow_id: UUID | None
    version: int | None
    came_by: str = Field(
        description="A workflow's cause, or `message`, `answer`, `checkpoint`, `api`.",
        examples=["webhook"],
    )
    retry_of: UUID | None = Field(description="The execution that it tries again.")
    attempts: int
    error: str | None
    cost_usd: Decimal | None = Field(description="Of the models that were called.")
    tokens: int | None
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    duration_s: float | None


class RunEntries(BaseModel):
    """Some of what you ran, newest first."""

    entries: list[RunEntryShape]
    next_cursor: int | None = Field(description="Send it as `before` for what is older.")


class RunEvents(BaseModel):
    """A part of the log of what you ran."""

    events: list[dict[str, Any]] = Field(description="Oldest first, as the streams have them.")
    types: dict[str, int] = Field(description="How many there are of each type in all.")
    has_more: bool = Field(description="Whether more lie in the direction that was asked for.")


@router.get("", responses=problems(422, 503))
async def list_entries(
    services: ServicesDep,
    user: UserDep,
    kind: Annotated[list[RunKind] | None, Query(description="Any of these.")] = None,
    status: Annotated[list[ExecutionStatus] | None, Query(description="Any of these.")] = None,
    workflow_id: Annotated[UUID | None, Query(description="Only of this workflow.")] = None,
    assistant_id: Annotated[
        str | None, Query(max_length=200, description="Only of this assistant, or graph.")
    ] = None,
    q: Annotated[
        str | None, Query(max_length=200, description="Only titles that contain this.")
    ] = None,
    since: Annotated[datetime | None, Query(description="Came at or after this.")] = None,
    until: Annotated[datetime | None, Query(description="Came before this.")] = None,
    before: Annotated[
        int | None, Query(ge=1, le=LAST_SEQ, description="The `next_cursor` of the page before.")
    ] = None,
    limit: LimitDep = 50,
) -> RunEntries:
    """What you ran, newest first: runs of conversations, and executions of workflows."""
    search = RunSearch(
        kinds=kind,
        statuses=status,
        workflow_id=workflow_id,
        assistant=None if assistant_id is None else assistant_id.replace("\x00", ""),
        text=q or None,
        since=_in_utc(since),
        until=_in_utc(until),
        before=before,
        limit=limit,
    )
    entries = await services.run_history.page(user, search)
    return RunEntries(
        entries=[_shape(entry) for entry in entries],
        next_cursor=entries[-1].number if len(entries) == limit else None,
    )


@router.get("/{run_id}/entry", responses=problems(404, 422, 503))
async def get_entry(run_id: UUID, services: ServicesDep, user: UserDep) -> RunEntryShape:
    """The entry that a run belongs to."""
    return _shape(await services.run_history.entry(user, run_id))


@router.get("/{run_id}/events", responses=problems(404, 422, 503))
async def list_events(
    run_id: UUID,
    services: ServicesDep,
    user: UserDep,
    after: Annotated[int, Query(ge=0, le=LAST_SEQ, description="Only behind this `seq`.")] = 0,
    before: Annotated[
        int | None, Query(ge=1, le=LAST_SEQ, description="The part that ends before this `seq`.")
    ] = None,
    type: Annotated[list[EventType] | None, Query(description="Any of these.")] = None,
    limit: Annotated[int, Query(ge=1, le=_MOST_EVENTS, description="How many at most.")] = 100,
) -> RunEvents:
    """A part of the log of a run, or of the execution that it belongs to."""
    entry = await services.run_history.entry(user, run_id)
    part = EventPart(after=after, before=before, types=_texts(type), limit=limit + 1)
    found = await services.run_history.events(user, entry, part)
    has_more = len(found) > limit
    if has_more:
        found = found[:limit] if before is None else found[-limit:]
    return RunEvents(
        events=[orjson.loads(event.json()) for event in found],
        types=await services.run_history.event_types(user, entry),
        has_more=has_more,
    )


def _texts(types: Sequence[EventType] | None) -> list[str] | None:
    return None if types is None else [str(each) for each in types]


def _shape(entry: RunEntry) -> RunEntryShape:
    since, until = entry.started_at, entry.ended_at
    duration_s = (until - since).total_seconds() if since and until else None
    return RunEntryShape.model_validate({**asdict(entry), "duration_s": duration_s})


def _in_utc(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment and not moment.tzinfo else moment
