"""What is due is done once, by whichever process is there."""

import asyncio
from typing import Any

import pytest

from domain.errors import Conflict
from domain.identity import LOCAL_USER, UserContext
from storage.database import Database
from storage.threads import take_pen
from tests.server.workflows.waiting_world import YES, add_colleague, approval_world, wait_world


@pytest.fixture
async def ann(database: Database) -> UserContext:
    """A colleague of the local user."""
    return await add_colleague(database, "ann")


@pytest.mark.parametrize(("on_expiry", "decision"), [("branch", "expired"), ("reject", "rejected")])
async def test_what_nobody_settled_expires(
    database_url: str, ann: UserContext, on_expiry: str, decision: str
) -> None:
    async with approval_world(database_url, approvers=("ann",), on_expiry=on_expiry) as world:
        run = await world.paused()
        approval = await world.asked(run)
        await world.ticker().look()
        assert len(await world.runs(run)) == 1
        await world.pass_time("approvals", "expires_at")
        await world.ticker().look()
        answer = await world.answer(run)
        assert (answer["decision"], answer["votes"]) == (decision, [])
        [told] = await world.told(LOCAL_USER)
        assert told.kind == "approval_expired"
        with pytest.raises(Conflict):
            await world.waiting.vote(ann, approval, YES)


async def test_who_has_not_voted_is_reminded_once(database_url: str, ann: UserContext) -> None:
    options: dict[str, Any] = {"approvers": ("ann", "local"), "quorum": 2, "reminder_after": 60}
    async with approval_world(database_url, **options) as world:
        run = await world.paused()
        await world.waiting.vote(ann, await world.asked(run), YES)
        await world.pass_time("approvals", "reminder_at")
        for _ in range(2):
            await world.ticker().look()
        assert [told.kind for told in await world.told(ann)] == ["approval_asked"]
        kinds = [told.kind for told in await world.told(LOCAL_USER)]
        assert kinds == ["approval_reminder", "approval_asked"]


async def test_those_to_whom_it_is_escalated_vote_from_then_on(
    database_url: str, ann: UserContext, database: Database
) -> None:
    boss = await add_colleague(database, "boss", "admin")
    options: dict[str, Any] = {
        "approvers": ("ann",),
        "escalate_after": 60,
        "escalate_to": ("admin", "ann"),
    }
    async with approval_world(database_url, **options) as world:
        run = await world.paused()
        approval = await world.asked(run)
        assert await world.told(boss) == []
        listed = await world.approvals.list(boss, "approver", is_open=True, limit=9, offset=0)
        assert listed == []
        await world.pass_time("approvals", "escalate_at")
        for _ in range(2):
            await world.ticker().look()
        assert [told.kind for told in await world.told(boss)] == ["approval_escalated"]
        assert await world.waiting.vote(boss, approval, YES) == "approved"
        assert (await world.answer(run))["votes"][0]["by"] == "Boss"


async def test_two_clocks_at_once_do_it_once(database_url: str, ann: UserContext) -> None:
    options: dict[str, Any] = {"approvers": ("ann",), "reminder_after": 60}
    async with approval_world(database_url, **options) as world:
        runs = [await world.paused() for _ in range(3)]
        await world.pass_time("approvals", "reminder_at")
        await asyncio.gather(*(world.ticker().look() for _ in range(4)))
        assert len(await world.told(ann)) == 2 * len(runs)
        await world.pass_time("approvals", "expires_at")
        await asyncio.gather(*(world.ticker().look() for _ in range(4)))
        for run in runs:
            assert (await world.answer(run))["decision"] == "expired"
            assert len(await world.runs(run)) == 2


async def test_a_thread_that_somebody_writes_to_is_left_for_a_moment(
    database_url: str, ann: UserContext
) -> None:
    async with wait_world(database_url, seconds=3600) as world:
        run = await world.paused()
        await world.pass_time("waits", "due_at")
        async with world.database.transaction(LOCAL_USER) as connection:
            await take_pen(connection, run.thread_id)
            assert await world.ticker().look() == 1.0
        assert len(await world.runs(run)) == 1
        await world.ticker().look()
        assert (await world.answer(run))["outcome"] == "due"


async def test_a_clock_hears_of_what_is_new_and_keeps_its_moment(database_url: str) -> None:
    async with wait_world(database_url, seconds=0.2) as world, world.ticking():
        run = await world.paused()
        await world.until_runs(run, 2)
        assert await world.answer(run) == {"outcome": "due", "data": None}
