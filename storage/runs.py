"""Runs, as their owners start, see and stop them."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any
from uuid import UUID

from psycopg import AsyncCursor
from psycopg.rows import DictRow

from domain.errors import NotFound
from domain.identity import UserContext
from domain.runs import CancelAction, MultitaskStrategy, Run, RunStatus
from storage.database import Connection, Database
from storage.json_columns import to_json
from storage.sql_files import load_statements

_SQL = load_statements("runs")
_FIELDS = tuple(field.name for field in fields(Run))


@dataclass(frozen=True, slots=True)
class RunSelection:
    """Which open runs are meant; what is None does not narrow it."""

    thread_id: UUID | None = None
    run_ids: Sequence[UUID] | None = None
    status: RunStatus | None = None


@dataclass(frozen=True, slots=True)
class NewThread:
    """The thread that comes with a run."""

    #: Shown nowhere.
    is_temporary: bool = False
    #: Gone with the run's end.
    goes_with_run: bool = False


@dataclass(frozen=True, slots=True)
class NewRun:
    """A run as it is asked for."""

    run_id: UUID
    thread_id: UUID
    assistant_id: str
    graph_id: str
    kwargs: dict[str, Any]
    metadata: dict[str, Any]
    #: Metadata for the thread where it has none of that name (a title, say).
    thread_metadata: dict[str, Any]
    multitask_strategy: MultitaskStrategy = "enqueue"
    #: Higher goes first; 0 is interactive.
    priority: int = 0
    #: Not before so many seconds from now.
    after_s: float = 0.0
    #: The worker that begins it at once if it need not wait.
    offered_by: UUID | None = None

    @property
    def answers_interrupt(self) -> bool:
        """Whether it brings the answer its thread waits for."""
        command = self.kwargs.get("command")
        return bool(command and "resume" in command)


class RunRepository:
    """Reads the runs of one user at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, user: UserContext, run_id: UUID) -> Run:
        """One run; raises `NotFound`."""
        async with self._database.acting_for(user) as connection:
            cursor = await connection.execute(_SQL["get"], _key(user, run_id))
            row = await cursor.fetchone()
        if row is None:
            raise NotFound("run", str(run_id))
        return run_of(row)

    async def of_thread(
        self,
        user: UserContext,
        thread_id: UUID,
        limit: int,
        offset: int,
        status: RunStatus | None = None,
    ) -> list[Run]:
        """A thread's runs, newest first; only those of a status if one is given."""
        page = {"limit": limit, "offset": offset, "status": status}
        parameters = {**_owner(user), "thread_id": thread_id, **page}
        async with self._database.acting_for(user) as connection:
            cursor = await connection.execute(_SQL["of_thread"], parameters)
            return [run_of(row) for row in await cursor.fetchall()]

    async def selected(self, user: UserContext, selection: RunSelection) -> list[UUID]:
        """The open runs that a selection means, oldest first."""
        parameters = {
            **_owner(user),
            "thread_id": selection.thread_id,
            "run_ids": None if selection.run_ids is None else list(selection.run_ids),
            "status": selection.status,
        }
        async with self._database.acting_for(user) as connection:
            cursor = await connection.execute(_SQL["selected"], parameters)
            return [row["run_id"] for row in await cursor.fetchall()]

    async def insert_with_thread(self, user: UserContext, new: NewRun, thread: NewThread) -> Run:
        """Write a pending run and its new thread; a worker gets it when its turn comes."""
        async with self._database.acting_for(user) as connection:
            row = await (await _inserted(connection, user, new, thread)).fetchone()
        assert row
        return run_of(row)

    async def tell_of_return(self, channel: str, run_id: UUID) -> None:
        """Tell every process that listens there that somebody reads a run again."""
        parameters = {"channel": channel, "run_id": run_id}
        async with self._database.system.connection() as connection:
            await connection.execute(_SQL["tell_of_return"], parameters)

    async def delete(self, user: UserContext, run_id: UUID) -> bool:
        """Delete a run that has ended; False when there is none (any more)."""
        async with self._database.acting_for(user) as connection:
            cursor = await connection.execute(_SQL["delete"], _key(user, run_id))
            return cursor.rowcount > 0


