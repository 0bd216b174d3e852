"""Executions of workflows: written with their first run, read out of their threads and runs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg

from domain.errors import NotFound
from domain.identity import UserContext
from domain.workflows.execution import Execution, ExecutionStatus
from domain.workflows.retry import KnownEffect, RetryRefused
from domain.workflows.starts import WORKFLOW_GRAPH, WorkflowStart
from storage.database import Connection, Database
from storage.sql_files import load_statements
from storage.workflows import WorkflowRepository

_SQL = load_statements("workflow_executions")
_FIELDS = tuple(field.name for field in fields(Execution))

#: Runs that are cancelled with their workflow, read at once.
_BATCH = 500
#: As many as an execution may have.
_MOST_EFFECTS = 1_000


@dataclass(frozen=True, slots=True)
class Startable:
    """One version of a workflow, as a start needs it."""

    name: str
    #: None when there is no such version, or none is live.
    version: int | None
    is_active: bool
    settings: Mapping[str, Any]
    #: Its trigger nodes, as the blueprint has them.
    triggers: Sequence[Mapping[str, Any]]
    #: How many executions of the user's workflows are queued or run, as far as anybody counts.
    open_executions: int


@dataclass(frozen=True, slots=True)
class Slot:
    """Of which so many executions may be under way at once."""

    name: str
    limit: int


@dataclass(frozen=True, slots=True)
class NewExecution:
    """An execution as it is asked for."""

    run_id: UUID
    thread_id: UUID
    version: int
    start: WorkflowStart
    slot: Slot | None = None


@dataclass(frozen=True, slots=True)
class ExecutionSearch:
    """Which executions; what is None means all."""

    statuses: Sequence[ExecutionStatus] | None = None
    since: datetime | None = None
    until: datetime | None = None
    threads: Sequence[UUID] | None = None
    limit: int = 50
    offset: int = 0


@dataclass(frozen=True, slots=True)
class RecentRun:
    """An execution in the row of its workflow."""

    run_id: UUID
    status: ExecutionStatus
    created_at: datetime
    #: From its first start to its end, waiting included; None while it has not ended.
    duration_s: float | None


class ExecutionRepository:
    """Reads executions for whoever may see their workflow."""

    def __init__(self, database: Database, workflows: WorkflowRepository) -> None:
        self._database = database
        self._workflows = workflows

    async def page(
        self, owner: UserContext, workflow_id: UUID, search: ExecutionSearch
    ) -> tuple[list[Execution], int]:
        """A workflow's executions that fit, newest first, and how many there are in all."""
        parameters = {**_key(owner, workflow_id), **_filters(search)}
        async with self._database.acting_for(owner) as connection:
            rows = await (await connection.execute(_SQL["page"], parameters)).fetchall()
            if not rows and search.offset:
                first = parameters | {"limit": 1, "offset": 0}
                row = await (await connection.execute(_SQL["page"], first)).fetchone()
                return [], row["total"] if row else 0
        return [_execution(row) for row in rows], rows[0]["total"] if rows else 0

    async def recent(
        self, owner: UserContext, workflow_ids: Sequence[UUID], limit: int
    ) -> dict[UUID, list[RecentRun]]:
        """The newest executions of each workflow of an owner, newest first, in one statement."""
        parameters = {**_owner(owner), "workflow_ids": list(workflow_ids), "limit": limit}
        async with self._database.acting_for(owner) as connection:
            rows = await (await connection.execute(_SQL["recent"], parameters)).fetchall()
        found: dict[UUID, list[RecentRun]] = {}
        for row in rows:
            found.setdefault(row.pop("workflow_id"), []).append(RecentRun(**row))
        return found

    async def get(self, user: UserContext, run_id: UUID) -> Execution:
        """One execution by any of its runs, of a workflow that the user sees; raises `NotFound`.

        Whoever it acts for has it also when the workflow is deleted.
        """
        parameters = {"tenant_id": user.tenant_id, "run_id": run_id}
        async with self._database.system.connection() as connection:
            whose = await (await connection.execute(_SQL["whose"], parameters)).fetchone()
        if whose is None:
            raise _missing(run_id)
        workflow_id: UUID = whose["workflow_id"]
        owner = UserContext(whose["user_id"], user.tenant_id)
        if owner != user:
            try:
                await self._workflows.get(user, workflow_id)
            except NotFound:
                raise _missing(run_id) from None
        filters = _filters(ExecutionSearch(limit=1)) | {"run_id": whose["run_id"]}
        async with self._database.acting_for(owner) as connection:
            cursor = await connection.execute(_SQL["page"], {**_key(owner, workflow_id), **filters})
            row = await cursor.fetchone()
        if row is None:
            raise _missing(run_id)
        return _execution(row)

    async def started_with(self, owner: UserContext, run_id: UUID) -> Any:
        """The input of an execution's first run; None when that is cleared away."""
        parameters = {**_owner(owner), "run_id": run_id}
        async with self._database.acting_for(owner) as connection:
            row = await (await connection.execute(_SQL["started_with"], parameters)).fetchone()
        return row["input"] if row else None

    async def to_stop(self, owner: UserContext, workflow_id: UUID) -> list[UUID]:
        """Some runs of a workflow that nobody has begun, or that have paused and wait."""
        parameters = {**_key(owner, workflow_id), "limit": _BATCH}
        async with self._database.acting_for(owner) as connection:
            cursor = await connection.execute(_SQL["to_stop"], parameters)
            return [row["run_id"] for row in await cursor.fetchall()]

    async def retried_by(self, owner: UserContext, run_id: UUID) -> UUID | None:
        """The execution that tries another one again from the start."""
        parameters = {**_owner(owner), "run_id": run_id}
        async with self._database.acting_for(owner) as connection:
            row = await (await connection.execute(_SQL["retried_by"], parameters)).fetchone()
        return row["run_id"] if row else None

    async def is_one(self, owner: UserContext, thread_id: UUID) -> bool:
        """Whether a thread is an execution of the user's."""
        parameters = {**_owner(owner), "thread_id": thread_id}
        async with self._database.acting_for(owner) as connection:
            row = await (await connection.execute(_SQL["is_one"], parameters)).fetchone()
        return bool(row and row["is_one"])

    async def has_checkpoint(self, owner: UserContext, thread_id: UUID) -> bool:
        """Whether a thread has a state to go on from."""
        parameters = {"thread_id": thread_id}
        async with self._database.acting_for(owner) as connection:
            cursor = await connection.execute(_SQL["has_checkpoint"], parameters)
            return await cursor.fetchone() is not None

    async def effects(self, owner: UserContext, thread_id: UUID) -> list[KnownEffect]:
        """What an execution did to the world outside, or may have done."""
        parameters = {**_owner(owner), "thread_id": thread_id, "limit": _MOST_EFFECTS}
        async with self._database.acting_for(owner) as connection:
            cursor = await connection.execute(_SQL["effects"], parameters)
            return [KnownEffect(**row) for row in await cursor.fetchall()]

    async def send_again(self, owner: UserContext, thread_id: UUID, keys: Sequence[str]) -> None:
        """Note that a person wants these effects, whatever became of them."""
        parameters = {**_owner(owner), "thread_id": thread_id, "keys": list(keys)}
        async with self._database.acting_for(owner) as connection:
            await connection.execute(_SQL["send_again"], parameters)

    async def tell(self, owner: UserContext, workflow_id: UUID) -> None:
        """Wake whoever watches a workflow."""
        async with self._database.acting_for(owner) as connection:
            await connection.execute(_SQL["tell"], {"workflow_id": workflow_id})


