"""What a new run does with the runs in its way, and what is left of those it stops."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from domain.errors import Conflict, InvalidInput, NotFound, NotWaiting
from domain.grammar import thread_violations
from domain.identity import LOCAL_USER
from domain.runs import Run
from tests.graphs import sample_graphs
from tests.server.engine import DEADLINE_S, RunningEngine, running_engine
from tests.storage.owner import as_owner


@pytest.fixture
def gates() -> sample_graphs.Gates:
    return sample_graphs.Gates()


@pytest.fixture
async def engine(database_url: str, gates: sample_graphs.Gates) -> AsyncIterator[RunningEngine]:
    graphs = {
        "gated": sample_graphs.gated(gates),
        "asking": sample_graphs.asking(),
        "counting": sample_graphs.counting(),
    }
    async with running_engine(database_url, graphs) as running:
        yield running


async def a_run_at_its_gate(engine: RunningEngine, gates: sample_graphs.Gates) -> Run:
    run = await engine.start("gated", input={"count": 0})
    await asyncio.wait_for(gates.reached["wait"].wait(), DEADLINE_S)
    return run


async def saved_by(engine: RunningEngine, run: Run) -> int:
    """How many checkpoints of a run are there."""
    async with as_owner(engine.database) as connection:
        cursor = await connection.execute(
            "SELECT count(*) AS saved FROM checkpoints WHERE metadata ->> 'run_id' = %s",
            [str(run.run_id)],
        )
        row = await cursor.fetchone()
    assert row
    return row["saved"]


async def test_a_busy_thread_can_be_refused_and_nothing_changes(
    engine: RunningEngine, gates: sample_graphs.Gates
) -> None:
    run = await a_run_at_its_gate(engine, gates)
    with pytest.raises(Conflict, match="is busy"):
        await engine.start(
            "counting", thread_id=run.thread_id, input={"count": 7}, multitask_strategy="reject"
        )
    gates.opened["wait"].set()
    assert (await engine.until_end(run))[-1]["status"] == "success"
    assert len(await engine.runs.of_thread(LOCAL_USER, run.thread_id, 10, 0)) == 1


async def test_an_idle_thread_is_not_refused(engine: RunningEngine) -> None:
    run = await engine.start("counting", input={"count": 1}, multitask_strategy="reject")
    assert (await engine.until_end(run))[-1]["status"] == "success"


async def test_interrupting_stops_all_runs_in_the_way_and_keeps_what_they_reached(
    engine: RunningEngine, gates: sample_graphs.Gates
) -> None:
    first = await a_run_at_its_gate(engine, gates)
    second = await engine.start("counting", thread_id=first.thread_id, input={"count": 50})
    third = await engine.start(
        "counting", thread_id=first.thread_id, input={"count": 7}, multitask_strategy="interrupt"
    )
    assert (await engine.until_end(third))[-1]["status"] == "success"
    statuses = {
        run.run_id: (run.status, run.end_status)
        for run in await engine.runs.of_thread(LOCAL_USER, first.thread_id, 10, 0)
    }
    assert statuses[first.run_id] == ("interrupted", "cancelled")
    assert statuses[second.run_id] == ("interrupted", "cancelled")
    assert thread_violations(await engine.log(first.thread_id)) == []
    assert await saved_by(engine, first) > 0
    assert await saved_by(engine, second) == 0
    thread = await engine.threads.get(LOCAL_USER, first.thread_id)
    assert (thread.status, thread.values) == ("idle", {"count": 9})


async def test_rolling_back_undoes_the_run_and_forgets_it(
    engine: RunningEngine, gates: sample_graphs.Gates
) -> None:
    before = await engine.start("counting", input={"count": 10})
    await engine.until_end(before)
    first = await engine.start("gated", thread_id=before.thread_id, input={"count": 500})
    await asyncio.wait_for(gates.reached["wait"].wait(), DEADLINE_S)
    queued = await engine.start("counting", thread_id=before.thread_id, input={"count": 900})
    last = await engine.start(
        "counting", thread_id=before.thread_id, input={"count": 20}, multitask_strategy="rollback"
    )
    events = await engine.until_end(last)
    assert events[-1]["status"] == "success"
    for gone in (first, queued):
        with pytest.raises(NotFound):
            await engine.runs.get(LOCAL_USER, gone.run_id)
    thread = await engine.threads.get(LOCAL_USER, before.thread_id)
    assert thread.values == {"count": 22}
    assert await saved_by(engine, before) == 4
    assert await saved_by(engine, first) == 0
    log = await engine.log(before.thread_id)
    assert thread_violations(log) == []
    ends = [event["status"] for event in log if event["type"] == "end"]
    assert sorted(ends) == ["cancelled", "cancelled", "success", "success"]


async def test_a_cancelled_run_that_is_rolled_back_leaves_the_thread_as_it_was(
    engine: RunningEngine, gates: sample_graphs.Gates
) -> None:
    asked = await engine.start("asking", input={"count": 0})
    question = next(e for e in await engine.until_end(asked) if e["type"] == "interrupt")
    other = await engine.start("gated", thread_id=asked.thread_id, input={"count": 1})
    await asyncio.wait_for(gates.reached["wait"].wait(), DEADLINE_S)
    await engine.manager.cancel(LOCAL_USER, other.run_id, "rollback")
    await engine.manager.wait_ended(LOCAL_USER, asked.run_id)
    await engine.until_end(other)
    with pytest.raises(NotFound):
        await engine.runs.get(LOCAL_USER, other.run_id)
    thread = await engine.threads.get(LOCAL_USER, asked.thread_id)
    assert thread.values == {"count": 0}
    answered = await engine.start(
        "asking", thread_id=asked.thread_id, command={"resume": {question["id"]: 2}}
    )
    events = await engine.until_end(answered)
    assert [e["value"] for e in events if e["type"] == "interrupt"] == [
        {"question": "Second number?"}
    ]


async def test_a_cancelled_answer_that_never_began_leaves_its_question(
    engine: RunningEngine,
) -> None:
    asked = await engine.start("asking", input={"count": 0})
    question = next(e for e in await engine.until_end(asked) if e["type"] == "interrupt")
    await engine.stop_worker()
    answered = await engine.manager.resume(LOCAL_USER, asked.run_id, {question["id"]: 2})
    assert (await engine.threads.get(LOCAL_USER, asked.thread_id)).interrupts == {}
    cancelled = await engine.manager.cancel(LOCAL_USER, answered.run_id)
    assert (cancelled.status, cancelled.end_status) == ("interrupted", "cancelled")
    thread = await engine.threads.get(LOCAL_USER, asked.thread_id)
    assert thread.status == "interrupted"
    assert [it["id"] for its in thread.interrupts.values() for it in its] == [question["id"]]
    assert thread_violations(await engine.log(asked.thread_id)) == []


async def test_a_thread_is_made_only_when_asked_for(engine: RunningEngine) -> None:
    nowhere = uuid4()
    with pytest.raises(NotFound):
        await engine.start("counting", thread_id=nowhere, input={"count": 0})
    run = await engine.start(
        "counting", thread_id=nowhere, input={"count": 0}, if_not_exists="create"
    )
    assert run.thread_id == nowhere
    assert (await engine.until_end(run))[-1]["status"] == "success"


async def test_a_stateless_run_has_a_thread_that_goes_with_it(engine: RunningEngine) -> None:
    run = await engine.start("counting", input={"count": 1}, is_stateless=True)
    assert (await engine.until_end(run))[-1]["status"] == "success"
    async with as_owner(engine.database) as connection:
        cursor = await connection.execute(
            "SELECT is_temporary, gone_at IS NOT NULL AS gone FROM threads WHERE thread_id = %s",
            [run.thread_id],
        )
        assert await cursor.fetchone() == {"is_temporary": True, "gone": True}


async def test_a_command_answers_once_and_only_what_is_asked(engine: RunningEngine) -> None:
    asked = await engine.start("asking", input={"count": 0})
    await engine.until_end(asked)
    thread_id = asked.thread_id
    with pytest.raises(InvalidInput, match="does not fit"):
        await engine.start("asking", thread_id=thread_id, command={"resume": "two"})
    answered = await engine.start("asking", thread_id=thread_id, command={"resume": 2})
    with pytest.raises(NotWaiting):
        await engine.start("asking", thread_id=thread_id, command={"resume": 2})
    events = await engine.until_end(answered)
    assert events[-1]["status"] == "interrupted"
