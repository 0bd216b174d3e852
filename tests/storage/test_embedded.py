"""The embedded server: shared by processes, stopped by the last, reachable after a crash."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from domain.errors import DataDirInUse, DiskFull, StartupError
from storage.embedded import EmbeddedPostgres, create_database, sole_instance
from tests.conftest import TEST_MIN_FREE_MB

#: A process that uses the server until its input is closed.
USER = """
import sys
from pathlib import Path
from storage.embedded import EmbeddedPostgres
server = EmbeddedPostgres(Path(sys.argv[1]))
print(server.start(min_free_mb=int(sys.argv[2])), flush=True)
sys.stdin.read()
server.stop()
"""
REPOSITORY = Path(__file__).parents[2]


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """Short, because the socket's path has a limit of about 100 characters."""
    folder = Path(tempfile.mkdtemp(prefix="gp-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def another_process(data_dir: Path) -> tuple[subprocess.Popen[str], str]:
    """A process that uses the server, and the URL it got."""
    process = subprocess.Popen(
        [sys.executable, "-c", USER, str(data_dir), str(TEST_MIN_FREE_MB)],
        cwd=REPOSITORY,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


def finish(process: subprocess.Popen[str]) -> None:
    with process:
        assert process.stdin is not None
        process.stdin.close()
        process.wait(timeout=30)


def answers(url: str) -> bool:
    try:
        with psycopg.connect(url, connect_timeout=5) as connection:
            return connection.execute("SELECT 1").fetchone() == (1,)
    except psycopg.OperationalError:
        return False


def postmaster(data_dir: Path) -> int:
    return int((data_dir / "postgres" / "postmaster.pid").read_text().splitlines()[0])


def test_the_last_process_that_uses_the_server_stops_it(data_dir: Path) -> None:
    process, url = another_process(data_dir)
    own = EmbeddedPostgres(data_dir)
    assert own.start(min_free_mb=TEST_MIN_FREE_MB) == url
    finish(process)
    assert answers(url)
    own.stop()
    assert not answers(url)
    assert not (data_dir / "postgres" / "postmaster.pid").exists()


def test_after_a_kill_the_next_start_attaches_to_the_same_server_and_stops_it(
    data_dir: Path,
) -> None:
    process, url = another_process(data_dir)
    server = postmaster(data_dir)
    with process:
        os.kill(process.pid, signal.SIGKILL)
        process.wait(timeout=30)
    assert answers(url)
    own = EmbeddedPostgres(data_dir)
    assert own.start(min_free_mb=TEST_MIN_FREE_MB) == url
    assert postmaster(data_dir) == server
    own.stop()
    assert not answers(url)


def test_stopping_what_was_not_started_is_harmless(data_dir: Path) -> None:
    EmbeddedPostgres(data_dir).stop()


def test_too_little_room_is_said_before_anything_is_written(data_dir: Path) -> None:
    with pytest.raises(DiskFull, match=f"{2**40} MB are needed") as caught:
        EmbeddedPostgres(data_dir).start(min_free_mb=2**40)
    assert "GOLDENPATH_MIN_FREE_DISK_MB" in str(caught.value)
    assert list(data_dir.iterdir()) == []


def test_a_start_that_fails_says_where_to_look(data_dir: Path) -> None:
    folder = data_dir / "postgres"
    folder.mkdir()
    # Not a cluster, and not empty: the server's own tool refuses to touch it.
    (folder / "notes.txt").write_text("These are my notes.")
    with pytest.raises(StartupError) as caught:
        EmbeddedPostgres(data_dir).start(min_free_mb=TEST_MIN_FREE_MB)
    assert str(folder / "log") in str(caught.value)
    assert "DATABASE_URL" in str(caught.value)
    assert (folder / "notes.txt").read_text() == "These are my notes."


def test_a_second_instance_on_the_same_folder_is_told_whose_it_is(data_dir: Path) -> None:
    with sole_instance(data_dir):
        with pytest.raises(DataDirInUse) as caught, sole_instance(data_dir):
            pass
        assert f"process {os.getpid()}" in str(caught.value)
        assert "--data-dir" in str(caught.value)
    with sole_instance(data_dir):
        pass


def test_a_folder_that_does_not_exist_yet_is_made(data_dir: Path) -> None:
    with sole_instance(data_dir / "new" / "deep"):
        assert (data_dir / "new" / "deep").is_dir()


def test_a_database_is_created_once(postgres_url: str) -> None:
    name = "created once; really"
    url = create_database(postgres_url, name)
    assert create_database(postgres_url, name) == url
    with psycopg.connect(url) as connection:
        assert connection.info.dbname == name


def test_a_server_that_was_stopped_starts_again_in_the_same_process(data_dir: Path) -> None:
    for _ in range(2):
        server = EmbeddedPostgres(data_dir)
        with psycopg.connect(server.start(min_free_mb=TEST_MIN_FREE_MB)) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        server.stop()
