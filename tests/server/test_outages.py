"""The database goes away and comes back: runs wait, workers stay, and none of them is lost."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial
from typing import cast
from uuid import uuid4

import pytest

from domain.costs.prices import PriceBook
from domain.costs.reports import build_report
from domain.grammar import violations
from domain.identity import LOCAL_USER
from server.runs.patient_ports import patient
from storage.database import Database
from storage.embedded import create_database
from storage.migrate import migrate
from storage.reports import ReportRepository
from storage.usage import UsageRepository
from storage.usage_imports import UsageImporter
from tests.graphs import sample_graphs
from tests.server.engine import DEADLINE_S, LIMITS, running_engine
from tests.storage.stoppable import (
    StopMode,
    StoppablePostgres,
    cut_connections,
    stoppable_postgres,
)
from tools.chat_model import ChatModels
from tools.context import Ports

QUESTION = {"messages": [{"role": "user", "content": "What is one and two?"}]}


@pytest.fixture(scope="module")
async def server() -> AsyncIterator[StoppablePostgres]:
    async with stoppable_postgres() as running:
        yield running


@pytest.fixture
async def url(server: StoppablePostgres) -> str:
    """A database of a server that may be stopped."""
    await server.start()
    made = create_database(server.url, f"test_{uuid4().hex}")
    await migrate(made)
    return made


@pytest.fixture
def gates() -> sample_graphs.Gates:
    return sample_graphs.Gates()


async def test_a_worker_whose_connections_were_cut_takes_the_next_run(
    database_url: str,
) -> None:
    async with running_engine(database_url, {"nested": sample_graphs.nested()}) as engine:
        for _ in range(3):
            await cut_connections(database_url, "application_name = 'goldenpath runs'")
            run = await engine.start("nested", input=QUESTION)
            events = await engine.until_end(run)
            assert violations(events) == []
            assert events[-1]["status"] == "success"
        assert not engine.working.done()


async def test_what_agents_reach_is_asked_again(database_url: str, database: Database) -> None:
    models = cast(ChatModels, None)
    samples = UsageImporter(database)
    ports = patient(Ports(UsageRepository(database), samples, ReportRepository(database), models))
    cut = partial(cut_connections, database_url, "application_name = 'goldenpath api'")
    await ports.usage.coverage(LOCAL_USER)
    await cut()
    await ports.samples.import_sample(LOCAL_USER, "gpt-4o")
    await cut()
    assert (await ports.usage.coverage(LOCAL_USER)).request_count > 0
    await cut()
    report = build_report(await ports.usage.facts(LOCAL_USER), PriceBook())
    await cut()
    report_id = await ports.reports.save(LOCAL_USER, report, None)
    assert await ReportRepository(database).get(LOCAL_USER, report_id)


@pytest.mark.parametrize("mode", ["fast", "immediate"])
async def test_a_run_goes_on_when_the_database_is_back(
    server: StoppablePostgres, url: str, gates: sample_graphs.Gates, mode: StopMode
) -> None:
    # A lease that outlasts the outage; the next test has one that does not.
    limits = replace(LIMITS, lease_s=60.0)
    async with running_engine(url, {"gated": sample_graphs.gated(gates)}, limits) as engine:
        run = await engine.start("gated", input={"count": 0})
        await asyncio.wait_for(gates.reached["wait"].wait(), DEADLINE_S)
        await server.stop(mode)
        gates.opened["wait"].set()
        await server.start()
        events = await engine.until_end(run)
        assert violations(events) == []
        assert events[-1]["status"] == "success"
        # As the probe does when the database is back.
        await engine.database.drop_broken()
        thread = await engine.threads.get(LOCAL_USER, run.thread_id)
        assert (thread.status, thread.values) == ("idle", {"count": 3})
    assert gates.visits == {"first": 1, "wait": 1, "last": 1}


async def test_an_outage_beyond_the_lease_is_nobodys_crash(
    server: StoppablePostgres, url: str, gates: sample_graphs.Gates
) -> None:
    graphs = {"gated": sample_graphs.gated(gates)}
    async with running_engine(url, graphs) as engine, running_engine(url, graphs):
        run = await engine.start("gated", input={"count": 0})
        await asyncio.wait_for(gates.reached["wait"].wait(), DEADLINE_S)
        gates.reached["wait"].clear()
        await server.stop()
        await asyncio.sleep(2 * LIMITS.lease_s)
        await server.start()
        # Both workers are alive: it was given back in good order and begins its step again.
        await asyncio.wait_for(gates.reached["wait"].wait(), DEADLINE_S)
        gates.opened["wait"].set()
        events = await engine.until_end(run)
        assert violations(events) == []
        assert events[-1]["status"] == "success"
        await engine.database.drop_broken()
        assert (await engine.runs.get(LOCAL_USER, run.run_id)).crashes == 0
    assert gates.visits == {"first": 1, "wait": 2, "last": 1}


async def test_a_worker_stops_in_time_although_the_database_is_away(
    server: StoppablePostgres, url: str, gates: sample_graphs.Gates
) -> None:
    graphs = {"gated": sample_graphs.gated(gates)}
    async with running_engine(url, graphs) as engine:
        run = await engine.start("gated", input={"count": 0})
        await asyncio.wait_for(gates.reached["wait"].wait(), DEADLINE_S)
        await server.stop("immediate")
        async with asyncio.timeout(DEADLINE_S):
            await engine.stop_worker()
        assert engine.working.exception() is None
    await server.start()
    gates.opened["wait"].set()
    async with running_engine(url, graphs) as engine:
        events = await engine.until_end(run)
        assert violations(events) == []
        assert events[-1]["status"] == "success"
