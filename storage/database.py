"""Connections: the pools and the transactions that repositories run in.

Three pools, so that many requests can never starve the runs, nor readers of events either; nobody
keeps a connection while waiting for a model, a client or a person.

Requests act for one user at a time, and Postgres itself shows them nothing else (the row security
of `storage/migrations`). What is done for all users has pools of its own.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Self, TypeVar

import psycopg
from psycopg import AsyncConnection
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool, PoolClosed

from domain.identity import UserContext

logger = logging.getLogger(__name__)

T = TypeVar("T")

#: Any failure of the database, for process edges that try again.
DatabaseError = psycopg.Error
#: The database has no room left.
DatabaseFull = psycopg.errors.DiskFull
#: The database did not answer; whoever asked may ask again.
DATABASE_AWAY = (psycopg.OperationalError, psycopg.InterfaceError)

#: How long to wait before asking a database that is away again, doubling from first to last.
FIRST_RETRY_S, LAST_RETRY_S = 0.05, 1.0

#: What belongs to a run waits so long for a connection before it asks again: it has patience, but
#: nobody waits in a pool that has given up.
_RUN_WAITS_S = 2.0

#: A pool gives up a connection that cannot be made so soon, and makes one when it is asked again:
#: by itself it would wait twice as long after each failure, so half of an outage after its end.
_GIVE_UP_S = 1.0

#: A server that is gone without a word (the network's failure) is noticed within about this.
_SILENCE_S = 10

#: Every connection sees our tables first, then LangGraph's, then the queue's.
SEARCH_PATH = "goldenpath,langgraph,procrastinate,public"

#: The role that requests act as: it cannot bypass row security.
_API_ROLE = "goldenpath_api"
_ACT_FOR = (
    "SELECT set_config('goldenpath.tenant', %s, false), set_config('goldenpath.user', %s, false)"
)

Connection = AsyncConnection[DictRow]
Pool = AsyncConnectionPool[Connection]


class _UserConnection(AsyncConnection[DictRow]):
    """A connection that acts for one user after the other."""

    acting_for: UserContext | None = None

    async def act_for(self, user: UserContext) -> None:
        """Let Postgres show what is this user's, and nothing else."""
        if self.acting_for != user:
            await self.execute(_ACT_FOR, [user.tenant_id, user.user_id], prepare=True)
            self.acting_for = user


@dataclass(frozen=True, slots=True)
class DatabaseLimits:
    """Most connections that a pool may open, and most runs of one user at the same time."""

    api_connections: int = 8
    run_connections: int = 4
    system_connections: int = 4
    runs_per_user: int = 20
    #: Of these, runs of workflows.
    workflow_runs_per_user: int = 10
    #: How long a request waits for a connection, seconds. Runs have more patience.
    api_wait_s: float = 3.0


