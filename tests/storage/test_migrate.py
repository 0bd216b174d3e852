"""Migrations bring any database to the same schema, once, however many processes try."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import psycopg
import pytest
from psycopg import AsyncConnection
from psycopg.conninfo import make_conninfo

from domain.errors import DatabaseTooOld, DatabaseUnreachable, NotFound, StartupError
from domain.identity import LOCAL_USER, UserContext
from storage.database import Database
from storage.migrate import migrate
from storage.threads import ThreadRepository
from tests.conftest import create_test_database
from tests.storage.stoppable import stoppable_postgres


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


async def test_a_server_that_is_too_old_is_refused_with_both_versions() -> None:
    async with _server_of_version("14.5") as port:
        with pytest.raises(DatabaseTooOld, match="version 14; 15 or newer"):
            await migrate(f"postgresql://somebody@127.0.0.1:{port}/anything")


@asynccontextmanager
async def _server_of_version(version: str) -> AsyncIterator[int]:
    """Speaks PostgreSQL's protocol as far as a start-up, as a server of that version."""

    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        length = int.from_bytes(await reader.readexactly(4))
        start = await reader.readexactly(length - 4)
        if start[:4] != (3 << 16).to_bytes(4):
            # A request for encryption: refuse it, then the real start-up follows.
            writer.write(b"N")
            length = int.from_bytes(await reader.readexactly(4))
            await reader.readexactly(length - 4)
        writer.write(_message(b"R", (0).to_bytes(4)))
        for name, value in (("server_version", version), ("client_encoding", "UTF8")):
            writer.write(_message(b"S", f"{name}\0{value}\0".encode()))
        writer.write(_message(b"Z", b"I"))
        await reader.read()
        writer.close()

    server = await asyncio.start_server(greet, "127.0.0.1")
    async with server:
        yield server.sockets[0].getsockname()[1]


def _message(kind: bytes, body: bytes) -> bytes:
    return kind + (len(body) + 4).to_bytes(4) + body


async def test_who_may_make_no_roles_is_told_what_an_administrator_runs() -> None:
    async with stoppable_postgres() as server:
        with psycopg.connect(server.url, autocommit=True) as connection:
            connection.execute("CREATE ROLE app LOGIN")
            connection.execute("CREATE DATABASE of_app OWNER app")
            theirs = make_conninfo(server.url, user="app", dbname="of_app")
            with pytest.raises(StartupError, match="CREATE ROLE goldenpath_api NOLOGIN") as raised:
                await migrate(theirs)
            assert "GRANT goldenpath_api TO app" in str(raised.value)
            connection.execute("CREATE ROLE goldenpath_api NOLOGIN")
            connection.execute("GRANT goldenpath_api TO app")
        assert await migrate(theirs)
        # As an owner that is no superuser: requests see theirs, and runs go on.
        async with Database(theirs) as database:
            thread = await ThreadRepository(database).create(LOCAL_USER, uuid4(), {})
            stranger = UserContext("other", "elsewhere")
            with pytest.raises(NotFound):
                await ThreadRepository(database).get(stranger, thread.thread_id)
