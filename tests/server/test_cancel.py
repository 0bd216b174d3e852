"""Cancelling: at once or soon, for good, and with one outcome whatever it races."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from domain.errors import Conflict, NotFound
from domain.grammar import thread_violations, violations
from domain.identity import LOCAL_USER
from storage.runs import RunSelection
from tests.graphs import sample_graphs
from tests.server.engine import DEADLINE_S, RunningEngine, running_engine


@pytest.fixture
def gates() -> sample_graphs.Gates:
    return sample_graphs.Gates()


@pytest.fixture
async def engine(database_url: str, gates: sample_graphs.Gates) -> AsyncIterator[RunningEngine]:
    graphs = {"gated": sample_graphs.gated(gates), "counting": sample_graphs.counting()}
    async with running_engine(database_url, graphs) as running:
        yield running


async def test_waiting_for_a_cancelled_run_ends_when_it_has_stopped(
    engine: RunningEngine, gates: sample_graphs.Gates
) -> None:
    run = await engine.start("gated", input={"count": 0})
    await asyncio.wait_for(gates.reached["wait"].wait(), DEADLINE_S)
    waiting = asyncio.create_task(engine.manager.wait_ended(LOCAL_USER, run.run_id))
    done, _ = await asyncio.wait([waiting], timeout=0.2)
    assert not done, "it answers while the run runs"
    await engine.manager.cancel(LOCAL_USER, run.run_id)
    ended = await asyncio.wait_for(waiting, DEADLINE_S)
    assert (ended.status, ended.end_status) == ("interrupted", "cancelled")
    thread = await engine.threads.get(LOCAL_USER, run.thread_id)
    # What it reached is kept, and there is a next step to go on with.
    assert (thread.status, thread.values) == ("interrupted", {"count": 1})
    events = await engine.log(run.thread_id)
    assert violations(events) == []
    # Waiting for what has ended already does not wait.
    await asyncio.wait_for(engine.manager.wait_ended(LOCAL_USER, run.run_id), DEADLINE_S)


async def test_a_queued_run_is_cancelled_at_once_while_another_runs(
    engine: RunningEngine, gates: sample_graphs.Gates
) -> None:
    first = await engine.start("gated", input={"count": 0})
    await asyncio.wait_for(gates.reached["wait"].wait(), DEADLINE_S)
    second = await engine.start("counting", thread_id=first.thread_id, input={"count": 5})
    cancelled = await engine.manager.cancel(LOCAL_USER, second.run_id)
    assert cancelled.end_status == "cancelled"
    with pytest.raises(Conflict, match="already ended"):
        await engine.manager.cancel(LOCAL_USER, second.run_id)
    # The running one has kept its pen.
    gates.opened["wait"].set()
    assert (await engine.until_end(first))[-1]["status"] == "success"
    assert thread_violations(await engine.log(first.thread_id)) == []


async def test_a_cancel_that_races_start_and_end_has_one_outcome(engine: RunningEngine) -> None:
    for turn in range(40):
        run = await engine.start("counting", input={"count": 0})
        for _ in range(turn % 8):
            await asyncio.sleep(0)
        if turn % 4 == 3:
            await engine.until_end(run)
        try:
            await engine.manager.cancel(LOCAL_USER, run.run_id)
        except Conflict:
            assert not (await engine.runs.get(LOCAL_USER, run.run_id)).is_open
        ended = await asyncio.wait_for(
            engine.manager.wait_ended(LOCAL_USER, run.run_id), DEADLINE_S
        )
        events = await engine.log(run.thread_id)
        assert thread_violations(events) == []
        assert events[-1]["status"] == ended.end_status
        assert ended.end_status in ("success", "cancelled")
        thread = await engine.threads.get(LOCAL_USER, run.thread_id)
        assert thread.status in ("idle", "interrupted")


async def test_a_run_that_was_given_back_is_cancelled_at_once_and_closed_properly(
    engine: RunningEngine, gates: sample_graphs.Gates
) -> None:
    run = await engine.start("gated", input={"count": 0})
    await asyncio.wait_for(gates.reached["wait"].wait(), DEADLINE_S)
    await engine.stop_worker()
    waiting = await engine.runs.get(LOCAL_USER, run.run_id)
    assert (waiting.status, waiting.attempt, waiting.crashes) == ("pending", 1, 0)
    cancelled = await engine.manager.cancel(LOCAL_USER, run.run_id)
    assert cancelled.end_status == "cancelled"
    events = await engine.log(run.thread_id)
    assert violations(events) == []
    assert [event["type"] for event in events].count("agent_started") == 2


async def test_many_are_cancelled_by_status_or_by_name(
    engine: RunningEngine, gates: sample_graphs.Gates
) -> None:
    first = await engine.start("gated", input={"count": 0})
    await asyncio.wait_for(gates.reached["wait"].wait(), DEADLINE_S)
    rest = [
        await engine.start("counting", thread_id=first.thread_id, input={"count": 1})
        for _ in range(3)
    ]
    manager, thread_id = engine.manager, first.thread_id
    pending = RunSelection(thread_id, status="pending")
    named = RunSelection(thread_id, run_ids=[rest[0].run_id, first.run_id])
    assert await manager.cancel_many(LOCAL_USER, RunSelection(run_ids=[thread_id])) == 0
    assert await manager.cancel_many(LOCAL_USER, pending) == 3
    assert await manager.cancel_many(LOCAL_USER, named) == 1
    await manager.wait_ended(LOCAL_USER, first.run_id)
    assert await manager.cancel_many(LOCAL_USER, RunSelection(thread_id)) == 0


async def test_a_deleted_run_is_stopped_first_and_its_story_stays(
    engine: RunningEngine, gates: sample_graphs.Gates
) -> None:
    run = await engine.start("gated", input={"count": 0})
    await asyncio.wait_for(gates.reached["wait"].wait(), DEADLINE_S)
    await engine.manager.delete_run(LOCAL_USER, run.run_id)
    with pytest.raises(NotFound):
        await engine.runs.get(LOCAL_USER, run.run_id)
    events = await engine.log(run.thread_id)
    assert (events[-1]["type"], events[-1]["status"]) == ("end", "cancelled")


async def test_readers_of_a_deleted_thread_see_its_runs_end_and_stop_reading(
    engine: RunningEngine, gates: sample_graphs.Gates
) -> None:
    run = await engine.start("gated", input={"count": 0})
    await asyncio.wait_for(gates.reached["wait"].wait(), DEADLINE_S)

    seen: list[str] = []
    begun = asyncio.Event()

    async def read() -> None:
        async for batch in engine.feed.follow(run.thread_id, 0):
            seen.extend(event.type for event in batch)
            begun.set()

    reading = asyncio.create_task(read())
    await asyncio.wait_for(begun.wait(), DEADLINE_S)
    await engine.manager.delete_thread(LOCAL_USER, run.thread_id)
    await asyncio.wait_for(reading, DEADLINE_S)
    assert seen[-1] == "end"
    assert engine.feed.followed == 0
    # Who comes later is not kept waiting either.
    async with asyncio.timeout(DEADLINE_S):
        assert [batch async for batch in engine.feed.follow(run.thread_id, 0)] == []