async def insert_run_with_thread(connection: Connection, user: UserContext, new: NewRun) -> None:
    """Write a pending run and its new thread in the caller's transaction."""
    await _inserted(connection, user, new, NewThread())


async def _inserted(
    connection: Connection, user: UserContext, new: NewRun, thread: NewThread
) -> AsyncCursor[DictRow]:
    parameters = {
        **_values(user, new),
        "is_temporary": thread.is_temporary,
        "goes_with_run": thread.goes_with_run,
    }
    return await connection.execute(_SQL["insert_with_thread"], parameters, prepare=True)


async def insert_run(connection: Connection, user: UserContext, new: NewRun) -> Run:
    """Write a pending run in the caller's transaction; a worker gets it when its turn comes."""
    parameters = {**_values(user, new), "answers": new.answers_interrupt}
    row = await (await connection.execute(_SQL["insert"], parameters)).fetchone()
    if row is None:
        raise NotFound("thread", str(new.thread_id))
    return run_of(row)


def _values(user: UserContext, new: NewRun) -> dict[str, Any]:
    return {
        **_key(user, new.run_id),
        "thread_id": new.thread_id,
        "assistant_id": new.assistant_id,
        "graph_id": new.graph_id,
        "kwargs": to_json(new.kwargs, default=str),
        "metadata": to_json(new.metadata, default=str),
        "thread_metadata": to_json(new.thread_metadata, default=str),
        "multitask_strategy": new.multitask_strategy,
        "priority": new.priority,
        "after_s": new.after_s,
        "offered_by": new.offered_by,
    }


async def lock_run(connection: Connection, user: UserContext, run_id: UUID) -> Run:
    """A run that nobody claims, ends or cancels until the transaction ends."""
    row = await (await connection.execute(_SQL["lock"], _key(user, run_id))).fetchone()
    if row is None:
        raise NotFound("run", str(run_id))
    return run_of(row)


async def open_runs(connection: Connection, user: UserContext, thread_id: UUID) -> list[Run]:
    """A thread's runs that have not ended, oldest first."""
    parameters = {**_owner(user), "thread_id": thread_id}
    cursor = await connection.execute(_SQL["open_of_thread"], parameters)
    return [run_of(row) for row in await cursor.fetchall()]


async def last_run(connection: Connection, user: UserContext, thread_id: UUID) -> Run | None:
    """A thread's newest run; None when it has none."""
    page = {"limit": 1, "offset": 0, "status": None}
    parameters = {**_owner(user), "thread_id": thread_id, **page}
    row = await (await connection.execute(_SQL["of_thread"], parameters)).fetchone()
    return run_of(row) if row else None


async def request_cancel(connection: Connection, run_id: UUID, action: CancelAction) -> None:
    """Ask the run's worker to stop it; the first to ask says what becomes of it."""
    await connection.execute(_SQL["request_cancel"], {"run_id": run_id, "action": action})


async def end_pending_run(
    connection: Connection, run: Run, action: CancelAction, events: Sequence[tuple[str, str]]
) -> None:
    """End a run that nobody executes: its events and both statuses at once."""
    parameters = {
        "run_id": run.run_id,
        "job_id": run.job_id,
        "action": action,
        "types": [event_type for event_type, _ in events],
        "bodies": [body for _, body in events],
    }
    await connection.execute(_SQL["end_pending"], parameters)


def _owner(user: UserContext) -> dict[str, Any]:
    return {"tenant_id": user.tenant_id, "user_id": user.user_id}


def _key(user: UserContext, run_id: UUID) -> dict[str, Any]:
    return {**_owner(user), "run_id": run_id}


def run_of(row: DictRow) -> Run:
    """A run from its row."""
    return Run(**{name: row[name] for name in _FIELDS})
