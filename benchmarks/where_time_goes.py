"""What a run costs, part by part: milliseconds of CPU of the service's packages, and of Postgres.

Run `python -m benchmarks.where_time_goes [at once]`. The load is that of `run_throughput`; a
sampling profiler in the service says who was at work.
"""

import asyncio
import json
import os
import signal
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import psutil
import uvloop

from benchmarks.load import measure
from benchmarks.sampled_service import SAMPLES
from benchmarks.service import READY, start_service, stop_service, streamed_runs
from storage.embedded import EmbeddedPostgres, create_database

AT_ONCE = 10
_WINDOW_S = 10.0
_WARM_UP_S = 3.0
#: Parts with less are added up.
_LEAST_MS = 0.05
_LIMIT_S = 10.0
_LOOK_S = 0.05
_CONFIG = Path(__file__).with_name("langgraph.json")


async def main(at_once: int) -> None:
    """Measure and print one JSON line."""
    with tempfile.TemporaryDirectory(prefix="gp-", ignore_cleanup_errors=True) as folder:
        samples = Path(folder) / "samples.json"
        os.environ[SAMPLES] = str(samples)
        server = EmbeddedPostgres(Path(folder))
        url = create_database(server.start(min_free_mb=500), "profile")
        try:
            process, said = await start_service(
                url, _CONFIG, "serve", "--port", "0", module="benchmarks.sampled_service"
            )
            try:
                figures = await _profile(said.removeprefix(READY), process, samples, at_once)
            finally:
                await stop_service(process)
        finally:
            server.stop()
    print(json.dumps({"benchmark": "where_time_goes", "at_once": at_once, **figures}), flush=True)


async def _profile(
    service: str, process: asyncio.subprocess.Process, samples: Path, at_once: int
) -> Mapping[str, float]:
    async with streamed_runs(service) as run:
        await measure(run, at_once, window_s=_WARM_UP_S)
        process.send_signal(signal.SIGUSR1)
        before = _cpu_s(process.pid)
        finished = 0

        async def counted() -> float:
            nonlocal finished
            first_event_s = await run()
            finished += 1
            return first_event_s

        await measure(counted, at_once, window_s=_WINDOW_S, warm_up_s=0)
        after = _cpu_s(process.pid)
    process.send_signal(signal.SIGUSR2)
    counts = await _read(samples)
    service_ms, postgres_ms = (
        1000 * (later - earlier) / finished for later, earlier in zip(after, before, strict=True)
    )
    parts = {
        part: service_ms * count / sum(counts.values())
        for part, count in sorted(counts.items(), key=lambda item: -item[1])
    }
    small = sum(ms for ms in parts.values() if ms < _LEAST_MS)
    return {
        "postgres ms_a_run": round(postgres_ms, 2),
        "service ms_a_run": round(service_ms, 2),
        **{f"{part} ms_a_run": round(ms, 2) for part, ms in parts.items() if ms >= _LEAST_MS},
        "others ms_a_run": round(small, 2),
    }


def _cpu_s(service: int) -> tuple[float, float]:
    """Seconds of CPU so far: of the service, and of all Postgres processes of the machine."""
    postgres = 0.0
    for process in psutil.process_iter(["name", "cpu_times"]):
        if process.info["name"] == "postgres" and process.info["cpu_times"]:
            postgres += process.info["cpu_times"].user + process.info["cpu_times"].system
    times = psutil.Process(service).cpu_times()
    return times.user + times.system, postgres


async def _read(samples: Path) -> Mapping[str, int]:
    async with asyncio.timeout(_LIMIT_S):
        while True:
            if (counts := _written(samples)) is not None:
                return counts
            await asyncio.sleep(_LOOK_S)


def _written(samples: Path) -> Mapping[str, int] | None:
    return json.loads(samples.read_text("utf-8")) if samples.exists() else None


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else AT_ONCE))
