"""A workflow of 40 tiny steps in a row: from its delivery to its end, beside LangGraph in process.

Run `python -m benchmarks.workflow_steps [repetitions]`. *Raw* is a plain graph of 40 nodes with
LangGraph's shared saver, each checkpoint on disk before the next node; the target is twice its
time.
One run at a time, all sides in turns.
"""

import asyncio
import json
import statistics
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import uvloop

from benchmarks.load import Run
from benchmarks.raw import shared_saver
from benchmarks.workflow_graph import STEPS, plain_run, plain_steps, steps
from benchmarks.workflow_service import WorkflowService, workflow_service
from storage.embedded import EmbeddedPostgres, create_database

REPETITIONS = 5
_RUNS_A_TURN = 5


async def main(repetitions: int) -> None:
    """Measure in turns and print one JSON line."""
    with tempfile.TemporaryDirectory(prefix="gp-", ignore_cleanup_errors=True) as folder:
        server = EmbeddedPostgres(Path(folder))
        url = server.start(min_free_mb=500)
        try:
            async with (
                shared_saver(create_database(url, "raw")) as saver,
                workflow_service(create_database(url, "ours")) as service,
            ):
                graph = plain_steps(STEPS)
                alone = plain_run(graph.compile())
                raw = plain_run(graph.compile(checkpointer=saver), "sync")
                turns = [await _turn(alone, raw, service) for _ in range(repetitions)]
        finally:
            server.stop()
    print(json.dumps(_summary(turns)), flush=True)


async def _turn(alone: Run, raw: Run, service: WorkflowService) -> dict[str, float]:
    """Seconds that a run takes on each side."""
    times = {"alone": await _median(alone), "raw": await _median(raw)}
    await service.live(steps(STEPS, "sync"))
    times["sync"] = await _median(service.run)
    await service.live(steps(STEPS, "exit"))
    times["exit"] = await _median(service.run)
    return times


async def _median(run: Run) -> float:
    # The first compiles, or connects.
    await run()
    return statistics.median([await run() for _ in range(_RUNS_A_TURN)])


def _summary(turns: Sequence[dict[str, float]]) -> dict[str, Any]:
    def median(side: str) -> float:
        return statistics.median(turn[side] for turn in turns)

    def to_raw(side: str) -> float:
        return round(statistics.median(turn[side] / turn["raw"] for turn in turns), 2)

    return {
        "benchmark": "workflow_steps",
        "steps": STEPS,
        **{f"{side}_ms": round(1000 * median(side), 1) for side in turns[0]},
        "sync_to_raw": to_raw("sync"),
        "exit_to_raw": to_raw("exit"),
        "target_to_raw": 2.0,
    }


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else REPETITIONS))
