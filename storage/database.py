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


class Database:
    """The two pools over one Postgres."""

    def __init__(self, url: str, limits: DatabaseLimits | None = None) -> None:
        self.url = url
        limits = limits or DatabaseLimits()
        self.api: Pool = _pool(url, "goldenpath api", limits.api_connections, limits)
        self.runs: Pool = _pool(url, "goldenpath runs", limits.run_connections, limits)
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        """Open both pools."""
        await self._stack.enter_async_context(self.api)
        await self._stack.enter_async_context(self.runs)
        return self

    async def __aexit__(self, *exc: object) -> None:
        """Close both pools, waiting for what is in flight."""
        await self._stack.aclose()

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
    return AsyncConnectionPool(**options)


async def _one_statement_each(connection: AsyncConnection[Any]) -> None:
    await connection.set_autocommit(True)


def _pool(url: str, name: str, size: int, limits: DatabaseLimits) -> Pool:
    arguments = connection_arguments()
    # Read by the database's `admit_runs`.
    arguments["options"] += f" -c goldenpath.runs_per_user={limits.runs_per_user}"
    return AsyncConnectionPool(
        url,
        min_size=1,
        max_size=size,
        open=False,
        name=name,
        timeout=30.0,
        kwargs={**arguments, "application_name": name},
        connection_class=AsyncConnection[DictRow],
    )
