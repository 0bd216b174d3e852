"""Migrations bring any database to the same schema, once, however many processes try."""

import asyncio

import psycopg
import pytest
from psycopg import AsyncConnection

from domain.errors import DatabaseUnreachable
from storage.migrate import migrate
from tests.conftest import create_test_database


async def test_several_processes_may_migrate_at_once(postgres_url: str) -> None:
    url = create_test_database(postgres_url, "migrated_at_once")
    applied = await asyncio.gather(*(migrate(url) for _ in range(4)))
    assert sum(len(names) for names in applied) == len(max(applied, key=len)) > 0
    async with await AsyncConnection.connect(url) as connection:
        for table in (
            "goldenpath.runs",
            "langgraph.checkpoints",
            "procrastinate.procrastinate_jobs",
        ):
            row = await (await connection.execute("SELECT to_regclass(%s)", [table])).fetchone()
            assert row, table
            assert row[0] is not None, table


async def test_migrating_again_changes_nothing(database_url: str) -> None:
    assert await migrate(database_url) == []


async def test_a_server_that_is_not_there_is_named_without_its_password(
    unused_tcp_port: int,
) -> None:
    url = f"postgresql://somebody:secret@127.0.0.1:{unused_tcp_port}/nothing"
    with pytest.raises(DatabaseUnreachable, match=r"127\.0\.0\.1") as caught:
        await migrate(url)
    assert "secret" not in str(caught.value)
    assert isinstance(caught.value.__cause__, psycopg.OperationalError)
