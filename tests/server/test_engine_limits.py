"""Runs that must end although their graph would not: time, attempts, a graph that is gone."""

import asyncio
from dataclasses import replace

from domain.grammar import violations
from domain.identity import LOCAL_USER
from tests.graphs import sample_graphs
from tests.server.engine import DEADLINE_S, EXECUTION, running_engine


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


async def test_a_run_that_always_dies_with_its_worker_is_given_up(database_url: str) -> None:
    gates = sample_graphs.Gates()
    limits = replace(EXECUTION, attempts=1)
    graphs = {"gated": sample_graphs.gated(gates)}
    async with running_engine(database_url, graphs, execution=limits) as engine:
        run = await engine.start("gated", input={"count": 0})
        await asyncio.wait_for(gates.reached["wait"].wait(), DEADLINE_S)
    async with running_engine(database_url, graphs, execution=limits) as engine:
        events = await engine.until_end(run)
        assert violations(events) == []
        assert events[-1]["status"] == "error"
        [error] = [event for event in events if event["type"] == "error"]
        assert "given up" in error["message"]
        thread = await engine.threads.get(LOCAL_USER, run.thread_id)
        assert thread.status == "error"


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
