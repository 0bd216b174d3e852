"""What is asked of a database that is away is asked again; what it refuses is not."""

import asyncio
from collections.abc import Awaitable, Callable

import psycopg
import pytest
from psycopg_pool import PoolClosed, PoolTimeout

from storage.database import Database, is_away, retried
from tests.e2e.service import free_port


def asking(*urls: str) -> tuple[Callable[[], Awaitable[int]], list[str]]:
    """A read that goes to one address after the other, and those it has been to."""
    asked: list[str] = []

    async def read() -> int:
        asked.append(urls[len(asked)])
        async with await psycopg.AsyncConnection.connect(asked[-1]) as connection:
            row = await (await connection.execute("SELECT 7")).fetchone()
        assert row
        return row[0]

    return read, asked


async def test_a_read_waits_for_a_database_that_is_away(
    database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    nobody = f"host=127.0.0.1 port={free_port()} dbname=nothing"
    read, asked = asking(nobody, nobody, nobody, database_url)
    assert await asyncio.wait_for(retried(read), 20) == 7
    assert len(asked) == 4
    assert [record.getMessage()[:20] for record in caplog.records] == ["The database is away"]


async def test_a_server_that_stops_a_statement_is_asked_again(database: Database) -> None:
    asked = 0

    async def read() -> int:
        nonlocal asked
        asked += 1
        async with database.runs.connection() as connection:
            if asked == 1:
                await connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")
            await connection.execute("SELECT 1")
        return asked

    assert await asyncio.wait_for(retried(read), 20) == 2


async def test_what_the_database_refuses_is_refused_at_once(database: Database) -> None:
    async def read() -> None:
        async with database.runs.connection() as connection:
            await connection.execute("SELECT 1 / 0")

    with pytest.raises(psycopg.errors.DivisionByZero):
        await retried(read)


@pytest.mark.parametrize(
    ("error", "away"),
    [
        (PoolTimeout(), True),
        (PoolClosed(), False),
        (psycopg.errors.AdminShutdown(), True),
        (psycopg.errors.CannotConnectNow(), True),
        (psycopg.errors.DeadlockDetected(), True),
        (psycopg.errors.DiskFull(), True),
        (psycopg.DataError("text cannot contain NUL"), False),
        (psycopg.errors.UniqueViolation(), False),
    ],
)
def test_which_failures_pass(error: psycopg.Error, away: bool) -> None:
    assert is_away(error) is away
