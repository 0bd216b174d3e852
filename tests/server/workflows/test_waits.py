"""Waits end by their moment or their event, whichever comes first, and once."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.errors import Conflict, NotFound
from domain.identity import LOCAL_USER, UserContext
from server.runs.answers import OnlyAnswer
from tests.server.workflows.waiting_world import wait_world


async def test_a_moment_is_waited_for(database_url: str) -> None:
    until = datetime.now(UTC) + timedelta(days=2)
    async with wait_world(database_url, until=until) as world:
        run = await world.paused()
        await world.ticker().look()
        assert len(await world.runs(run)) == 1
        forged = OnlyAnswer({"outcome": "due"})
        with pytest.raises(Conflict, match="not answered here"):
            await world.engine.manager.resume(LOCAL_USER, run.run_id, forged)
        await world.pass_time("waits", "due_at")
        await world.ticker().look()
        assert await world.answer(run) == {"outcome": "due", "data": None}


async def test_an_event_brings_its_data(database_url: str) -> None:
    async with wait_world(database_url, event="paid", key="A-1") as world:
        run = await world.paused()
        for event, key in (("paid", "A-2"), ("paid", None), ("shipped", "A-1")):
            with pytest.raises(NotFound):
                await world.waiting.deliver(LOCAL_USER, event, key, {})
        for user in (UserContext("other", "local"), UserContext("local", "elsewhere")):
            with pytest.raises(NotFound):
                await world.waiting.deliver(user, "paid", "A-1", {})
        assert len(await world.runs(run)) == 1
        assert await world.waiting.deliver(LOCAL_USER, "paid", "A-1", {"amount": 5}) == 1
        assert await world.answer(run) == {"outcome": "received", "data": {"amount": 5}}
        with pytest.raises(NotFound):
            await world.waiting.deliver(LOCAL_USER, "paid", "A-1", {})


async def test_an_event_without_a_key_goes_to_all_that_wait_for_any(database_url: str) -> None:
    async with wait_world(database_url, event="paid") as world:
        runs = [await world.paused() for _ in range(2)]
        assert await world.waiting.deliver(LOCAL_USER, "paid", "whichever", [1]) == 2
        for run in runs:
            assert (await world.answer(run))["data"] == [1]


async def test_an_event_that_does_not_come_expires(database_url: str) -> None:
    expires_at = datetime.now(UTC) + timedelta(hours=1)
    async with wait_world(database_url, event="paid", expires_at=expires_at) as world:
        run = await world.paused()
        await world.pass_time("waits", "due_at")
        await asyncio.gather(*(world.ticker().look() for _ in range(3)))
        assert await world.answer(run) == {"outcome": "expired", "data": None}
        assert len(await world.runs(run)) == 2
        with pytest.raises(NotFound):
            await world.waiting.deliver(LOCAL_USER, "paid", None, {})


@pytest.mark.parametrize(
    "options",
    [
        {"seconds": 31 * 86400},
        {"seconds": -1},
        {"until": datetime.now(UTC) + timedelta(days=31)},
        {"until": datetime(2099, 1, 1)},  # noqa: DTZ001
        {"event": "paid", "expires_at": datetime.now(UTC) + timedelta(days=31)},
        {"event": ""},
        {},
        {"seconds": 1, "event": "paid"},
    ],
)
async def test_nothing_waits_too_long_or_for_nothing(
    database_url: str, options: dict[str, Any]
) -> None:
    async with wait_world(database_url, **options) as world:
        run = await world.engine.start("graph", input={})
        assert (await world.engine.until_end(run))[-1]["status"] == "error"
