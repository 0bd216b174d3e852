"""Connections: the pools and the transactions that repositories run in.

Two pools, so that many readers of the API can never starve the runs, and nobody keeps a
connection while waiting for a model, a client or a person.
"""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Self

import psycopg
from psycopg import AsyncConnection
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool

#: Any failure of the database, for process edges that try again.
DatabaseError = psycopg.Error
#: The database has no room left.
DatabaseFull = psycopg.errors.DiskFull
#: The database did not answer; whoever asked may ask again.
DATABASE_AWAY = (psycopg.OperationalError, psycopg.InterfaceError)

#: How often a pool looks for a server that is away, and how long it may take to connect.
_RECONNECT_S, _CONNECT_S = 0.5, 5
#: How long runs wait for a connection: an outage shall not fail them.
_RUNS_WAIT_S = 30.0

#: Every connection sees our tables first, then LangGraph's, then the queue's.
SEARCH_PATH = "goldenpath,langgraph,procrastinate,public"

Connection = AsyncConnection[DictRow]
Pool = AsyncConnectionPool[Connection]


@dataclass(frozen=True, slots=True)
class DatabaseLimits:
    """Most connections that a pool may open, and most runs of one user at the same time."""

    api_connections: int = 8
    run_connections: int = 4
    runs_per_user: int = 20
    #: How long a request waits for a connection, seconds. Runs have more patience.
    api_wait_s: float = 3.0


class Database:
    """The two pools over one Postgres."""

    def __init__(self, url: str, limits: DatabaseLimits | None = None) -> None:
        self.url = url
        limits = limits or DatabaseLimits()
        self.api: Pool = _pool(
            url, "goldenpath api", limits.runs_per_user, limits.api_connections, limits.api_wait_s
        )
        self.runs: Pool = _pool(
            url, "goldenpath runs", limits.runs_per_user, limits.run_connections, _RUNS_WAIT_S
        )
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        """Open both pools."""
        await self._stack.enter_async_context(self.api)
        await self._stack.enter_async_context(self.runs)
        return self

    async def __aexit__(self, *exc: object) -> None:
        """Close both pools, waiting for what is in flight."""
        await self._stack.aclose()

    async def drop_broken(self) -> None:
        """Close idle connections that do not work any more, so that nobody meets one."""
        await self.api.check()
        await self.runs.check()

    @asynccontextmanager
    async def transaction(self) -> AsyncGenerator[Connection]:
        """A connection of the API's pool inside one transaction."""
        async with self.api.connection() as connection, connection.transaction():
            yield connection


def connection_arguments() -> dict[str, Any]:
    """How every connection of ours is opened."""
    return {
        "autocommit": True,
        "row_factory": dict_row,
        "options": f"-c search_path={SEARCH_PATH} -c timezone=UTC",
    }


def queue_pool(**options: Any) -> AsyncConnectionPool[Any]:
    """The pool of the queue's library, as it asks for it.

    Without the look at each connection before its use: one more round trip for what a failing
    statement tells as well. And without a transaction around each of its single statements.
    """
    options["check"] = None
    options["configure"] = _one_statement_each
    return AsyncConnectionPool(**options, **_reconnecting())


async def _one_statement_each(connection: AsyncConnection[Any]) -> None:
    await connection.set_autocommit(True)


def _pool(url: str, name: str, runs_per_user: int, size: int, wait_s: float) -> Pool:
    arguments = connection_arguments()
    # Read by the database's `admit_runs`.
    arguments["options"] += f" -c goldenpath.runs_per_user={runs_per_user}"
    return AsyncConnectionPool(
        url,
        min_size=1,
        max_size=size,
        open=False,
        name=name,
        timeout=wait_s,
        kwargs={**arguments, "application_name": name, "connect_timeout": _CONNECT_S},
        connection_class=AsyncConnection[DictRow],
        **_reconnecting(),
    )


def _reconnecting() -> dict[str, Any]:
    """Look for a lost server twice a second.

    Left alone, a pool doubles its pauses: after a minute without the server it would find it again
    half a minute late.
    """
    return {"reconnect_timeout": _RECONNECT_S, "reconnect_failed": _begin_again}


async def _begin_again(pool: AsyncConnectionPool[Any]) -> None:
    await pool.check()
