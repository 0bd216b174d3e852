"""Threads."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any
from uuid import UUID

from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from domain.errors import Conflict, NotFound
from domain.identity import UserContext
from domain.runs import Thread
from storage.database import Connection, Database
from storage.sql_files import load_statements

_SQL = load_statements("threads")
_FIELDS = tuple(field.name for field in fields(Thread))


class ThreadRepository:
    """Reads and changes threads of one user at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(
        self, user: UserContext, thread_id: UUID, metadata: Mapping[str, Any]
    ) -> Thread:
        """Make a thread; raises `Conflict` when the id is taken."""
        async with self._database.transaction() as connection:
            thread = await insert_thread(connection, user, thread_id, metadata)
        if thread is None:
            raise Conflict(f"The thread {thread_id} exists already. Choose another id.")
        return thread

    async def get(self, user: UserContext, thread_id: UUID) -> Thread:
        """One thread; raises `NotFound`."""
        async with self._database.api.connection() as connection:
            cursor = await connection.execute(_SQL["get"], _key(user, thread_id))
            return _found(await cursor.fetchone(), thread_id)

    async def search(
        self, user: UserContext, text: str | None, limit: int, offset: int
    ) -> tuple[list[Thread], int]:
        """The newest threads whose title contains `text`, and how many there are in all."""
        escaped = _escape_like(text) if text else None
        parameters = {**_owner(user), "text": escaped, "limit": limit, "offset": offset}
        async with self._database.api.connection() as connection:
            cursor = await connection.execute(_SQL["search"], parameters)
            rows = await cursor.fetchall()
        if not rows and offset:
            # Behind the last page no row says how many there are; the first page's do.
            return [], (await self.search(user, text, 1, 0))[1]
        return [_thread(row) for row in rows], rows[0]["total"] if rows else 0

    async def merge_metadata(
        self, user: UserContext, thread_id: UUID, metadata: Mapping[str, Any]
    ) -> Thread:
        """Lay metadata over what the thread has; raises `NotFound`."""
        parameters = {**_key(user, thread_id), "metadata": Jsonb(dict(metadata))}
        async with self._database.transaction() as connection:
            cursor = await connection.execute(_SQL["merge_metadata"], parameters)
            return _found(await cursor.fetchone(), thread_id)


async def insert_thread(
    connection: Connection, user: UserContext, thread_id: UUID, metadata: Mapping[str, Any]
) -> Thread | None:
    """Make a thread in the caller's transaction; None when the id is taken."""
    parameters = {**_key(user, thread_id), "metadata": Jsonb(dict(metadata))}
    row = await (await connection.execute(_SQL["insert"], parameters)).fetchone()
    return _thread(row) if row else None


async def lock_thread(connection: Connection, user: UserContext, thread_id: UUID) -> Thread:
    """A thread that nothing changes until the transaction ends; raises `NotFound`."""
    cursor = await connection.execute(_SQL["lock"], _key(user, thread_id))
    return _found(await cursor.fetchone(), thread_id)


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


def _thread(row: DictRow) -> Thread:
    return Thread(**{name: row[name] for name in _FIELDS})


def _found(row: DictRow | None, thread_id: UUID) -> Thread:
    if row is None:
        raise NotFound("thread", str(thread_id))
    return _thread(row)


def _escape_like(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
