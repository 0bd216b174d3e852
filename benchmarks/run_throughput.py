"""Durable streamed runs a second, and the time to the first event, beside LangGraph alone.

Run `python -m benchmarks.run_throughput [repetitions]`. Baselines and service take turns on the
same Postgres with fsync on; figures are medians, the ratio is the median of each turn's own ratio.
"""

import asyncio
import json
import statistics
import sys
import tempfile
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import psycopg
import uvloop

from benchmarks.load import Load, Run, measure
from benchmarks.raw import raw_runs, run_alone
from benchmarks.service import running_service, streamed_runs
from storage.embedded import EmbeddedPostgres, create_database

REPETITIONS = 3
LEVELS = (1, 10, 50)
_CONFIG = Path(__file__).with_name("langgraph.json")


async def main(repetitions: int) -> None:
    """Measure all levels in turns and print one JSON line for each."""
    with tempfile.TemporaryDirectory(prefix="gp-", ignore_cleanup_errors=True) as folder:
        async with AsyncExitStack() as stack:
            runs = await stack.enter_async_context(all_sides(Path(folder)))
            for at_once in LEVELS:
                turns = [await one_turn(runs, at_once) for _ in range(repetitions)]
                print(json.dumps(summary(at_once, turns)), flush=True)


async def one_turn(runs: Mapping[str, Run], at_once: int) -> dict[str, Load]:
    """Each side once."""
    return {side: await measure(run, at_once) for side, run in runs.items()}


@asynccontextmanager
async def all_sides(folder: Path) -> AsyncGenerator[Mapping[str, Run]]:
    """The baselines and the service over databases of one server."""
    server = EmbeddedPostgres(folder)
    url = server.start(min_free_mb=500)
    try:
        _require_fsync(url)
        async with (
            raw_runs(create_database(url, "raw")) as raw,
            running_service(create_database(url, "ours"), _CONFIG) as service_url,
            streamed_runs(service_url) as ours,
        ):
            yield {"alone": run_alone, "raw": raw, "ours": ours}
    finally:
        server.stop()


def summary(at_once: int, turns: Sequence[Mapping[str, Load]]) -> dict[str, float | str]:
    """One line of results."""

    def median(side: str, figure: str) -> float:
        return round(statistics.median(getattr(turn[side], figure) for turn in turns), 1)

    ratio = statistics.median(turn["ours"].runs_per_s / turn["raw"].runs_per_s for turn in turns)
    return {
        "benchmark": "run_throughput",
        "at_once": at_once,
        "alone_runs_per_s": median("alone", "runs_per_s"),
        "raw_runs_per_s": median("raw", "runs_per_s"),
        "ours_runs_per_s": median("ours", "runs_per_s"),
        "ours_to_raw": round(ratio, 2),
        "raw_first_event_p50_ms": median("raw", "first_event_p50_ms"),
        "ours_first_event_p50_ms": median("ours", "first_event_p50_ms"),
    }


def _require_fsync(url: str) -> None:
    with psycopg.connect(url) as connection:
        for setting in ("fsync", "synchronous_commit"):
            row = connection.execute("SELECT current_setting(%s)", [setting]).fetchone()
            if row != ("on",):
                raise AssertionError(f"{setting} is {row}; without it nothing is durable.")


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else REPETITIONS))
