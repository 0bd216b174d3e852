"""What readers cost that wait for nothing: the service's memory, and others' runs a second.

Run `python -m benchmarks.idle_readers [readers]`. 2,000 event streams are opened on 200 idle
threads; runs a second are measured before and beside them, in turns.
"""

import asyncio
import json
import os
import re
import statistics
import sys
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import psutil
import uvloop

from benchmarks.load import measure
from benchmarks.service import running_service, streamed_runs
from storage.embedded import EmbeddedPostgres, create_database

READERS = 2_000
_THREADS = 200
_TURNS = 3
_AT_ONCE = 10
_CONFIG = Path(__file__).with_name("langgraph.json")


async def main(readers: int) -> None:
    """Measure and print one JSON line."""
    with tempfile.TemporaryDirectory(prefix="gp-", ignore_cleanup_errors=True) as folder:
        server = EmbeddedPostgres(Path(folder))
        url = create_database(server.start(min_free_mb=500), "readers")
        try:
            async with running_service(url, _CONFIG) as service:
                print(json.dumps(await compare(service, readers)), flush=True)
        finally:
            server.stop()


async def compare(service: str, readers: int) -> dict[str, object]:
    """Runs a second without and with the readers, and what they add to the service's memory."""
    threads = await _make_threads(service)
    alone: list[float] = []
    beside: list[float] = []
    growth_kib: list[float] = []
    async with streamed_runs(service) as run:
        await measure(run, _AT_ONCE)
        for _ in range(_TURNS):
            alone.append((await measure(run, _AT_ONCE)).runs_per_s)
            before = _service_rss()
            async with _reading(service, threads, readers):
                growth_kib.append((_service_rss() - before) / 1024 / readers)
                beside.append((await measure(run, _AT_ONCE)).runs_per_s)
    ratios = [with_them / without for with_them, without in zip(beside, alone, strict=True)]
    return {
        "benchmark": "idle_readers",
        "readers": readers,
        "kib_each": round(growth_kib[0], 1),
        "runs_per_s_alone": statistics.median(alone),
        "runs_per_s_beside": statistics.median(beside),
        "beside_to_alone": round(statistics.median(ratios), 2),
    }


async def _make_threads(service: str) -> list[str]:
    async with httpx.AsyncClient(base_url=service, timeout=30) as client:
        answers = [await client.post("/threads", json={}) for _ in range(_THREADS)]
    return [answer.json()["thread_id"] for answer in answers]


@asynccontextmanager
async def _reading(service: str, threads: list[str], readers: int) -> AsyncGenerator[None]:
    """So many open event streams, each of which has got its headers."""
    address = urlsplit(service)
    opened: list[asyncio.StreamWriter] = []
    try:
        for number in range(readers):
            reader, writer = await asyncio.open_connection(address.hostname, address.port)
            opened.append(writer)
            path = f"/threads/{threads[number % len(threads)]}/events"
            writer.write(f"GET {path} HTTP/1.1\r\nHost: {address.netloc}\r\n\r\n".encode())
            head = await reader.readuntil(b"\r\n\r\n")
            if not re.match(rb"HTTP/1.1 200", head):
                raise SystemExit(f"A reader was refused: {head!r}")
        yield
    finally:
        for writer in opened:
            writer.close()


def _service_rss() -> int:
    children = psutil.Process(os.getpid()).children()
    services = [child for child in children if "server" in " ".join(child.cmdline())]
    return sum(service.memory_info().rss for service in services)


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else READERS))
