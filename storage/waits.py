"""Waits, and the answers of waits and approvals on their way to the runs that wait for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal
from uuid import UUID

from domain.identity import UserContext
from storage.database import Connection, Database
from storage.json_columns import to_json
from storage.sql_files import load_statements

_SQL = load_statements("waits")

#: One event wakes so many waits at most.
_MOST_WAITS: Final = 1_000


@dataclass(frozen=True, slots=True)
class OpenWait:
    """A wait, and the thread that waits."""

    wait_id: UUID
    thread_id: UUID


@dataclass(frozen=True, slots=True)
class DueThing:
    """Something of somebody's that is due."""

    kind: Literal["wait", "approval", "answer"]
    #: The wait's, the approval's, the thread's.
    id: UUID
    thread_id: UUID
    tenant_id: str
    user_id: str

    @property
    def owner(self) -> UserContext:
        """Whose it is."""
        return UserContext(self.user_id, self.tenant_id)


class WaitRepository:
    """The waits of one user at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def for_event(self, user: UserContext, event: str, key: str | None) -> list[OpenWait]:
        """The waits that an event would end, oldest first."""
        parameters = {**_owner(user), "event": event, "key": key, "limit": _MOST_WAITS}
        async with self._database.acting_for(user) as connection:
            cursor = await connection.execute(_SQL["for_event"], parameters)
            return [OpenWait(**row) for row in await cursor.fetchall()]


class DueThings:
    """What is due of all users, for the processes that look after it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def due(self, limit: int) -> list[DueThing]:
        """So many of each kind at most."""
        async with self._database.system.connection() as connection:
            cursor = await connection.execute(_SQL["due"], {"limit": limit})
            return [DueThing(**row) for row in await cursor.fetchall()]

    async def next_s(self) -> float | None:
        """In how many seconds something is due next; None when nothing is."""
        async with self._database.system.connection() as connection:
            row = await (await connection.execute(_SQL["next"])).fetchone()
        return row["seconds"] if row else None


async def claim_thread(connection: Connection, thread_id: UUID) -> bool:
    """Take a thread's pen until the transaction ends; False when somebody has it."""
    cursor = await connection.execute(_SQL["claim_thread"], {"thread_id": thread_id})
    return await cursor.fetchone() is not None


async def receive(connection: Connection, owner: UserContext, wait_id: UUID, data: Any) -> bool:
    """End a wait by its event; False when it has ended already."""
    parameters = {**_owner(owner), "wait_id": wait_id, "data": to_json(data)}
    return await (await connection.execute(_SQL["receive"], parameters)).fetchone() is not None


async def end_wait(connection: Connection, owner: UserContext, wait_id: UUID) -> bool:
    """End a wait whose moment has come; False when it has ended already."""
    parameters = {**_owner(owner), "wait_id": wait_id}
    return await (await connection.execute(_SQL["end"], parameters)).fetchone() is not None


async def ready_answers(
    connection: Connection, owner: UserContext, thread_id: UUID
) -> dict[UUID, Any]:
    """The answers that a thread's run has not been told yet, by approval and wait."""
    parameters = {**_owner(owner), "thread_id": thread_id}
    rows = await (await connection.execute(_SQL["ready"], parameters)).fetchall()
    return {row["id"]: row["answer"] for row in rows}


async def mark_told(connection: Connection, owner: UserContext, ids: Sequence[UUID]) -> None:
    """Note that these answers were handed over."""
    await connection.execute(_SQL["told"], {**_owner(owner), "ids": list(ids)})


def _owner(user: UserContext) -> dict[str, Any]:
    return {"tenant_id": user.tenant_id, "user_id": user.user_id}
