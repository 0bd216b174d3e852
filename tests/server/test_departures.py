"""A run that depends on its client stops when the client leaves, unless somebody reads it again."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

from domain.identity import LOCAL_USER
from server.runs.departures import Departures
from storage.notifications import Listener
from tests.graphs.sample_graphs import Gates, gated
from tests.server.engine import DEADLINE_S, RunningEngine, running_engine


@asynccontextmanager
async def departures_of(engine: RunningEngine, grace_s: float) -> AsyncIterator[Departures]:
    """Those of one process."""
    listener = Listener(engine.database.url)
    departures = Departures(engine.manager, engine.runs, listener, grace_s)
    async with asyncio.TaskGroup() as tasks:
        side = [tasks.create_task(listener.run()), tasks.create_task(departures.run())]
        await asyncio.wait_for(listener.connected.wait(), DEADLINE_S)
        yield departures
        for task in side:
            task.cancel()


async def _content() -> AsyncGenerator[bytes]:
    yield b"one"
    yield b"two"


async def begun(departures: Departures, run_id: UUID) -> AsyncGenerator[bytes]:
    """An answer on which a run depends, under way."""
    content = departures.followed(run_id, _content())
    assert await anext(content) == b"one"
    return content


async def test_a_run_stops_when_its_client_stays_away(database_url: str) -> None:
    gates = Gates()
    async with (
        running_engine(database_url, {"gated": gated(gates)}) as engine,
        departures_of(engine, 0.01) as departures,
    ):
        run = await engine.start("gated", input={"count": 0})
        await (await begun(departures, run.run_id)).aclose()
        await asyncio.wait_for(gates.reached["wait"].wait(), DEADLINE_S)
        departures.left(LOCAL_USER, run.run_id)
        log = await engine.until_end(run)
        assert log[-1]["status"] == "cancelled"
        # It has ended, and never was one: neither stops anything.
        departures.left(LOCAL_USER, run.run_id)
        departures.left(LOCAL_USER, uuid4())


async def test_a_run_goes_on_when_somebody_reads_it_again_in_another_process(
    database_url: str,
) -> None:
    gates = Gates()
    async with (
        running_engine(database_url, {"gated": gated(gates)}) as engine,
        departures_of(engine, 0.5) as here,
        departures_of(engine, 0.5) as there,
    ):
        stays, goes = [await engine.start("gated", input={"count": 0}) for _ in range(2)]
        for run in (stays, goes):
            await (await begun(here, run.run_id)).aclose()
        here.left(LOCAL_USER, stays.run_id)
        here.left(LOCAL_USER, goes.run_id)
        await there.returned(stays.run_id)
        assert (await engine.until_end(goes))[-1]["status"] == "cancelled"
        gates.opened["wait"].set()
        assert (await engine.until_end(stays))[-1]["status"] == "success"


async def test_who_is_back_before_the_loss_is_noticed_is_back(database_url: str) -> None:
    gates = Gates()
    async with (
        running_engine(database_url, {"gated": gated(gates)}) as engine,
        departures_of(engine, 0.01) as departures,
    ):
        stays, goes = [await engine.start("gated", input={"count": 0}) for _ in range(2)]
        for run in (stays, goes):
            await (await begun(departures, run.run_id)).aclose()
        await departures.returned(stays.run_id)
        departures.left(LOCAL_USER, stays.run_id)
        departures.left(LOCAL_USER, goes.run_id)
        assert (await engine.until_end(goes))[-1]["status"] == "cancelled"
        gates.opened["wait"].set()
        assert (await engine.until_end(stays))[-1]["status"] == "success"


async def test_a_run_whose_answer_came_to_its_end_depends_on_nobody(database_url: str) -> None:
    gates = Gates()
    async with (
        running_engine(database_url, {"gated": gated(gates)}) as engine,
        departures_of(engine, 0.01) as departures,
    ):
        stays, goes = [await engine.start("gated", input={"count": 0}) for _ in range(2)]
        content = await begun(departures, stays.run_id)
        assert [part async for part in content] == [b"two"]
        await (await begun(departures, goes.run_id)).aclose()
        departures.left(LOCAL_USER, stays.run_id)
        departures.left(LOCAL_USER, goes.run_id)
        assert (await engine.until_end(goes))[-1]["status"] == "cancelled"
        gates.opened["wait"].set()
        assert (await engine.until_end(stays))[-1]["status"] == "success"
