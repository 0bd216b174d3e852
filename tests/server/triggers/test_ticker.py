"""Schedules: each moment starts its workflow once, whoever looks and whatever happened before."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from domain.identity import LOCAL_USER, UserContext
from domain.workflows.starts import WorkflowStart
from server.composition import Services, open_services
from server.triggers.starts import Accepted
from server.triggers.ticker import Ticker
from server.workflows.starting import Starter, start_limits
from storage.database import Connection
from storage.live_schedules import schedules_registered
from storage.notifications import Listener
from storage.schedules import KeptSchedule, ScheduleRepository
from storage.workflow_triggers import LiveTrigger
from tests.server.triggers.conftest import settings
from tests.server.triggers.world import live_workflow, runs
from tests.storage.owner import as_owner

DEADLINE_S = 20


@pytest.fixture
async def idle(database_url: str, tmp_path: Path) -> AsyncIterator[Services]:
    """Without a worker: runs stay open, and only the tests' tickers tick."""
    async with open_services(settings(database_url, tmp_path), with_worker=False) as opened:
        yield opened


def ticker(services: Services) -> Ticker:
    listener = Listener(services.database.url)
    return Ticker(services.database, services.workflows.starter, services.manager, listener)


async def scheduled(services: Services, ago: timedelta | None = None, **params: Any) -> UUID:
    """A live workflow with a schedule whose next moment was so long ago."""
    trigger = LiveTrigger("at", "timer", "schedule", {"cron": "* * * * *", **params})
    workflow_id = await live_workflow(services.database, trigger)
    async with as_owner(services.database) as connection:
        await schedules_registered(connection, LOCAL_USER, workflow_id, datetime.now(UTC))
    if ago is not None:
        await turn_back(services, ago)
    return workflow_id


async def turn_back(services: Services, ago: timedelta) -> None:
    async with as_owner(services.database) as connection:
        await connection.execute(
            "UPDATE schedules SET planned_at = date_trunc('minute', now() - %s),"
            " next_at = date_trunc('minute', now() - %s)",
            [ago, ago],
        )


async def kept(services: Services, workflow_id: UUID) -> KeptSchedule:
    repository = ScheduleRepository(services.database)
    [found] = (await repository.of_workflows(LOCAL_USER, [workflow_id])).values()
    return found


async def tick_all(*tickers: Ticker) -> None:
    async def until_done(one: Ticker) -> None:
        while await one.tick():
            pass

    await asyncio.gather(*(until_done(one) for one in tickers))


async def test_a_live_schedule_knows_its_next_moment(idle: Services) -> None:
    workflow_id = await scheduled(idle)
    found = await kept(idle, workflow_id)
    assert found.planned_at is not None
    assert timedelta(0) < found.planned_at - datetime.now(UTC) <= timedelta(minutes=1)
    assert await ticker(idle).tick() is False
    assert await runs(idle) == []


async def test_a_moment_starts_one_run_whoever_is_first(idle: Services) -> None:
    workflows = [await scheduled(idle, overlap="allow") for _ in range(10)]
    await turn_back(idle, timedelta(0))
    await tick_all(*(ticker(idle) for _ in range(4)))
    found = await runs(idle)
    assert {run["metadata"]["workflow_id"] for run in found} == {str(each) for each in workflows}
    assert len(found) == len(workflows)
    # Even when a schedule is put back, its moment is not started for again.
    before = await kept(idle, workflows[0])
    assert before.last_for is not None
    await turn_back(idle, datetime.now(UTC) - before.last_for)
    await tick_all(ticker(idle))
    seen = {
        (run["metadata"]["workflow_id"], run["kwargs"]["input"]["scheduled_for"])
        for run in await runs(idle)
    }
    assert len(seen) == len(await runs(idle))


async def test_a_run_is_told_its_moment(idle: Services) -> None:
    workflow_id = await scheduled(idle, timedelta(0), time_zone="Asia/Kolkata")
    await tick_all(ticker(idle))
    [run] = await runs(idle)
    last_for = (await kept(idle, workflow_id)).last_for
    assert last_for is not None
    asked = run["kwargs"]["input"]
    assert datetime.fromisoformat(asked["scheduled_for"]) == last_for
    assert asked["trigger_data"]["local_time"].endswith("+05:30")
    assert run["metadata"]["cause"] == "schedule"


@pytest.mark.parametrize(
    ("missed", "count"), [("skip", range(2)), ("once", range(1, 2)), ("all", range(24, 27))]
)
async def test_what_was_missed_is_made_up_for(idle: Services, missed: str, count: range) -> None:
    await scheduled(idle, timedelta(hours=2), missed=missed, overlap="allow")
    await tick_all(ticker(idle))
    assert len(await runs(idle)) in count


async def test_the_run_before_is_waited_for(idle: Services) -> None:
    workflow_id = await scheduled(idle, timedelta(0), overlap="queue")
    await tick_all(ticker(idle))
    await turn_back(idle, timedelta(0))
    async with as_owner(idle.database) as connection:
        await connection.execute("DELETE FROM schedule_fires")
    await ticker(idle).tick()
    [first] = await runs(idle)
    planned = (await kept(idle, workflow_id)).planned_at
    assert planned is not None
    assert planned <= datetime.now(UTC)
    await idle.manager.cancel(LOCAL_USER, first["run_id"])
    async with as_owner(idle.database) as connection:
        await connection.execute("UPDATE schedules SET next_at = now() - interval '1 ms'")
    await tick_all(ticker(idle))
    assert len(await runs(idle)) == 2


@pytest.mark.parametrize(
    ("overlap", "count", "open_runs"), [("skip", 1, 1), ("allow", 2, 2), ("cancel_previous", 2, 1)]
)
async def test_a_run_that_goes_on_is_treated_as_it_says(
    idle: Services, overlap: str, count: int, open_runs: int
) -> None:
    workflow_id = await scheduled(idle, timedelta(0), overlap=overlap)
    await tick_all(ticker(idle))
    async with as_owner(idle.database) as connection:
        await connection.execute("DELETE FROM schedule_fires")
    await turn_back(idle, timedelta(0))
    await tick_all(ticker(idle))
    found = await runs(idle)
    assert len(found) == count
    assert len([run for run in found if run["status"] == "pending"]) == open_runs
    problem = (await kept(idle, workflow_id)).last_problem
    assert bool(problem) is (overlap == "skip")


async def test_a_ticker_that_dies_has_done_nothing(idle: Services) -> None:
    workflow_id = await scheduled(idle, timedelta(0))

    class Dying(Starter):
        async def start_in(
            self, connection: Connection, user: UserContext, start: WorkflowStart
        ) -> Accepted:
            await super().start_in(connection, user, start)
            raise asyncio.CancelledError

    dying = Ticker(
        idle.database,
        Dying(idle.database, idle.manager, start_limits(idle.settings)),
        idle.manager,
        Listener(idle.database.url),
    )
    with pytest.raises(asyncio.CancelledError):
        await dying.tick()
    assert await runs(idle) == []
    await tick_all(ticker(idle))
    assert len(await runs(idle)) == 1
    assert (await kept(idle, workflow_id)).last_run_id is not None


async def test_the_service_starts_what_is_due_by_itself(services: Services) -> None:
    await scheduled(services, timedelta(0))
    async with asyncio.timeout(DEADLINE_S):
        while not [run for run in await runs(services) if run["status"] == "success"]:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
