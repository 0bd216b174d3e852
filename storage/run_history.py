"""What a user ran, as a list and one by one, with the events of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, Literal
from uuid import UUID

from domain.errors import NotFound
from domain.events import EVENT_TYPES, StoredEvent
from domain.identity import UserContext
from domain.workflows.execution import ExecutionStatus
from storage.database import Database
from storage.searches import escape_like
from storage.sql_files import load_statements

_SQL = load_statements("run_history")

RunKind = Literal["chat", "workflow", "background"]

#: Events have positive numbers.
_FIRST: Final = 0


@dataclass(frozen=True, slots=True)
class RunEntry:
    """One run of a conversation, or one execution of a workflow with all its runs."""

    #: Of its first run, which names it.
    run_id: UUID
    #: Its newest run, which is answered or cancelled.
    last_run_id: UUID
    #: All of them, oldest first.
    runs: Sequence[UUID]
    number: int
    thread_id: UUID
    kind: RunKind
    status: ExecutionStatus
    title: str | None
    graph_id: str
    assistant_id: str
    #: None for those that every graph has by default.
    assistant_name: str | None
    workflow_id: UUID | None
    version: int | None
    #: How it came: a workflow's cause, or `message`, `answer`, `checkpoint`, `api`.
    came_by: str
    retry_of: UUID | None
    #: How often it was tried: again by a person, or taken over after a crash.
    attempts: int
    error: str | None
    cost_usd: Decimal | None
    tokens: int | None
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None


_FIELDS: Final = tuple(field.name for field in fields(RunEntry))


@dataclass(frozen=True, slots=True)
class RunSearch:
    """Which entries; what is None means all."""

    kinds: Sequence[RunKind] | None = None
    statuses: Sequence[ExecutionStatus] | None = None
    workflow_id: UUID | None = None
    #: An assistant's id, or a graph's.
    assistant: str | None = None
    #: A part of the title.
    text: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    #: Only what came before the entry of this number.
    before: int | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class EventPart:
    """Which part of a log: behind a number, or the part that ends before one."""

    after: int = _FIRST
    before: int | None = None
    types: Sequence[str] | None = None
    limit: int = 100


class RunHistory:
    """Reads what one user at a time ran."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(self, user: UserContext, search: RunSearch) -> list[RunEntry]:
        """The entries that fit, newest first."""
        return await self._entries(user, search)

    async def entry(self, user: UserContext, run_id: UUID) -> RunEntry:
        """The entry that a run belongs to; raises `NotFound`."""
        found = await self._entries(user, RunSearch(limit=1), run_id)
        if not found:
            raise NotFound("run", str(run_id))
        return found[0]

    async def events(
        self, user: UserContext, entry: RunEntry, part: EventPart
    ) -> list[StoredEvent]:
        """A part of an entry's log, oldest first."""
        parameters: dict[str, Any] = {
            "runs": list(entry.runs),
            "types": sorted(EVENT_TYPES if part.types is None else part.types),
            "after": part.after,
            "before": part.before,
            "limit": part.limit,
        }
        name = "events" if part.before is None else "events_before"
        async with self._database.acting_for(user) as connection:
            rows = await (await connection.execute(_SQL[name], parameters)).fetchall()
        return sorted((_event(entry.thread_id, row) for row in rows), key=lambda event: event.seq)

    async def event_types(self, user: UserContext, entry: RunEntry) -> dict[str, int]:
        """How many events of each type an entry has."""
        parameters = {"runs": list(entry.runs), "types": sorted(EVENT_TYPES)}
        async with self._database.acting_for(user) as connection:
            cursor = await connection.execute(_SQL["event_types"], parameters)
            return {row["type"]: row["events"] for row in await cursor.fetchall()}

    async def _entries(
        self, user: UserContext, search: RunSearch, run_id: UUID | None = None
    ) -> list[RunEntry]:
        parameters: dict[str, Any] = {
            "tenant_id": user.tenant_id,
            "user_id": user.user_id,
            "run_id": run_id,
            "before": search.before,
            "kinds": None if search.kinds is None else list(search.kinds),
            "statuses": None if search.statuses is None else list(search.statuses),
            "workflow_id": search.workflow_id,
            "assistant": search.assistant,
            "title": None if search.text is None else f"%{escape_like(search.text)}%",
            "since": search.since,
            "until": search.until,
            "limit": search.limit,
        }
        async with self._database.acting_for(user) as connection:
            rows = await (await connection.execute(_SQL["page"], parameters)).fetchall()
        return [RunEntry(**{name: row[name] for name in _FIELDS}) for row in rows]


def _event(thread_id: UUID, row: Mapping[str, Any]) -> StoredEvent:
    return StoredEvent(
        seq=row["seq"],
        thread_id=str(thread_id),
        run_id=str(row["run_id"]),
        type=row["type"],
        body=row["body"].encode(),
    )
