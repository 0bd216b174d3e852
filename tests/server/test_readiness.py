"""Each part says how it stands and since when; the probe finds out, and never waits for long."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from server.probe import Probe, ProbeLimits
from server.readiness import PartName, PartStatus, Readiness
from storage.database import Database, DatabaseLimits
from storage.notifications import Listener
from tests.storage.owner import as_owner

DEADLINE_S = 20


class Clock:
    """A time that moves when it is told to."""

    def __init__(self) -> None:
        self.time = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def pass_minute(self) -> datetime:
        self.time += timedelta(minutes=1)
        return self.time


def test_since_is_when_the_status_changed_not_when_somebody_looked() -> None:
    clock = Clock()
    begun_at = clock()
    readiness = Readiness(clock)
    clock.pass_minute()
    readiness.note("worker", "ok", count=2)
    assert readiness.state("worker").since == begun_at
    lost_at = clock.pass_minute()
    readiness.note("worker", "down", "Nobody is there.")
    clock.pass_minute()
    readiness.note("worker", "down", "Still nobody is there.")
    state = readiness.state("worker")
    assert (state.since, state.reason, state.count) == (lost_at, "Still nobody is there.", 0)
    back_at = clock.pass_minute()
    readiness.note("worker", "ok", count=1)
    clock.pass_minute()
    readiness.note("worker", "ok", count=3)
    state = readiness.state("worker")
    assert (state.status, state.since, state.reason, state.count) == ("ok", back_at, None, 3)


def test_changes_are_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    readiness = Readiness(Clock())
    for status in ("ok", "down", "down", "ok", "ok"):
        readiness.note("database", status, "It is away." if status == "down" else None)
    assert [record.message for record in caplog.records] == [
        "The database is down: It is away.",
        "The database is well again after 0.0 s.",
    ]


class WatchedReadiness(Readiness):
    """Tells when something was noted."""

    def __init__(self) -> None:
        super().__init__(lambda: datetime.now(UTC))
        self._noted = asyncio.Event()

    def note(
        self,
        part: PartName,
        status: PartStatus,
        reason: str | None = None,
        count: int = 0,
    ) -> None:
        super().note(part, status, reason, count)
        self._noted.set()

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(DEADLINE_S):
            while not holds():
                self._noted.clear()
                await self._noted.wait()

    async def until_status(self, part: PartName, status: PartStatus) -> None:
        await self.until(lambda: self.state(part).status == status)


@asynccontextmanager
async def probing(
    database: Database, url: str, min_free_mb: int = 0
) -> AsyncIterator[WatchedReadiness]:
    """A probe that looks without end."""
    listener = Listener(url)
    listener.on("anything", lambda payload: None, lambda: None)
    readiness = WatchedReadiness()
    limits = ProbeLimits(lease_s=8.0, data_dir=Path("not/there/yet"), min_free_mb=min_free_mb)
    probe = Probe(readiness, database, listener, limits)
    async with asyncio.TaskGroup() as tasks:
        listening = tasks.create_task(listener.run())
        await asyncio.wait_for(listener.connected.wait(), DEADLINE_S)
        running = tasks.create_task(probe.run())
        await probe.fresh()
        try:
            yield readiness
        finally:
            running.cancel()
            listening.cancel()


async def test_without_a_worker_runs_wait_and_it_says_so(
    database: Database, database_url: str
) -> None:
    async with probing(database, database_url) as readiness:
        assert readiness.state("worker").status == "down"
        assert "python -m server worker" in str(readiness.state("worker").reason)
        assert readiness.state("database").status == "ok"
        assert not readiness.database_is_down


async def test_little_room_is_a_reason(database: Database, database_url: str) -> None:
    async with probing(database, database_url, min_free_mb=2**40) as readiness:
        disk = readiness.state("disk")
        assert disk.status == "degraded"
        assert "GOLDENPATH_MIN_FREE_DISK_MB" in str(disk.reason)
        assert disk.count > 0


async def test_a_busy_api_is_no_lost_database(database_url: str) -> None:
    limits = DatabaseLimits(api_connections=2)
    async with (
        Database(database_url, limits) as database,
        probing(database, database_url) as readiness,
    ):
        async with AsyncExitStack() as busy:
            for _ in range(2):
                await busy.enter_async_context(database.api.connection())
            await readiness.until_status("database", "degraded")
            assert not readiness.database_is_down
        await readiness.until_status("database", "ok")


async def test_a_deaf_listener_is_a_part_of_its_own(database: Database, database_url: str) -> None:
    async with probing(database, database_url) as readiness:
        begun_at = readiness.state("listener").since
        async with database.runs.connection() as connection:
            await connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE query LIKE 'LISTEN%' AND datname = current_database()"
            )
        await readiness.until(lambda: readiness.state("listener").since > begun_at)
        await readiness.until_status("listener", "ok")
        assert readiness.state("database").status == "ok"


async def test_runs_that_wait_too_long_for_a_worker_degrade_the_queue(
    database: Database, database_url: str
) -> None:
    async with as_owner(database) as connection:
        for statement in (
            "INSERT INTO threads (thread_id, tenant_id, user_id)"
            " VALUES (gen_random_uuid(), 'local', 'local')",
            "INSERT INTO runs (run_id, thread_id, tenant_id, user_id, assistant_id, graph_id)"
            " SELECT gen_random_uuid(), thread_id, 'local', 'local', 'g', 'g' FROM threads",
            "INSERT INTO workers (worker_id, machine, process_id, process_started_at, heartbeat_at)"
            " VALUES (gen_random_uuid(), 'm', 1, 1, now() + interval '1 hour')",
        ):
            await connection.execute(statement)
    async with probing(database, database_url) as readiness:
        assert (readiness.state("queue").status, readiness.state("queue").count) == ("ok", 1)
        async with as_owner(database) as connection:
            await connection.execute(
                "UPDATE procrastinate_events SET at = at - interval '40 s' WHERE type = 'deferred'"
            )
        await readiness.until_status("queue", "degraded")
        assert "GOLDENPATH_WORKER_CONCURRENCY" in str(readiness.state("queue").reason)
