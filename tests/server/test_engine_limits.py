"""Runs that must end although their graph would not: time, attempts, a graph that is gone."""

import asyncio
from dataclasses import replace
from uuid import uuid4

from domain.grammar import violations
from domain.identity import LOCAL_USER
from domain.runs import Run
from server.runs.processes import this_process
from storage.database import Database
from storage.runs import NewRun, RunRepository, insert_run
from storage.threads import insert_thread
from storage.workers import WorkerRegistry
from tests.graphs import sample_graphs
from tests.server.engine import DEADLINE_S, EXECUTION, LIMITS, running_engine
from tests.storage.owner import as_owner


async def engine_run(database_url: str, run: Run) -> Run:
    async with Database(database_url) as database:
        return await RunRepository(database).get(LOCAL_USER, run.run_id)


async def test_a_run_that_takes_too_long_is_stopped_and_keeps_what_it_had(
    database_url: str,
) -> None:
    gates = sample_graphs.Gates()
    limits = replace(EXECUTION, run_timeout_s=0.3)
    graphs = {"gated": sample_graphs.gated(gates)}
    async with running_engine(database_url, graphs, execution=limits) as engine:
        run = await engine.start("gated", input={"count": 0})
        events = await engine.until_end(run)
        assert violations(events) == []
        assert events[-1]["status"] == "timeout"
        [error] = [event for event in events if event["type"] == "error"]
        assert "GOLDENPATH_RUN_TIMEOUT_S" in error["message"]
        thread = await engine.threads.get(LOCAL_USER, run.thread_id)
        assert (thread.status, thread.values) == ("error", {"count": 1})
        assert (await engine.runs.get(LOCAL_USER, run.run_id)).status == "timeout"


async def test_a_run_that_always_dies_with_its_worker_is_given_up(
    database_url: str, database: Database
) -> None:
    new = NewRun(uuid4(), uuid4(), "nested", "nested", {"input": {}}, {}, {})
    async with as_owner(database) as connection:
        await insert_thread(connection, LOCAL_USER, new.thread_id, {})
        run = await insert_run(connection, LOCAL_USER, new)
    workers = WorkerRegistry(database)
    for _ in range(EXECUTION.attempts):
        dying = this_process(uuid4())
        await workers.register_worker(dying)
        assert await workers.claim(run.run_id, dying.worker_id)
        await workers.forget_workers([dying.worker_id])
        await workers.keep_moving(LIMITS.lease_s)
    async with running_engine(database_url, {"nested": sample_graphs.nested()}) as engine:
        events = await engine.until_end(run)
        assert violations(events) == []
        assert events[-1]["status"] == "error"
        [error] = [event for event in events if event["type"] == "error"]
        assert "given up after 3 attempts" in error["message"]
        thread = await engine.threads.get(LOCAL_USER, run.thread_id)
        assert thread.status == "error"


async def test_a_run_that_is_handed_back_has_lost_no_attempt(database_url: str) -> None:
    gates = sample_graphs.Gates()
    limits = replace(EXECUTION, attempts=1)
    graphs = {"gated": sample_graphs.gated(gates)}
    async with running_engine(database_url, graphs, execution=limits) as engine:
        run = await engine.start("gated", input={"count": 0})
    for _ in range(2):
        async with running_engine(database_url, graphs, execution=limits) as engine:
            await asyncio.wait_for(gates.reached["wait"].wait(), DEADLINE_S)
            gates.reached["wait"].clear()
        waiting = await engine_run(database_url, run)
        assert (waiting.status, waiting.crashes) == ("pending", 0)
    gates.opened["wait"].set()
    async with running_engine(database_url, graphs, execution=limits) as engine:
        events = await engine.until_end(run)
        assert violations(events) == []
        assert events[-1]["status"] == "success"


async def test_a_run_whose_graph_is_gone_ends_in_words(database_url: str) -> None:
    gates = sample_graphs.Gates()
    async with running_engine(database_url, {"gated": sample_graphs.gated(gates)}) as engine:
        run = await engine.start("gated", input={"count": 0})
        await asyncio.wait_for(gates.reached["wait"].wait(), DEADLINE_S)
    async with running_engine(database_url, {"nested": sample_graphs.nested()}) as engine:
        events = await engine.until_end(run)
        assert violations(events) == []
        [error] = [event for event in events if event["type"] == "error"]
        assert "no graph gated" in error["message"]


async def test_a_step_that_takes_too_long_ends_its_run_and_is_named(database_url: str) -> None:
    gates = sample_graphs.Gates()
    limits = replace(EXECUTION, node_timeout_s=20)
    graphs = {"gated": sample_graphs.gated(gates)}
    async with running_engine(database_url, graphs, execution=limits) as engine:
        # Its assistant, or whoever starts it, may ask for less.
        config = {"configurable": {"node_timeout_s": 0.3}}
        run = await engine.start("gated", input={"count": 0}, config=config)
        events = await engine.until_end(run)
        assert violations(events) == []
        assert events[-1]["status"] == "timeout"
        [error] = [event for event in events if event["type"] == "error"]
        assert "step wait took longer than 0.3 s" in error["message"]
        thread = await engine.threads.get(LOCAL_USER, run.thread_id)
        assert (thread.status, thread.values) == ("error", {"count": 1})
