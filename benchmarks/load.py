"""Closed-loop load: so many runs at once, each followed by the next, for a fixed time."""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

#: One run from start to end; returns seconds to its first event.
Run = Callable[[], Awaitable[float]]

WARM_UP_S = 1.0
WINDOW_S = 4.0


@dataclass(frozen=True, slots=True)
class Load:
    """What a window of load came to."""

    runs_per_s: float
    first_event_p50_ms: float


@dataclass(frozen=True, slots=True)
class _Finished:
    at_s: float
    first_event_s: float


async def measure(
    run: Run, at_once: int, *, window_s: float = WINDOW_S, warm_up_s: float = WARM_UP_S
) -> Load:
    """Runs that finished within the window, after a warm-up; what is in flight is let finish."""
    finished: list[_Finished] = []
    begin_s = time.perf_counter() + warm_up_s
    end_s = begin_s + window_s

    async def repeat() -> None:
        while time.perf_counter() < end_s:
            first_event_s = await run()
            finished.append(_Finished(time.perf_counter(), first_event_s))

    async with asyncio.TaskGroup() as tasks:
        for _ in range(at_once):
            tasks.create_task(repeat())
    counted = [one for one in finished if begin_s <= one.at_s <= end_s]
    return Load(
        runs_per_s=len(counted) / window_s,
        first_event_p50_ms=1000 * statistics.median(one.first_event_s for one in counted),
    )
