"""The real service and its workers as processes of their own, to be started and killed."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]
READY = b"goldenpath ready on "
WORKER_READY = b"goldenpath worker ready"
DEADLINE_S = 60


class Command:
    """`python -m server <command>` with these options."""

    def __init__(self, ready: bytes, environment: Mapping[str, str], *arguments: str) -> None:
        self._ready = ready
        self._environment = dict(environment)
        self._arguments = arguments
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start it and wait until it says that it is ready."""
        clean = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("GOLDENPATH_", "OPENAI_", "DATABASE_"))
        }
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "server",
            *self._arguments,
            cwd=ROOT,
            env={**clean, **self._environment},
            stdout=asyncio.subprocess.PIPE,
        )
        assert self._process.stdout
        async with asyncio.timeout(DEADLINE_S):
            line = await self._process.stdout.readline()
        assert line.startswith(self._ready), f"it did not start: {line!r}"

    async def line(self) -> str:
        """The next line that it says."""
        assert self._process
        assert self._process.stdout
        async with asyncio.timeout(DEADLINE_S):
            return (await self._process.stdout.readline()).decode().strip()

    async def kill(self) -> None:
        """Kill it without a chance to say anything."""
        await self._end(signal.SIGKILL)

    async def stop(self) -> int:
        """Stop it in good order; returns its exit code."""
        return await self._end(signal.SIGTERM)

    def send(self, number: signal.Signals) -> None:
        """Send it a signal, if it is there."""
        if self.is_running and self._process:
            self._process.send_signal(number)

    @property
    def is_running(self) -> bool:
        """It was started and has not ended."""
        return self._process is not None and self._process.returncode is None

    async def _end(self, number: signal.Signals) -> int:
        process = self._process
        if process is None or process.returncode is not None:
            return process.returncode or 0 if process else 0
        process.send_signal(number)
        async with asyncio.timeout(DEADLINE_S):
            return await process.wait()


class Service(Command):
    """`serve` over one data folder (or database) and port."""

    def __init__(
        self, data_dir: Path, environment: Mapping[str, str] | None = None, *options: str
    ) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        place = ("--port", str(port), "--data-dir", str(data_dir))
        super().__init__(READY, environment or {}, "serve", *place, *options)

    async def first_link(self) -> str:
        """Where the first account is made, as it says when it starts without any."""
        return (await self.line()).rpartition(" ")[2]


class WorkerProcess(Command):
    """`worker` over one data folder (or database)."""

    def __init__(
        self, data_dir: Path, environment: Mapping[str, str] | None = None, *options: str
    ) -> None:
        place = ("worker", "--data-dir", str(data_dir))
        super().__init__(WORKER_READY, environment or {}, *place, *options)


def open_to_postgres(folder: Path) -> Path:
    """Let the embedded server into a folder: started by root, it runs as another user."""
    for parent in (folder, *folder.parents):
        if parent.owner() == folder.owner() and parent != Path("/"):
            parent.chmod(parent.stat().st_mode | 0o055)
    return folder


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
