"""The load keeps so many runs going, and counts only what finished in its window."""

import asyncio

import pytest

from benchmarks.load import measure


async def test_so_many_runs_are_in_flight_at_once() -> None:
    in_flight = highest = 0

    async def run() -> float:
        nonlocal in_flight, highest
        in_flight += 1
        highest = max(highest, in_flight)
        await asyncio.sleep(0)
        in_flight -= 1
        return 0.002

    measured = await measure(run, at_once=7, window_s=0.05, warm_up_s=0.01)
    assert highest == 7
    assert measured.runs_per_s > 0
    assert measured.first_event_p50_ms == pytest.approx(2.0)


async def test_a_failing_run_fails_the_measurement() -> None:
    async def run() -> float:
        raise AssertionError("a run had 30 events")

    with pytest.raises(ExceptionGroup, match="unhandled errors"):
        await measure(run, at_once=2, window_s=0.05, warm_up_s=0.01)
