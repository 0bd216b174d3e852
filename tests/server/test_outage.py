"""Runs outlast an outage of the database: what they were doing waits for it and goes on."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Any

import pytest
from langgraph.graph import START, StateGraph

from domain.grammar import violations
from domain.identity import LOCAL_USER
from storage.migrate import migrate
from tests.graphs.sample_graphs import Count, Gates, Graph
from tests.outages import FragilePostgres, fragile_postgres
from tests.server.engine import DEADLINE_S, LIMITS, RunningEngine, running_engine


@pytest.fixture
def postgres() -> Iterator[FragilePostgres]:
    with fragile_postgres() as server:
        yield server


@pytest.fixture
def gates() -> Gates:
    return Gates()


def gated_before_a_subgraph(gates: Gates) -> Graph:
    """A step that waits at its gate, and then a sub-graph, which reads where it was."""

    async def wait(state: Count) -> Count:
        await gates.pass_through("wait")
        return {"count": state.get("count", 0) + 1}

    def step(state: Count) -> Count:
        gates.visits["step"] += 1
        return {"count": state.get("count", 0) + 1}

    inner = StateGraph(Count)
    inner.add_node("step", step)
    inner.add_edge(START, "step")
    builder = StateGraph(Count)
    builder.add_node("wait", wait)
    builder.add_node("inner", inner.compile())
    builder.add_edge(START, "wait")
    builder.add_edge("wait", "inner")
    return builder.compile(name="gated")


@pytest.fixture
async def engine(postgres: FragilePostgres, gates: Gates) -> AsyncIterator[RunningEngine]:
    await migrate(postgres.url)
    # Long enough for the outage: this is about waiting, not about being taken over.
    limits = replace(LIMITS, lease_s=DEADLINE_S)
    graphs: dict[str, Any] = {"gated": gated_before_a_subgraph(gates)}
    async with running_engine(postgres.url, graphs, limits) as running:
        yield running


@pytest.mark.parametrize("wants_it", ["while it is away", "when it is back"])
async def test_a_run_waits_for_the_database_and_goes_on(
    postgres: FragilePostgres, engine: RunningEngine, gates: Gates, wants_it: str
) -> None:
    run = await engine.start("gated", input={"count": 0})
    reading = asyncio.ensure_future(engine.until_end(run))
    await asyncio.wait_for(gates.reached["wait"].wait(), DEADLINE_S)
    await asyncio.to_thread(postgres.crash)
    if wants_it == "while it is away":
        gates.opened["wait"].set()
    await asyncio.to_thread(postgres.start)
    gates.opened["wait"].set()
    events = await reading
    assert violations(events) == []
    assert events[-1]["status"] == "success"
    assert (await engine.threads.get(LOCAL_USER, run.thread_id)).values == {"count": 2}
    assert gates.visits == {"wait": 1, "step": 1}
