"""Connections to `/ws`: how long each takes until it is ready, and what it costs to keep it.

Run `python -m benchmarks.websocket_connects [seconds]`. 100 connections a second are opened for ten
seconds, each at its time whatever the others do, and all stay open until the last one is ready.
"""

import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

import psutil
import uvloop

from benchmarks.service import running_service
from storage.embedded import EmbeddedPostgres, create_database

SECONDS = 10
PER_S = 100
_LIMIT_S = 30.0
_CONFIG = Path(__file__).with_name("langgraph.json")
#: From RFC 6455; the server's answer to it need not be checked here.
_KEY = "dGhlIHNhbXBsZSBub25jZQ=="


class _Connections:
    """What became of each."""

    def __init__(self, address: SplitResult) -> None:
        self._address = address
        self._open: list[asyncio.StreamWriter] = []
        self.ready_ms: list[float] = []
        self.failures = 0

    async def connect(self) -> None:
        """Open one, up to its `connection_ready`."""
        began = time.perf_counter()
        try:
            async with asyncio.timeout(_LIMIT_S):
                await self._until_ready()
        except (OSError, EOFError, ValueError, TimeoutError):
            self.failures += 1
        else:
            self.ready_ms.append(1000 * (time.perf_counter() - began))

    def close(self) -> None:
        """Close all without a word."""
        for writer in self._open:
            writer.close()

    async def _until_ready(self) -> None:
        reader, writer = await asyncio.open_connection(self._address.hostname, self._address.port)
        self._open.append(writer)
        writer.write(
            f"GET /ws HTTP/1.1\r\nHost: {self._address.netloc}\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            f"Sec-WebSocket-Key: {_KEY}\r\n\r\n".encode()
        )
        head = await reader.readuntil(b"\r\n\r\n")
        opcode, length = await reader.readexactly(2)
        if length == 126:
            length = int.from_bytes(await reader.readexactly(2), "big")
        frame = json.loads(await reader.readexactly(length))
        if not head.startswith(b"HTTP/1.1 101") or opcode != 0x81:
            raise ValueError("The service refused the upgrade.")
        if frame["type"] != "connection_ready":
            raise ValueError("The service said something else first.")


async def main(seconds: int) -> None:
    """Measure and print one JSON line."""
    os.environ["GOLDENPATH_WS_CONNECTIONS_PER_USER"] = str(2 * PER_S * seconds)
    with tempfile.TemporaryDirectory(prefix="gp-", ignore_cleanup_errors=True) as folder:
        server = EmbeddedPostgres(Path(folder))
        url = create_database(server.start(min_free_mb=500), "websocket")
        try:
            async with running_service(url, _CONFIG) as service:
                print(json.dumps(await connects(service, seconds)), flush=True)
        finally:
            server.stop()


async def connects(service: str, seconds: int) -> dict[str, object]:
    """Open them at their times, and say how it went."""
    connections = _Connections(urlsplit(service))
    for _ in range(PER_S):  # What is done once, such as imports, is done.
        await connections.connect()
    connections.ready_ms.clear()
    before = _service_rss()
    began = time.perf_counter()
    async with asyncio.TaskGroup() as tasks:
        for number in range(PER_S * seconds):
            await asyncio.sleep(began + number / PER_S - time.perf_counter())
            tasks.create_task(connections.connect())
    opened = _service_rss()
    connections.close()
    count = PER_S * seconds
    return {
        "benchmark": "websocket_connects",
        "connects": count,
        "connects_per_s": PER_S,
        "failures": connections.failures,
        **_percentiles(connections.ready_ms),
        "rss_before_mb": round(before / 1024**2, 1),
        "rss_open_mb": round(opened / 1024**2, 1),
        "kib_each": round((opened - before) / 1024 / count, 1),
    }


def _percentiles(ready_ms: Sequence[float]) -> dict[str, float]:
    if len(ready_ms) < 2:
        return {}
    cuts = statistics.quantiles(ready_ms, n=100)
    return {f"ready_p{place}_ms": round(cuts[place - 1], 1) for place in (50, 95, 99)}


def _service_rss() -> int:
    children = psutil.Process(os.getpid()).children()
    services = [child for child in children if "server" in " ".join(child.cmdline())]
    return sum(service.memory_info().rss for service in services)


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else SECONDS))
