"""Workflows that webhooks start: webhook → set → if → answer, beside the same nodes in process.

Run `python -m benchmarks.workflow_webhook [repetitions]`. A run counts from its delivery, signed
and verified, to its end; deliveries are answered before that. *Raw* is the plain graph with
LangGraph's shared saver over the same Postgres. All sides take turns.
"""

import asyncio
import json
import statistics
import sys
import tempfile
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvloop

from benchmarks.load import Run, measure
from benchmarks.raw import shared_saver
from benchmarks.workflow_graph import Durability, plain_reply, plain_run, reply
from benchmarks.workflow_service import Spent, WorkflowService, timed, workflow_service
from storage.embedded import EmbeddedPostgres, create_database

REPETITIONS = 3
LEVELS = (1, 10, 50)
DURABILITIES: tuple[Durability, ...] = ("sync", "exit")
_WINDOW_S = 2.0
_WARM_UP_S = 0.5
#: Until Postgres has counted what its backends did.
_COUNTED_S = 1.2


@dataclass(slots=True)
class _Side:
    """What the turns of one side came to."""

    runs_per_s: list[float] = field(default_factory=list[float])
    times: list[float] = field(default_factory=list[float])
    costs: list[dict[str, float]] = field(default_factory=list[dict[str, float]])

    def figures(self) -> dict[str, float]:
        percentiles = statistics.quantiles(self.times, n=100)
        return {
            "runs_per_s": round(statistics.median(self.runs_per_s), 1),
            "p50_ms": round(1000 * percentiles[49], 1),
            "p99_ms": round(1000 * percentiles[98], 1),
            **{
                name: round(statistics.median(cost[name] for cost in self.costs), 2)
                for name in (self.costs[0] if self.costs else ())
            },
        }


async def main(repetitions: int) -> None:
    """Measure all levels in turns and print one JSON line for each."""
    with tempfile.TemporaryDirectory(prefix="gp-", ignore_cleanup_errors=True) as folder:
        server = EmbeddedPostgres(Path(folder))
        url = server.start(min_free_mb=500)
        try:
            async with (
                raw_replies(create_database(url, "raw")) as raw,
                workflow_service(create_database(url, "ours")) as service,
            ):
                for at_once in LEVELS:
                    print(json.dumps(await _level(raw, service, at_once, repetitions)), flush=True)
        finally:
            server.stop()


async def _level(
    raw: Run, service: WorkflowService, at_once: int, repetitions: int
) -> Mapping[str, Any]:
    sides: dict[str, _Side] = {"raw": _Side(), **{each: _Side() for each in DURABILITIES}}
    for _ in range(repetitions):
        await _turn(sides["raw"], raw, at_once)
        for durability in DURABILITIES:
            await service.live(reply(durability))
            before = await _counted(service)
            runs = await _turn(sides[durability], service.run, at_once)
            after = await _counted(service)
            sides[durability].costs.append(after.a_run(before, runs))
    ratios = {
        f"{durability}_to_raw": round(
            statistics.median(
                ours / baseline
                for ours, baseline in zip(
                    sides[durability].runs_per_s, sides["raw"].runs_per_s, strict=True
                )
            ),
            2,
        )
        for durability in DURABILITIES
    }
    figures = {name: side.figures() for name, side in sides.items()}
    return {"benchmark": f"workflow_webhook {at_once} at once", **figures, **ratios}


async def _turn(side: _Side, run: Run, at_once: int) -> int:
    """One window of load; returns how many runs there were with those of the warm-up."""
    times: list[float] = []
    load = await measure(timed(run, times), at_once, window_s=_WINDOW_S, warm_up_s=_WARM_UP_S)
    side.runs_per_s.append(load.runs_per_s)
    side.times += times
    return len(times)


async def _counted(service: WorkflowService) -> Spent:
    await asyncio.sleep(_COUNTED_S)
    return await service.spent()


@asynccontextmanager
async def raw_replies(url: str) -> AsyncGenerator[Run]:
    """The plain graph in process."""
    async with shared_saver(url) as saver:
        yield plain_run(plain_reply().compile(checkpointer=saver), "async")


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else REPETITIONS))
