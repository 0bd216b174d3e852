"""Bringing a database to the newest schema: ours, LangGraph's and the queue's.

Safe to run from several processes at once: a session-level advisory lock lets one work and the
others wait, and each finds nothing left to do.
"""

import asyncio
from importlib.resources import files
from typing import LiteralString, cast

import psycopg
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
from procrastinate import App, PsycopgConnector
from procrastinate.schema import SchemaManager
from psycopg import AsyncConnection
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import DictRow

from domain.errors import DatabaseTooOld, DatabaseUnreachable, StartupError
from storage.database import Connection, connection_arguments
from storage.sql_files import load_statements

#: Oldest server version we test against and support.
OLDEST_POSTGRES = 15
#: Any number of our own: whoever holds this advisory lock migrates.
MIGRATION_LOCK = 0x676F6C64

#: How often a process asks whether another has finished migrating.
_LOCK_POLL_S = 0.05

_SQL = load_statements("migrations")


async def migrate(url: str) -> list[str]:
    """Apply what is missing, in order; returns the names of the files applied.

    Raises `DatabaseUnreachable` and `DatabaseTooOld` with what to do about it.
    """
    connection = await connect(url)
    async with connection:
        await _take_lock(connection)
        try:
            await connection.execute(_SQL["create_schemas"])
            # Theirs first: our files may refer to them.
            await _apply_langgraph(connection)
            await _apply_queue(connection, url)
            return await _apply_ours(connection)
        except psycopg.errors.RaiseException as error:
            # Our own files say what is missing and what to do about it.
            said = error.diag
            raise StartupError(
                f"The database cannot be brought up to date: {said.message_primary}. "
                f"{said.message_hint or ''}"
            ) from error
        except psycopg.errors.DiskFull as error:
            raise StartupError(
                f"The disk of Postgres at {without_password(url)} is full. Free some room and "
                "start again; what was stored is kept."
            ) from error


async def connect(url: str) -> Connection:
    """One connection of its own, after checking that the server is there and new enough."""
    try:
        connection = await AsyncConnection[DictRow].connect(url, **connection_arguments())
    except psycopg.OperationalError as error:
        reason = str(error).strip().partition("\n")[0].rstrip(".")
        raise DatabaseUnreachable(without_password(url), reason) from error
    version = connection.info.server_version // 10000
    if version < OLDEST_POSTGRES:
        await connection.close()
        raise DatabaseTooOld(without_password(url), version, OLDEST_POSTGRES)
    return connection


def without_password(url: str) -> str:
    """The connection string as it may be shown."""
    parts = conninfo_to_dict(url)
    shown = {key: parts[key] for key in ("host", "port", "user", "dbname") if parts.get(key)}
    return make_conninfo("", **shown)


async def _take_lock(connection: Connection) -> None:
    # Asked again and again rather than waited for: LangGraph builds indexes CONCURRENTLY, which
    # waits for every open transaction, and a waiting `pg_advisory_lock` is one: a deadlock.
    while True:
        row = await (await connection.execute(_SQL["try_lock"], [MIGRATION_LOCK])).fetchone()
        if row and row["taken"]:
            return
        await asyncio.sleep(_LOCK_POLL_S)


async def _apply_ours(connection: Connection) -> list[str]:
    await connection.execute(_SQL["create_applied"])
    done = {row["name"] for row in await (await connection.execute(_SQL["applied"])).fetchall()}
    folder = files("storage") / "migrations"
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".sql"))
    fresh = [name for name in names if name not in done]
    for name in fresh:
        async with connection.transaction():
            script = (folder / name).read_text(encoding="utf-8")
            await connection.execute(cast(LiteralString, script))
            await connection.execute(_SQL["record_applied"], [name])
    return fresh


async def _apply_langgraph(connection: Connection) -> None:
    # The library creates its tables in the first schema of the search path and keeps its own
    # list of what it has applied.
    await connection.execute(_SQL["search_langgraph"])
    await AsyncPostgresSaver(connection).setup()
    await connection.execute(_SQL["search_ours"])


async def _apply_queue(connection: Connection, url: str) -> None:
    row = await (await connection.execute(_SQL["queue_exists"])).fetchone()
    if row and row["exists"]:
        return
    await connection.execute(_SQL["search_queue"])
    schema = SchemaManager(App(connector=PsycopgConnector(conninfo=url)).connector).get_schema()
    async with connection.transaction():
        await connection.execute(schema)
    await connection.execute(_SQL["search_ours"])
