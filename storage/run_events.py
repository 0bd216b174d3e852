"""The event log as readers see it, and what is too large for it."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID, uuid4

import orjson

from domain.errors import NotFound
from domain.events import EVENT_TYPES, StoredEvent
from domain.identity import UserContext
from storage.database import Database, retried
from storage.sql_files import load_statements

_SQL = load_statements("run_events")


class EventLog:
    """Reads of the log. Whoever asks has been checked to own the thread."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def after(self, thread_id: UUID, after: int, limit: int) -> list[StoredEvent]:
        """A thread's next events behind `after`, oldest first."""
        parameters = {"thread_id": thread_id, "after": after, "limit": limit}
        async with self._database.system.connection() as connection:
            cursor = await connection.execute(_SQL["after"], parameters)
            rows = await cursor.fetchall()
        return [_event(thread_id, row) for row in rows]

    async def after_many(
        self, cursors: Mapping[UUID, int], limit: int
    ) -> dict[UUID, list[StoredEvent] | None]:
        """The next events of many threads, each behind its own number: one query for all.

        Threads without new events are left out; those that are gone have None.
        """
        parameters = {
            "threads": list(cursors),
            "after": list(cursors.values()),
            "limit": limit,
        }
        found: dict[UUID, list[StoredEvent] | None] = {}
        async with self._database.system.connection() as connection:
            cursor = await connection.execute(_SQL["after_many"], parameters, prepare=True)
            for row in await cursor.fetchall():
                thread_id = row["thread_id"]
                if row["gone"]:
                    found[thread_id] = None
                elif row["seq"] is not None:
                    events = found.setdefault(thread_id, [])
                    assert events is not None
                    events.append(_event(thread_id, row))
        return found

    async def of_run(self, run_id: UUID) -> list[dict[str, Any]]:
        """All events of a run as JSON data, without their numbers and without stream parts."""
        parameters = {"run_id": run_id, "types": sorted(EVENT_TYPES)}
        async with self._database.runs.connection() as connection:
            cursor = await connection.execute(_SQL["of_run"], parameters)
            rows = await cursor.fetchall()
        return [orjson.loads(row["body"]) for row in rows]

    async def first_of_run(self, run_id: UUID) -> int | None:
        """The first number of a run; None while it has said nothing."""
        async with self._database.system.connection() as connection:
            cursor = await connection.execute(_SQL["first_of_run"], {"run_id": run_id})
            row = await cursor.fetchone()
        return row["seq"] if row else None

    async def end_of_run(self, thread_id: UUID, run_id: UUID) -> StoredEvent | None:
        """The run's `end`; None while it goes on."""
        async with self._database.system.connection() as connection:
            cursor = await connection.execute(_SQL["end_of_run"], {"run_id": run_id})
            row = await cursor.fetchone()
        return _event(thread_id, row) if row else None

    async def last_of_run(
        self, thread_id: UUID, run_id: UUID, types: Sequence[str]
    ) -> StoredEvent | None:
        """The newest row of a run that is of one of these types."""
        parameters = {"run_id": run_id, "types": list(types)}
        async with self._database.system.connection() as connection:
            cursor = await connection.execute(_SQL["last_of_run"], parameters)
            row = await cursor.fetchone()
        return _event(thread_id, row) if row else None

    async def missing(self, thread_id: UUID, after: int, until: int) -> tuple[int, int] | None:
        """The first and last number behind `after` and up to `until` whose rows are gone."""
        parameters = {"thread_id": thread_id, "after": after, "until": until}
        async with self._database.system.connection() as connection:
            cursor = await connection.execute(_SQL["missing"], parameters)
            row = await cursor.fetchone()
        return (row["first"], row["last"]) if row and row["first"] is not None else None

    async def head(self, thread_id: UUID) -> int:
        """The last number given out on a thread, 0 when it has no events."""
        async with self._database.system.connection() as connection:
            cursor = await connection.execute(_SQL["head"], {"thread_id": thread_id})
            row = await cursor.fetchone()
        return row["last_seq"] if row else 0


class ArtifactRepository:
    """What is too large for an event, or is a file."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def save(
        self, user: UserContext, thread_id: UUID, media_type: str, content: bytes
    ) -> UUID:
        """Keep something with its thread; returns its id. Waits for a database that is away."""
        artifact_id = uuid4()
        parameters = {
            "artifact_id": artifact_id,
            "tenant_id": user.tenant_id,
            "user_id": user.user_id,
            "thread_id": thread_id,
            "media_type": media_type,
            "content": content,
        }
        await retried(lambda: self._save(parameters))
        return artifact_id

    async def _save(self, parameters: Mapping[str, Any]) -> None:
        async with self._database.runs.connection() as connection:
            await connection.execute(_SQL["save_artifact"], parameters)

    async def get(self, user: UserContext, artifact_id: UUID) -> tuple[str, bytes]:
        """Media type and content; raises `NotFound`."""
        parameters = {
            "artifact_id": artifact_id,
            "tenant_id": user.tenant_id,
            "user_id": user.user_id,
        }
        async with self._database.acting_for(user) as connection:
            row = await (await connection.execute(_SQL["artifact"], parameters)).fetchone()
        if row is None:
            raise NotFound("artifact", str(artifact_id))
        return row["media_type"], row["content"]

    async def of_thread(
        self, user: UserContext, thread_id: UUID, artifact_id: UUID
    ) -> tuple[str, bytes]:
        """Media type and content of one that belongs to a thread; raises `NotFound`."""
        parameters = {
            "artifact_id": artifact_id,
            "thread_id": thread_id,
            "tenant_id": user.tenant_id,
            "user_id": user.user_id,
        }
        async with self._database.acting_for(user) as connection:
            cursor = await connection.execute(_SQL["artifact_of_thread"], parameters)
            row = await cursor.fetchone()
        if row is None:
            raise NotFound("artifact", str(artifact_id))
        return row["media_type"], row["content"]


def _event(thread_id: UUID, row: Mapping[str, Any]) -> StoredEvent:
    return StoredEvent(
        seq=row["seq"],
        thread_id=str(thread_id),
        run_id=str(row["run_id"]),
        type=row["type"],
        body=row["body"].encode(),
    )