async def startable(
    connection: Connection, user: UserContext, workflow_id: UUID, version: int | None, most: int
) -> Startable:
    """A version of one of the user's own workflows, None is the live one; raises `NotFound`.

    Open executions are counted up to `most`.
    """
    limit = {"graph_id": WORKFLOW_GRAPH, "limit": most}
    parameters = {**_key(user, workflow_id), **limit, "version": version}
    row = await (await connection.execute(_SQL["to_start"], parameters)).fetchone()
    if row is None:
        raise NotFound("workflow", str(workflow_id))
    return Startable(
        name=row["name"],
        version=row["version"],
        is_active=row["active_version"] is not None,
        settings=row["settings"] or {},
        triggers=row["triggers"] or (),
        open_executions=row["open_executions"],
    )


async def lock_slot(connection: Connection, workflow_id: UUID) -> None:
    """Let nobody else start executions of this workflow until the transaction ends."""
    await connection.execute(_SQL["lock_slot"], {"workflow_id": str(workflow_id)})


async def open_of_slot(
    connection: Connection, user: UserContext, workflow_id: UUID, slot: Slot
) -> int:
    """How many executions of a slot are queued or run."""
    parameters = {**_key(user, workflow_id), "graph_id": WORKFLOW_GRAPH, "slot": slot.name}
    row = await (await connection.execute(_SQL["open_of_slot"], parameters)).fetchone()
    assert row
    return row["count"]


async def insert_execution(connection: Connection, user: UserContext, new: NewExecution) -> None:
    """Write an execution in the transaction that also writes its thread and its run.

    Raises `RetryRefused` when it tries one again that was tried again already.
    """
    start, slot = new.start, new.slot
    parameters = {
        **_key(user, start.workflow_id),
        "run_id": new.run_id,
        "thread_id": new.thread_id,
        "version": new.version,
        "cause": start.cause,
        "trigger": start.node_id,
        "started_by": start.started_by or user.user_id,
        "slot": slot.name if slot else None,
        "slot_limit": slot.limit if slot else None,
        "retry_of": start.retry_of,
    }
    try:
        await connection.execute(_SQL["insert"], parameters)
    except psycopg.errors.UniqueViolation as error:
        # Ids are new; only what it tries again can have been tried by another.
        raise RetryRefused("already_retried") from error


def _filters(search: ExecutionSearch) -> dict[str, Any]:
    return {
        "run_id": None,
        "statuses": None if search.statuses is None else list(search.statuses),
        "since": search.since,
        "until": search.until,
        "threads": None if search.threads is None else list(search.threads),
        "limit": search.limit,
        "offset": search.offset,
    }


def _owner(user: UserContext) -> dict[str, Any]:
    return {"tenant_id": user.tenant_id, "user_id": user.user_id}


def _key(user: UserContext, workflow_id: UUID) -> dict[str, Any]:
    return {**_owner(user), "workflow_id": workflow_id}


def _execution(row: Mapping[str, Any]) -> Execution:
    return Execution(**{name: row[name] for name in _FIELDS})


def _missing(run_id: UUID) -> NotFound:
    return NotFound("execution", str(run_id))
