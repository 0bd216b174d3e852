"""Many streams at the same time: how many chunks arrive, and how late.

Run `python -m benchmarks.streams [streams]`. Each of 200 runs has a model that says 50 words a
second for ten seconds; every word is the time at which it was said, so a reader knows its lag.
"""

import asyncio
import json
import os
import re
import statistics
import sys
import tempfile
import time
from pathlib import Path

import httpx
import psutil
import uvloop

from benchmarks.service import running_service
from storage.embedded import EmbeddedPostgres, create_database

STREAMS = 200
CHUNKS = 500
INTERVAL_S = 0.02
_CONFIG = Path(__file__).with_name("streams.json")
_WORD = re.compile(rb"(\d{10}\.\d{4}) ")
_LIMIT_S = 120.0


class _Reader:
    """One stream: its words and how late they came."""

    def __init__(self) -> None:
        self.opened_s = 0.0
        self.lags_s: list[float] = []
        self.last_s = 0.0

    async def read(self, client: httpx.AsyncClient) -> None:
        began = time.monotonic()
        async with client.stream("POST", "/chat", json={"message": "Go on."}) as response:
            response.raise_for_status()
            self.opened_s = time.monotonic() - began
            async for data in response.aiter_raw():
                now = time.time()
                if b'"channel":"answer"' in data:
                    self.lags_s += [now - float(word) for word in _WORD.findall(data)]
                    self.last_s = time.monotonic()


async def main(streams: int) -> None:
    """Measure and print one JSON line."""
    environment = {
        "GOLDENPATH_RUNS_PER_USER": str(streams + 1),
        "GOLDENPATH_WORKER_CONCURRENCY": str(streams + 1),
        "BENCHMARK_CHUNKS": str(CHUNKS),
        "BENCHMARK_INTERVAL_S": str(INTERVAL_S),
    }
    os.environ.update(environment)
    with tempfile.TemporaryDirectory(prefix="gp-", ignore_cleanup_errors=True) as folder:
        server = EmbeddedPostgres(Path(folder))
        url = create_database(server.start(min_free_mb=500), "streams")
        try:
            async with running_service(url, _CONFIG) as service:
                print(json.dumps(await measure(service, streams)), flush=True)
        finally:
            server.stop()


async def measure(service: str, streams: int) -> dict[str, object]:
    """Open all streams at once and read them to their ends."""
    limits = httpx.Limits(max_connections=streams, max_keepalive_connections=streams)
    readers = [_Reader() for _ in range(streams)]
    async with httpx.AsyncClient(base_url=service, limits=limits, timeout=_LIMIT_S) as client:
        began = time.monotonic()
        async with asyncio.TaskGroup() as tasks:
            for reader in readers:
                tasks.create_task(reader.read(client))
        took_s = max(reader.last_s for reader in readers) - began
    lags_ms = sorted(1000 * lag for reader in readers for lag in reader.lags_s)
    if len(lags_ms) != streams * CHUNKS:
        raise SystemExit(f"{len(lags_ms)} chunks arrived instead of {streams * CHUNKS}.")
    return {
        "benchmark": "streams",
        "streams": streams,
        "all_opened_s": round(max(reader.opened_s for reader in readers), 2),
        "chunks_per_s": round(len(lags_ms) / took_s),
        "chunks_per_s_said": round(streams / INTERVAL_S),
        "lag_p50_ms": round(statistics.median(lags_ms), 1),
        "lag_p99_ms": round(lags_ms[int(len(lags_ms) * 0.99)], 1),
        "service_rss_mb": _service_rss_mb(),
    }


def _service_rss_mb() -> int:
    children = psutil.Process().children()
    services = [child for child in children if "server" in " ".join(child.cmdline())]
    return round(sum(service.memory_info().rss for service in services) / 2**20)


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else STREAMS))
