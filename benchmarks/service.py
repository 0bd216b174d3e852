"""The service as a process of its own, and a client that costs the measurement little."""

import asyncio
import json
import os
import sys
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

from benchmarks.graph import EVENTS
from benchmarks.load import Run

_START_LIMIT_S = 60.0
_STOP_LIMIT_S = 30.0
_RUN_LIMIT_S = 60.0
#: What `serve` says before its URL.
READY = "goldenpath ready on "
_LAST_CHUNK = b"\r\n0\r\n\r\n"


@asynccontextmanager
async def running_service(database_url: str, config: Path) -> AsyncGenerator[str]:
    """`serve` with its defaults on a free port; yields its URL."""
    process, said = await start_service(database_url, config)
    try:
        yield said.removeprefix(READY)
    finally:
        await stop_service(process)


async def start_service(
    database_url: str,
    config: Path,
    *arguments: str,
    module: str = "server",
    settings: Mapping[str, str] | None = None,
) -> tuple[asyncio.subprocess.Process, str]:
    """`serve` on a free port, or the given command, once it is ready; and what it said then."""
    command = arguments or ("serve", "--port", "0")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module, *command, "--config", str(config)),
        env={**os.environ, **(settings or {}), "DATABASE_URL": database_url},
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout
    async with asyncio.timeout(_START_LIMIT_S):
        line = (await process.stdout.readline()).decode().strip()
    if "ready" not in line:
        await stop_service(process)
        raise RuntimeError(f"The service did not start; it said: {line or 'nothing'}")
    return process, line


async def stop_service(process: asyncio.subprocess.Process) -> None:
    """Stop it in good order, if it still runs."""
    if process.returncode is None:
        process.terminate()
    async with asyncio.timeout(_STOP_LIMIT_S):
        await process.wait()


@asynccontextmanager
async def streamed_runs(url: str) -> AsyncGenerator[Run]:
    """Runs over HTTP, each read up to its `end`; connections are kept and used again."""
    address = urlsplit(url)
    host, port = address.hostname or "127.0.0.1", address.port or 80
    body = json.dumps({"message": "Count the steps."}).encode()
    request = (
        f"POST /chat HTTP/1.1\r\nHost: {address.netloc}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    ).encode() + body
    idle: list[_Connection] = []

    async def run() -> float:
        # The service hangs up on connections that were idle for a while.
        while idle and not idle[-1].is_open:
            idle.pop()
        connection = idle.pop() if idle else await _connect(host, port)
        async with asyncio.timeout(_RUN_LIMIT_S):
            first_event_s = await connection.stream(request)
        idle.append(connection)
        return first_event_s

    try:
        yield run
    finally:
        for connection in idle:
            connection.close()


async def _connect(host: str, port: int) -> "_Connection":
    _, connection = await asyncio.get_running_loop().create_connection(_Connection, host, port)
    return connection


class _Connection(asyncio.Protocol):
    """One HTTP/1.1 connection that streams one answer after the other."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._received = bytearray()
        self._started_s = self._first_event_s = 0.0
        self._done: asyncio.Future[None] | None = None

    @property
    def is_open(self) -> bool:
        """Whether a request can be sent."""
        return self._transport is not None and not self._transport.is_closing()

    async def stream(self, request: bytes) -> float:
        """Send a request and read its events to the end; returns seconds to the first one."""
        assert self._transport
        self._received.clear()
        self._first_event_s = 0.0
        self._done = asyncio.get_running_loop().create_future()
        self._started_s = time.perf_counter()
        self._transport.write(request)
        await self._done
        _check(bytes(self._received))
        return self._first_event_s

    def close(self) -> None:
        """Give the connection up."""
        if self._transport:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport to write to."""
        # uvloop's transports do not derive from asyncio's.
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """Note the first event and the end of the answer."""
        received = self._received
        received += data
        if not self._first_event_s and b"\r\nid: " in received:
            self._first_event_s = time.perf_counter() - self._started_s
        if self._done and not self._done.done() and self._is_whole(data):
            self._done.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        """Fail what still waits for an answer."""
        if self._done and not self._done.done():
            self._done.set_exception(ConnectionError(f"The service hung up: {exc or 'closed'}."))

    def _is_whole(self, data: bytes) -> bool:
        if data.endswith(_LAST_CHUNK[-5:]) and self._received.endswith(_LAST_CHUNK):
            return True
        # An error is a short JSON answer of known length.
        return not self._received.startswith(b"HTTP/1.1 200")


def _check(answer: bytes) -> None:
    """Raise when the answer is not the whole log of a successful run."""
    if not answer.startswith(b"HTTP/1.1 200"):
        raise AssertionError(f"The service refused a run: {answer[-300:].decode(errors='replace')}")
    events = answer.count(b'"seq":')
    if events != EVENTS or answer.count(b'"status":"success"') != 1:
        raise AssertionError(
            f"A run had {events} events instead of {EVENTS}, or did not succeed: "
            f"{answer[-600:].decode(errors='replace')}"
        )
