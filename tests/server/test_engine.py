"""Runs from start to every kind of end: grammar, replay, order, statuses."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from domain.errors import Conflict, InvalidInput, NotFound, NotWaiting
from domain.grammar import thread_violations, violations
from domain.identity import LOCAL_USER
from tests.graphs import sample_graphs
from tests.server.engine import DEADLINE_S, LIMITS, RunningEngine, running_engine
from tests.storage.owner import as_owner

QUESTION = {"messages": [{"role": "user", "content": "What is one and two?"}]}


@pytest.fixture
def gates() -> sample_graphs.Gates:
    return sample_graphs.Gates()


@pytest.fixture
async def engine(database_url: str, gates: sample_graphs.Gates) -> AsyncIterator[RunningEngine]:
    graphs = {
        "nested": sample_graphs.nested(),
        "fan_out": sample_graphs.fan_out(),
        "speaking": sample_graphs.speaking(),
        "failing": sample_graphs.failing(),
        "asking": sample_graphs.asking(),
        "gated": sample_graphs.gated(gates),
    }
    async with running_engine(database_url, graphs) as running:
        yield running


def types(events: list[dict[str, Any]]) -> list[str]:
    return [event["type"] for event in events]


async def test_a_run_tells_its_whole_story(engine: RunningEngine) -> None:
    run = await engine.start("nested", input=QUESTION)
    events = await engine.until_end(run)
    assert violations(events) == []
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert (types(events)[0], types(events)[-1]) == ("agent_started", "end")
    assert events[-1]["status"] == "success"
    done = {event["tool"]: event for event in events if event["type"] == "tool_completed"}
    assert (done["add"]["status"], done["add"]["result"]) == ("ok", 3)
    assert done["fail"]["status"] == "error"
    asked = {event["tool"]: event for event in events if event["type"] == "tool_executing"}
    assert asked["fail"]["args"] == {"api_key": "••••••"}
    answer = [event for event in events if event.get("channel") == "answer"]
    assert "".join(event["text"] for event in answer) == "It is three"
    thread = await engine.threads.get(LOCAL_USER, run.thread_id)
    assert (thread.status, thread.metadata["title"]) == ("idle", "What is one and two?")
    assert thread.values["messages"][-1]["content"] == "It is three"
    assert (await engine.runs.get(LOCAL_USER, run.run_id)).status == "success"


@pytest.mark.parametrize("graph", ["speaking", "nested"])
async def test_what_a_step_said_is_committed_no_later_than_its_writes(
    engine: RunningEngine, graph: str
) -> None:
    # Else a crash in between would leave a message in the state that the log never had.
    for _ in range(5):
        run = await engine.start(graph, input=QUESTION)
        await engine.until_end(run)
        async with as_owner(engine.database) as connection:
            cursor = await connection.execute(
                "SELECT max(xmin::text::bigint) AS said FROM run_events"
                " WHERE run_id = %s AND type = 'agent_thinking'"
                ' AND body LIKE \'%%"channel":"answer"%%\'',
                [run.run_id],
            )
            said = await cursor.fetchone()
            cursor = await connection.execute(
                "SELECT max(xmin::text::bigint) AS saved FROM checkpoint_writes"
                " WHERE thread_id = %s AND checkpoint_ns <> '' OR channel = 'messages'",
                [str(run.thread_id)],
            )
            saved = await cursor.fetchone()
        assert said
        assert saved
        assert said["said"] <= saved["saved"]


async def test_the_same_agent_side_by_side_has_paths_of_its_own(engine: RunningEngine) -> None:
    events = await engine.until_end(await engine.start("fan_out", input=QUESTION))
    assert violations(events) == []
    started = [event["path"][-1] for event in events if event["type"] == "agent_started"]
    assert started == ["fan_out", "worker", "worker#2", "worker#3"]


async def test_an_error_ends_the_run_in_words_and_closes_what_is_open(
    engine: RunningEngine,
) -> None:
    run = await engine.start("failing", input={"count": 0})
    events = await engine.until_end(run)
    assert violations(events) == []
    [error] = [event for event in events if event["type"] == "error"]
    assert "the machine is on fire" in error["message"]
    completed = [event["status"] for event in events if event["type"] == "agent_completed"]
    assert completed == ["error", "error"]
    thread = await engine.threads.get(LOCAL_USER, run.thread_id)
    assert (thread.status, (await engine.runs.get(LOCAL_USER, run.run_id)).status) == (
        "error",
        "error",
    )


async def test_a_question_pauses_the_run_and_its_answer_goes_on(engine: RunningEngine) -> None:
    run = await engine.start("asking", input={"count": 0})
    for number in (2, 3):
        events = await engine.until_end(run)
        assert violations(events) == []
        assert events[-1]["status"] == "interrupted"
        [asked] = [event for event in events if event["type"] == "interrupt"]
        assert asked["response_schema"] == {"type": "integer"}
        # The answer may come the moment the question is seen.
        with pytest.raises(InvalidInput, match="does not fit"):
            await engine.manager.resume(LOCAL_USER, run.run_id, {asked["id"]: "two"})
        after = events[-1]["seq"]
        resumed = await engine.manager.resume(LOCAL_USER, run.run_id, {asked["id"]: number})
        with pytest.raises(NotWaiting):
            await engine.manager.resume(LOCAL_USER, run.run_id, {asked["id"]: number})
        run = resumed
    events = await engine.until_end(run, after)
    assert events[-1]["status"] == "success"
    thread = await engine.threads.get(LOCAL_USER, run.thread_id)
    assert (thread.status, thread.values) == ("idle", {"count": 5})
    assert thread_violations(await engine.log(run.thread_id)) == []


async def test_runs_of_one_thread_wait_for_each_other(
    engine: RunningEngine, gates: sample_graphs.Gates
) -> None:
    first = await engine.start("gated", input={"count": 0})
    second = await engine.start("nested", input=QUESTION, thread_id=first.thread_id)
    await asyncio.wait_for(gates.reached["wait"].wait(), DEADLINE_S)
    assert (await engine.runs.get(LOCAL_USER, second.run_id)).status == "pending"
    gates.opened["wait"].set()
    await engine.until_end(second)
    log = await engine.log(first.thread_id)
    assert thread_violations(log) == []
    runs = [event["run_id"] for event in log]
    assert runs == sorted(runs, key=[str(first.run_id), str(second.run_id)].index)


async def test_runs_beyond_a_workers_own_places_come_by_the_queue(database_url: str) -> None:
    gates = {name: sample_graphs.Gates() for name in ("own", "queued")}
    graphs = {name: sample_graphs.gated(gate) for name, gate in gates.items()}
    limits = replace(LIMITS, concurrency=2, offered=1)
    async with running_engine(database_url, graphs, limits) as engine:
        runs = [await engine.start(name, input={"count": 0}) for name in ("own", "queued", "own")]
        for gate in gates.values():
            await asyncio.wait_for(gate.reached["wait"].wait(), DEADLINE_S)
        seen = [await engine.runs.get(LOCAL_USER, run.run_id) for run in runs]
        assert [run.status for run in seen] == ["running", "running", "pending"]
        assert seen[0].job_id == 0
        assert all(run.job_id for run in seen[1:])
        for gate in gates.values():
            gate.opened["wait"].set()
        for run in runs:
            assert violations(await engine.until_end(run)) == []
        # Its place is free again, also for what an old thread asks next.
        again = await engine.start("own", input={"count": 0}, thread_id=runs[2].thread_id)
        await engine.until_end(again)
        assert (await engine.runs.get(LOCAL_USER, again.run_id)).job_id == 0


async def test_cancelling_a_running_run_closes_it(
    engine: RunningEngine, gates: sample_graphs.Gates
) -> None:
    run = await engine.start("gated", input={"count": 0})
    await asyncio.wait_for(gates.reached["wait"].wait(), DEADLINE_S)
    await engine.manager.cancel(LOCAL_USER, run.run_id)
    events = await engine.until_end(run)
    assert violations(events) == []
    assert events[-1]["status"] == "cancelled"
    thread = await engine.threads.get(LOCAL_USER, run.thread_id)
    assert (thread.status, thread.values) == ("interrupted", {"count": 1})
    with pytest.raises(Conflict, match="already ended"):
        await engine.manager.cancel(LOCAL_USER, run.run_id)


async def test_cancelling_a_waiting_run_ends_it_at_once(
    engine: RunningEngine, gates: sample_graphs.Gates
) -> None:
    running = await engine.start("gated", input={"count": 0})
    await asyncio.wait_for(gates.reached["wait"].wait(), DEADLINE_S)
    waiting = await engine.start("nested", input=QUESTION, thread_id=running.thread_id)
    cancelled = await engine.manager.cancel(LOCAL_USER, waiting.run_id)
    assert cancelled.status == "interrupted"
    gates.opened["wait"].set()
    await engine.until_end(running)
    log = await engine.log(running.thread_id)
    assert thread_violations(log) == []
    assert {event["status"] for event in log if event["type"] == "end"} == {"cancelled", "success"}
    thread = await engine.threads.get(LOCAL_USER, running.thread_id)
    assert thread.status == "idle"


async def test_every_reader_gets_exactly_the_rest_behind_its_cursor(
    engine: RunningEngine,
) -> None:
    run = await engine.start("nested", input=QUESTION)
    whole = await engine.until_end(run)
    for after in range(len(whole) - 1):
        assert await engine.until_end(run, after) == whole[after:]


async def test_an_unknown_graph_or_thread_starts_nothing(engine: RunningEngine) -> None:
    with pytest.raises(NotFound, match="assistant"):
        await engine.start("nothing")
    with pytest.raises(NotFound, match="thread"):
        await engine.start("nested", thread_id=uuid4())


async def test_a_stopping_worker_gives_its_run_back_and_another_goes_on(
    database_url: str, gates: sample_graphs.Gates
) -> None:
    graphs = {"gated": sample_graphs.gated(gates)}
    async with running_engine(database_url, graphs) as engine:
        run = await engine.start("gated", input={"count": 0})
        await asyncio.wait_for(gates.reached["wait"].wait(), DEADLINE_S)
    gates.opened["wait"].set()
    async with running_engine(database_url, graphs) as engine:
        events = await engine.until_end(run)
        assert violations(events) == []
        assert [event["attempt"] for event in events if event["type"] == "resumed"] == [2]
        thread = await engine.threads.get(LOCAL_USER, run.thread_id)
        assert thread.values == {"count": 3}
    assert gates.visits == {"first": 1, "wait": 2, "last": 1}


async def test_deleting_a_busy_thread_leaves_nothing(
    engine: RunningEngine, gates: sample_graphs.Gates
) -> None:
    run = await engine.start("gated", input={"count": 0})
    await asyncio.wait_for(gates.reached["wait"].wait(), DEADLINE_S)
    await engine.manager.delete_thread(LOCAL_USER, run.thread_id)
    with pytest.raises(NotFound):
        await engine.threads.get(LOCAL_USER, run.thread_id)
    async with as_owner(engine.database) as connection:
        for table in ("run_events", "checkpoints", "checkpoint_writes", "runs", "event_heads"):
            cursor = await connection.execute(
                f"SELECT count(*) AS left FROM {table} WHERE thread_id::text = %s",
                [str(run.thread_id)],
            )
            row = await cursor.fetchone()
            assert row == {"left": 0}, table
