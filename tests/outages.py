"""A Postgres of a test's own, to be stopped and started again under those who use it."""

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from storage.embedded import EmbeddedPostgres
from tests.conftest import TEST_MIN_FREE_MB, create_test_database


class FragilePostgres:
    """A real server; its address stays the same."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._server: EmbeddedPostgres | None = None
        self.url = create_test_database(self._start(), "fragile")

    def start(self) -> None:
        """Start it again."""
        self._start()

    def stop(self) -> None:
        """Shut it down in good order; whoever uses it is thrown out."""
        if self._server:
            self._server.stop()
        self._server = None

    def crash(self) -> None:
        """Let it drop everything at once, as after a power cut."""
        postmaster = self._postmaster()
        postmaster.send_signal(signal.SIGQUIT)
        postmaster.wait(timeout=30)
        # Gives up our claim on what is gone.
        self.stop()

    def freeze(self) -> None:
        """Let all of its processes stand still: they neither answer nor break off."""
        self._signal_all(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let them go on."""
        self._signal_all(signal.SIGCONT)

    def _start(self) -> str:
        self._server = EmbeddedPostgres(self._folder)
        return self._server.start(min_free_mb=TEST_MIN_FREE_MB)

    def _postmaster(self) -> psutil.Process:
        pid_file = self._folder / "postgres" / "postmaster.pid"
        return psutil.Process(int(pid_file.read_text().splitlines()[0]))

    def _signal_all(self, number: signal.Signals) -> None:
        postmaster = self._postmaster()
        for process in (postmaster, *postmaster.children(recursive=True)):
            os.kill(process.pid, number)


@contextmanager
def fragile_postgres() -> Iterator[FragilePostgres]:
    """A server in a folder with a short name, for its socket's path may not be long."""
    folder = Path(tempfile.mkdtemp(prefix="gp-"))
    folder.chmod(0o755)
    server = FragilePostgres(folder)
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
