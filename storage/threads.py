"""Threads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Literal
from uuid import UUID

from psycopg.rows import DictRow

from domain.errors import Conflict, NotFound
from domain.identity import UserContext
from domain.runs import Thread, ThreadStatus
from storage.database import Connection, Database
from storage.json_columns import to_json
from storage.searches import escape_like
from storage.sql_files import load_statements

_SQL = load_statements("threads")
_FIELDS = tuple(field.name for field in fields(Thread))

ThreadKind = Literal["chat", "workflow"]
ThreadOrder = Literal["thread_id", "status", "created_at", "updated_at", "state_updated_at"]


@dataclass(frozen=True, slots=True)
class ThreadSearch:
    """Which threads, in which order, and which part of them; what is None or empty means all."""

    #: A part of the title, in any case.
    title: str | None = None
    ids: Sequence[UUID] | None = None
    status: ThreadStatus | None = None
    #: Conversations, or executions of workflows.
    kind: ThreadKind | None = None
    #: Each of these values, at any depth.
    metadata: Mapping[str, Any] = field(default_factory=dict[str, Any])
    values: Mapping[str, Any] = field(default_factory=dict[str, Any])
    sort_by: ThreadOrder = "updated_at"
    descending: bool = True
    limit: int = 10
    offset: int = 0
    #: Whether to read the graphs' values too, which may be large.
    with_values: bool = True


@dataclass(frozen=True, slots=True)
class ThreadState:
    """What a thread has reached; JSON fields are JSON text."""

    status: ThreadStatus
    values: str
    interrupts: str


class ThreadRepository:
    """Reads and changes threads of one user at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(
        self, user: UserContext, thread_id: UUID, metadata: Mapping[str, Any]
    ) -> Thread:
        """Make a thread; raises `Conflict` when the id is taken."""
        async with self._database.transaction(user) as connection:
            thread = await insert_thread(connection, user, thread_id, metadata)
        if thread is None:
            raise Conflict(f"The thread {thread_id} exists already. Choose another id.")
        return thread

    async def get(self, user: UserContext, thread_id: UUID) -> Thread:
        """One thread; raises `NotFound`."""
        async with self._database.acting_for(user) as connection:
            cursor = await connection.execute(_SQL["get"], _key(user, thread_id))
            return _found(await cursor.fetchone(), thread_id)

    async def search(self, user: UserContext, search: ThreadSearch) -> tuple[list[Thread], int]:
        """The threads that fit, and how many there are in all."""
        return await self._page(user, {**_owner(user), **_filters(search)})

    async def _page(
        self, user: UserContext, parameters: dict[str, Any]
    ) -> tuple[list[Thread], int]:
        async with self._database.acting_for(user) as connection:
            cursor = await connection.execute(_SQL["search"], parameters)
            rows = await cursor.fetchall()
        if not rows and parameters["offset"]:
            # Behind the last page no row says how many there are; the first page's do.
            return [], (await self._page(user, {**parameters, "limit": 1, "offset": 0}))[1]
        return [_thread(row) for row in rows], rows[0]["total"] if rows else 0

    async def merge_metadata(
        self, user: UserContext, thread_id: UUID, metadata: Mapping[str, Any]
    ) -> Thread:
        """Lay metadata over what the thread has; raises `NotFound`."""
        parameters = {**_key(user, thread_id), "metadata": to_json(dict(metadata), default=str)}
        async with self._database.transaction(user) as connection:
            cursor = await connection.execute(_SQL["merge_metadata"], parameters)
            return _found(await cursor.fetchone(), thread_id)


async def insert_thread(
    connection: Connection, user: UserContext, thread_id: UUID, metadata: Mapping[str, Any]
) -> Thread | None:
    """Make a thread in the caller's transaction; None when the id is taken."""
    parameters = {**_key(user, thread_id), "metadata": to_json(dict(metadata), default=str)}
    row = await (await connection.execute(_SQL["insert"], parameters)).fetchone()
    return _thread(row) if row else None


async def lock_thread(connection: Connection, user: UserContext, thread_id: UUID) -> Thread:
    """A thread that nothing changes until the transaction ends; raises `NotFound`."""
    cursor = await connection.execute(_SQL["lock"], _key(user, thread_id))
    return _found(await cursor.fetchone(), thread_id)


async def set_state(
    connection: Connection, user: UserContext, thread_id: UUID, state: ThreadState
) -> Thread:
    """Write what a thread has reached, in the caller's transaction; raises `NotFound`."""
    parameters = {
        **_key(user, thread_id),
        "status": state.status,
        "values": state.values,
        "interrupts": state.interrupts,
    }
    cursor = await connection.execute(_SQL["set_state"], parameters)
    return _found(await cursor.fetchone(), thread_id)


async def copy_thread(
    connection: Connection, user: UserContext, thread_id: UUID, copy_id: UUID
) -> tuple[Thread, bool]:
    """A thread's copy with its whole history, in the caller's transaction; raises `NotFound`.

    Also whether the original was busy: then the copy's values are those from before its run.
    """
    parameters = {**_key(user, thread_id), "copy_id": copy_id}
    row = await (await connection.execute(_SQL["copy"], parameters)).fetchone()
    return _found(row, thread_id), bool(row and row["was_busy"])


async def require_checkpoint(
    connection: Connection, thread_id: UUID, place: Mapping[str, Any]
) -> None:
    """Raise `NotFound` when a thread has not (or no longer) saved the checkpoint of a place."""
    if wanted := place.get("checkpoint_id"):
        parameters = {
            "thread_id": thread_id,
            # Nothing that is stored has a NUL character.
            "checkpoint_ns": str(place.get("checkpoint_ns") or "").replace("\x00", ""),
            "checkpoint_id": (checkpoint_id := str(wanted).replace("\x00", "")),
        }
        found = await connection.execute(_SQL["has_checkpoint"], parameters)
        if await found.fetchone() is None:
            raise NotFound("checkpoint", checkpoint_id)


async def take_pen(connection: Connection, thread_id: UUID) -> None:
    """Let nobody write to a thread's log until the transaction ends."""
    await connection.execute(_SQL["take_pen"], {"thread_id": thread_id})


async def delete_thread(connection: Connection, user: UserContext, thread_id: UUID) -> None:
    """Delete a thread with all it owns, in the caller's transaction; raises `NotFound`."""
    await take_pen(connection, thread_id)
    cursor = await connection.execute(_SQL["delete"], _key(user, thread_id))
    if await cursor.fetchone() is None:
        raise NotFound("thread", str(thread_id))


def _owner(user: UserContext) -> dict[str, Any]:
    return {"tenant_id": user.tenant_id, "user_id": user.user_id}


def _key(user: UserContext, thread_id: UUID) -> dict[str, Any]:
    return {**_owner(user), "thread_id": thread_id}


def _filters(search: ThreadSearch) -> dict[str, Any]:
    return {
        "title": escape_like(search.title) if search.title else None,
        "ids": None if search.ids is None else list(search.ids),
        "status": search.status,
        "kind": search.kind,
        "metadata": to_json(dict(search.metadata), default=str) if search.metadata else None,
        "values": to_json(dict(search.values), default=str) if search.values else None,
        "sort_by": search.sort_by,
        "descending": search.descending,
        "limit": search.limit,
        "offset": search.offset,
        "with_values": search.with_values,
    }


def _thread(row: DictRow) -> Thread:
    return Thread(**{name: row[name] for name in _FIELDS})


def _found(row: DictRow | None, thread_id: UUID) -> Thread:
    if row is None:
        raise NotFound("thread", str(thread_id))
    return _thread(row)