class Database:
    """The three pools over one Postgres."""

    def __init__(self, url: str, limits: DatabaseLimits | None = None) -> None:
        self.url = url
        limits = limits or DatabaseLimits()
        # Read by the database's `admit_runs`.
        admits = (
            f"-c goldenpath.runs_per_user={limits.runs_per_user}"
            f" -c goldenpath.workflow_runs_per_user={limits.workflow_runs_per_user}"
        )
        api, wait_s = limits.api_connections, limits.api_wait_s
        #: What requests read and write; `acting_for` takes its connections.
        self.api = AsyncConnectionPool(
            url,
            connection_class=_UserConnection,
            **_pool_options("goldenpath api", api, wait_s, f"{admits} -c role={_API_ROLE}"),
        )
        #: What runs read and write.
        self.runs: Pool = AsyncConnectionPool(
            url,
            connection_class=AsyncConnection[DictRow],
            **_pool_options("goldenpath runs", limits.run_connections, _RUN_WAITS_S, admits),
        )
        #: What serves all users at once: readers of events, who signs in, limits, health.
        self.system: Pool = AsyncConnectionPool(
            url,
            connection_class=AsyncConnection[DictRow],
            **_pool_options("goldenpath system", limits.system_connections, wait_s, admits),
        )
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        """Open all pools."""
        for pool in (self.api, self.runs, self.system):
            await self._stack.enter_async_context(pool)
        return self

    async def __aexit__(self, *exc: object) -> None:
        """Close all pools, waiting for what is in flight."""
        await self._stack.aclose()

    async def drop_broken(self) -> None:
        """Close idle connections that do not work any more, so that nobody meets one."""
        for pool in (self.api, self.runs, self.system):
            await pool.check()

    @asynccontextmanager
    async def acting_for(self, user: UserContext) -> AsyncGenerator[Connection]:
        """A connection that sees what is this user's; each statement is a transaction."""
        async with self.api.connection() as connection:
            await connection.act_for(user)
            yield connection

    @asynccontextmanager
    async def system_transaction(self) -> AsyncGenerator[Connection]:
        """A transaction that acts for nobody and sees all."""
        async with self.system.connection() as connection, connection.transaction():
            yield connection

    @asynccontextmanager
    async def transaction(self, user: UserContext) -> AsyncGenerator[Connection]:
        """The same inside one transaction."""
        async with self.acting_for(user) as connection, connection.transaction():
            yield connection

    @asynccontextmanager
    async def pipelined(self, user: UserContext) -> AsyncGenerator[Connection]:
        """A transaction whose statements travel together, until one's answer is read.

        So a statement's failure may be raised by a later one, or at the end.
        """
        async with (
            self.acting_for(user) as connection,
            connection.pipeline(),
            connection.transaction(),
        ):
            yield connection


async def retried(attempt: Callable[[], Awaitable[T]]) -> T:
    """What `attempt` comes to, made again for as long as the database is away.

    For reads, and for writes that may happen twice: the answer of one that did happen can be lost.
    """
    wait_s = FIRST_RETRY_S
    while True:
        try:
            return await attempt()
        except DATABASE_AWAY as error:
            if not is_away(error):
                raise
            if wait_s == FIRST_RETRY_S:
                logger.warning("The database is away, trying again: %s", error)
        await asyncio.sleep(wait_s)
        wait_s = min(2 * wait_s, LAST_RETRY_S)


def is_away(error: psycopg.Error) -> bool:
    """Whether asking again helps: the server did not do what it was asked, or could not say so."""
    if not isinstance(error, DATABASE_AWAY) or isinstance(error, PoolClosed):
        return False
    # Without an SQLSTATE the server never answered; class 57 is the server shutting down or
    # starting up; class 08 is a broken connection; 40P01 is a deadlock, of which one is chosen to
    # try again. A full disk (53100) or too many connections (53300) pass as well: runs wait for
    # room rather than fail.
    state = error.sqlstate
    return state is None or state[:2] in ("57", "08") or state in ("40P01", "53100", "53300")


def connection_arguments() -> dict[str, Any]:
    """How every connection of ours is opened."""
    return {
        "autocommit": True,
        "row_factory": dict_row,
        "options": f"-c search_path={SEARCH_PATH} -c timezone=UTC",
        "connect_timeout": _SILENCE_S,
        "keepalives_idle": _SILENCE_S // 2,
        "keepalives_interval": 1,
        "keepalives_count": _SILENCE_S // 2,
        "tcp_user_timeout": 1000 * _SILENCE_S,
    }


def queue_pool(**options: Any) -> AsyncConnectionPool[Any]:
    """The pool of the queue's library, as it asks for it.

    Without the look at each connection before its use: one more round trip for what a failing
    statement tells as well. And without a transaction around each of its single statements.
    """
    options.update(check=None, timeout=_RUN_WAITS_S, reconnect_timeout=_GIVE_UP_S)
    options["configure"] = _one_statement_each
    return AsyncConnectionPool(**options)


async def _one_statement_each(connection: AsyncConnection[Any]) -> None:
    await connection.set_autocommit(True)


def _pool_options(name: str, size: int, waits_s: float, settings: str) -> dict[str, Any]:
    arguments = connection_arguments()
    arguments["options"] += f" {settings}"
    return {
        "min_size": 1,
        "max_size": size,
        "open": False,
        "name": name,
        "timeout": waits_s,
        "reconnect_timeout": _GIVE_UP_S,
        "kwargs": {**arguments, "application_name": name},
    }
