"""What every test may ask for: the embedded Postgres and a database of its own."""

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from storage.database import Database
from storage.embedded import EmbeddedPostgres
from storage.migrate import migrate

#: Plenty for a test server; the real start asks for more.
TEST_MIN_FREE_MB = 50


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A real server: TEST_DATABASE_URL, or an embedded one for this test worker."""
    if url := os.environ.get("TEST_DATABASE_URL"):
        yield url
        return
    # Short, because the socket's path has a limit of about 100 characters.
    folder = Path(tempfile.mkdtemp(prefix="gp-"))
    folder.chmod(0o755)
    server = EmbeddedPostgres(folder)
    url = server.start(min_free_mb=TEST_MIN_FREE_MB)
    _forgo_fsync(url)
    yield url
    server.stop()
    shutil.rmtree(folder, ignore_errors=True)


def _forgo_fsync(url: str) -> None:
    """Let the server wait for no disk: that guards against power cuts alone, and no test makes one.

    What a process wrote outlives it in the kernel's cache, so crashes prove what they prove.
    """
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("SELECT pg_reload_conf()")


@pytest.fixture(scope="session")
async def template_database(postgres_url: str) -> str:
    """A migrated database that each test's own is copied from; its name."""
    name = f"template_{uuid4().hex}"
    await migrate(create_test_database(postgres_url, name))
    return name


@pytest.fixture
def database_url(postgres_url: str, template_database: str) -> Iterator[str]:
    """The URL of a migrated database that nobody else uses."""
    name = f"test_{uuid4().hex}"
    yield create_test_database(postgres_url, name, template=template_database)
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        )


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """Open pools over a database of the test's own."""
    async with Database(database_url) as opened:
        yield opened


def create_test_database(server_url: str, name: str, template: str = "template1") -> str:
    """Create a database from a template; returns its URL."""
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
    return make_conninfo(server_url, dbname=name)
