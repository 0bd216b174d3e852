"""How fast deliveries of webhooks are answered: 100 signed payments a second for some seconds.

Run `python -m benchmarks.webhooks [a second]`. Each is sent at its time whatever the others do, and
every tenth is sent twice. A delivery is answered when it is kept and its workflow's run is queued,
in one transaction; repetitions start nothing.
"""

import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import uvloop

from benchmarks.workflow_graph import reply
from benchmarks.workflow_service import WorkflowService, workflow_service
from storage.embedded import EmbeddedPostgres, create_database

A_SECOND = 100
_SECONDS = 10
_WARM_UP_S = 2
_REPEATED_EVERY = 10
_TARGET_MS = 50
_DRAIN_LIMIT_S = 60.0


async def main(a_second: int) -> None:
    """Measure and print one JSON line."""
    with tempfile.TemporaryDirectory(prefix="gp-", ignore_cleanup_errors=True) as folder:
        server = EmbeddedPostgres(Path(folder))
        url = server.start(min_free_mb=500)
        try:
            async with workflow_service(create_database(url, "ours")) as service:
                await service.live(reply("sync"))
                await _deliver(service, a_second, _WARM_UP_S, "warm")
                figures = await _deliver(service, a_second, _SECONDS, "pay")
        finally:
            server.stop()
    print(json.dumps({"benchmark": "webhooks", "a_second": a_second, **figures}), flush=True)


async def _deliver(
    service: WorkflowService, a_second: int, seconds: int, name: str
) -> dict[str, Any]:
    """Send at an even pace, and wait for the runs."""
    times: list[float] = []
    verdicts: Counter[str] = Counter()
    payments = [f"{name}_{number}" for number in range(a_second * seconds)]
    ends = [service.ended.expect(payment) for payment in payments]

    before = await service.runs()

    async def deliver(payment: str) -> None:
        began = time.perf_counter()
        status, answer = await service.sender.deliver(payment)
        times.append(time.perf_counter() - began)
        verdicts[_verdict(status, answer)] += 1

    async def repeated(payment: str) -> None:
        await deliver(payment)
        await deliver(payment)

    began = time.perf_counter()
    async with asyncio.TaskGroup() as tasks:
        for number, payment in enumerate(payments):
            await asyncio.sleep(began + number / a_second - time.perf_counter())
            send = deliver if number % _REPEATED_EVERY else repeated
            tasks.create_task(send(payment), name=payment)
    answered_s = time.perf_counter() - began
    async with asyncio.timeout(_DRAIN_LIMIT_S):
        ended = Counter(await asyncio.gather(*ends))
    percentiles = statistics.quantiles(times, n=100)
    return {
        "deliveries": len(times),
        "answered_per_s": round(len(times) / answered_s, 1),
        "answered_p50_ms": round(1000 * percentiles[49], 1),
        "answered_p95_ms": round(1000 * percentiles[94], 1),
        "answered_p99_ms": round(1000 * percentiles[98], 1),
        "target_p95_ms": _TARGET_MS,
        "new": verdicts["ok"],
        "repetitions": verdicts["duplicate"],
        "failures": len(times) - verdicts["ok"] - verdicts["duplicate"],
        "runs": await service.runs() - before,
        "runs_that_succeeded": ended["success"],
        "runs_done_after_s": round(time.perf_counter() - began, 1),
    }


def _verdict(status: int, answer: bytes) -> str:
    if status != 200:
        return str(status)
    return json.loads(answer)["verdict"]


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else A_SECOND))
