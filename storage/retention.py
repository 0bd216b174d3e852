"""Clearing away what is no longer kept: by one process at a time, a few rows a transaction.

The engine's own business, across all users: nothing here answers a request.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final
from uuid import UUID

from domain.retention import Cleared
from storage.audit_log import clear_entries
from storage.database import Connection
from storage.deliveries import clear_deliveries
from storage.json_columns import to_json
from storage.login_throttle import clear_past
from storage.migrate import connect
from storage.notices import clear_notices
from storage.rate_limits import clear_unused
from storage.schedules import clear_fires
from storage.sql_files import load_statements

_SQL = load_statements("retention")

#: Rows that one transaction deletes at most, and that one statement looks at.
_BATCH = 1_000

#: Threads are deleted one by one, for each owns many rows.
_THREADS = 100

#: Before all others.
_FIRST_ID: Final = UUID(int=0)
_FIRST_TIME: Final = "-infinity"

_HOUR_S = 3_600


@dataclass(frozen=True, slots=True)
class Tidying:
    """The right to clear away, as long as its one connection lives."""

    connection: Connection
    #: Asked between transactions.
    may_go_on: Callable[[], bool]

    async def now(self) -> datetime:
        """The database's time."""
        return (await self._one("now"))["now"]

    async def is_due(self, hour: int) -> tuple[bool, float]:
        """Whether nobody has tidied up since this hour (UTC), and in how long it comes again."""
        row = await self._one("due", hour=hour)
        return row["is_due"], row["next_s"]

    async def finish(self, cleared: Cleared) -> None:
        """Note that everything was looked through."""
        await self.connection.execute(_SQL["finish"], {"cleared": to_json(asdict(cleared))})

    async def clear_stream_parts(self, keep_h: float) -> int:
        """Delete stream parts of runs that ended so long ago; returns how many."""
        deleted, after = 0, _FIRST_ID
        while self.may_go_on():
            page = await self._all(
                "runs_with_parts", after=after, keep_s=keep_h * _HOUR_S, limit=_BATCH
            )
            if not page:
                break
            after = page[-1]["run_id"]
            deleted += await self._clear_parts_of([row["run_id"] for row in page if row["is_due"]])
        return deleted

    async def clear_runs(self, days: int) -> int:
        """Delete runs that ended so long ago; returns how many."""
        deleted = 0
        place: dict[str, Any] = {"ended_at": _FIRST_TIME, "run_id": _FIRST_ID}
        while self.may_go_on():
            rows = await self._all("delete_runs", **place, days=days, limit=_BATCH)
            if not rows:
                break
            place = {name: rows[0][name] for name in place}
            deleted += rows[0]["deleted"]
        return deleted

    async def clear_gone_threads(self, keep_h: float) -> int:
        """Delete threads that went so long ago with their run; returns how many."""
        deleted = 0
        place: dict[str, Any] = {"gone_at": _FIRST_TIME, "thread_id": _FIRST_ID}
        while self.may_go_on():
            page = await self._all("gone_threads", **place, keep_s=keep_h * _HOUR_S, limit=_THREADS)
            if not page:
                break
            place = {name: page[-1][name] for name in place}
            for row in page:
                deleted += self.may_go_on() and await self._delete_thread(row["thread_id"])
        return deleted

    async def clear_executions(self, days: int, most: int) -> int:
        """Delete executions that ended so long ago or are too many of their workflow.

        A workflow's own setting of days goes before; 0 days are for ever. Returns how many.
        """
        deleted, after = 0, _FIRST_ID
        while self.may_go_on():
            page = await self._all("workflows", after=after, most=most, limit=_BATCH)
            if not page:
                break
            after = page[-1]["workflow_id"]
            for row in page:
                kept_days = days if row["days"] is None else row["days"]
                deleted += await self._clear_executions_of(row, kept_days)
        return deleted

    async def clear_sign_ins(self, good_days: float, keep_days: float) -> int:
        """Delete sign-ins that have ended so long ago; returns how many.

        `good_days` is how long each is good at most.
        """
        good_s, keep_s = good_days * 24 * _HOUR_S, keep_days * 24 * _HOUR_S
        cursor = await self.connection.execute(
            _SQL["clear_sign_ins"], {"good_s": good_s, "keep_s": keep_s}
        )
        return cursor.rowcount

    async def threads_with_old_checkpoints(self, before: str) -> AsyncGenerator[UUID]:
        """Threads that have checkpoints older than `before` that are not the newest."""
        after = _FIRST_ID
        while self.may_go_on():
            page = await self._all(
                "threads_with_checkpoints", after=after, before=before, limit=_BATCH
            )
            if not page:
                break
            after = page[-1]["thread_id"]
            for row in page:
                if row["is_due"]:
                    yield row["thread_id"]

    async def clear_counts(self) -> int:
        """Delete counts of requests and failed sign-ins that say nothing; returns how many."""
        return await self._batches(clear_unused) + await self._batches(clear_past)

    async def clear_audit_log(self, days: int) -> int:
        """Delete entries of the audit log that are so old; returns how many."""
        return await self._batches(partial(clear_entries, days=days))

    async def clear_deliveries(self, days: int) -> int:
        """Delete deliveries of webhooks that are so old; returns how many."""
        return await self._batches(partial(clear_deliveries, days=days))

    async def clear_schedule_fires(self, days: int) -> int:
        """Forget moments of schedules that are so long ago; returns how many."""
        return await self._batches(partial(clear_fires, days=days))

    async def clear_notifications(self, days: int) -> int:
        """Delete what people were told so long ago; returns how many."""
        return await self._batches(partial(clear_notices, days=days))

    async def _batches(self, clear: Callable[[Connection, int], Awaitable[int]]) -> int:
        deleted, batch = 0, _BATCH
        while batch == _BATCH and self.may_go_on():
            batch = await clear(self.connection, _BATCH)
            deleted += batch
        return deleted

    async def _clear_parts_of(self, runs: list[UUID]) -> int:
        deleted = 0
        while runs and self.may_go_on():
            cursor = await self.connection.execute(
                _SQL["delete_parts"], {"runs": runs, "limit": _BATCH}
            )
            deleted += cursor.rowcount
            if cursor.rowcount < _BATCH:
                break
        return deleted

    async def _clear_executions_of(self, workflow: dict[str, Any], days: int) -> int:
        deleted, number = 0, 0
        which = {"workflow_id": workflow["workflow_id"], "surplus": workflow["surplus"]}
        while self.may_go_on():
            page = await self._all(
                "old_executions", **which, days=days, number=number, limit=_THREADS
            )
            if not page:
                break
            number = page[-1]["number"]
            for row in page:
                deleted += self.may_go_on() and await self._delete_execution(row["thread_id"])
        return deleted

    async def _delete_execution(self, thread_id: UUID) -> bool:
        async with self.connection.transaction():
            if not await self._delete_thread(thread_id):
                return False
            await self.connection.execute(_SQL["delete_ledger"], {"thread_id": thread_id})
            return True

    async def _delete_thread(self, thread_id: UUID) -> bool:
        async with self.connection.transaction():
            if not await take_pen(self.connection, thread_id):
                return False
            return bool(await self._all("delete_thread", thread_id=thread_id))

    async def _all(self, statement: str, **parameters: Any) -> list[dict[str, Any]]:
        return await (await self.connection.execute(_SQL[statement], parameters)).fetchall()

    async def _one(self, statement: str, **parameters: Any) -> dict[str, Any]:
        return (await self._all(statement, **parameters))[0]


@asynccontextmanager
async def tidying(url: str, may_go_on: Callable[[], bool]) -> AsyncGenerator[Tidying | None]:
    """The right to clear away; None while another process has it.

    On a connection of its own: the lock and the work end together, however that happens.
    """
    async with await connect(url) as connection:
        row = await (await connection.execute(_SQL["try_lock"])).fetchone()
        yield Tidying(connection, may_go_on) if row and row["taken"] else None


async def take_pen(connection: Connection, thread_id: UUID) -> bool:
    """Let nobody write to a thread until the transaction ends; False when it is in use."""
    cursor = await connection.execute(_SQL["take_pen"], {"thread_id": thread_id})
    return await cursor.fetchone() is not None
