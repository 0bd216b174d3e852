"""Approvals: who votes, what settles one, and that its run goes on exactly once."""

import asyncio
from typing import Any

import pytest

from domain.errors import Conflict, InvalidInput, NotAllowed, NotFound
from domain.identity import LOCAL_USER, UserContext
from domain.workflows.votes import Ballot
from server.runs.answers import OnlyAnswer
from storage.database import Database
from tests.server.engine import DEADLINE_S
from tests.server.workflows.waiting_world import (
    NO,
    YES,
    Hold,
    add_colleague,
    approval_world,
    two_approvals,
)


@pytest.fixture
async def people(database: Database) -> list[UserContext]:
    """Three colleagues of the local user."""
    return [await add_colleague(database, name) for name in ("ann", "ben", "cid")]


NAMES = ("ann", "ben", "cid")


async def test_the_quorum_settles_it_and_the_run_goes_on(
    database_url: str, people: list[UserContext]
) -> None:
    async with approval_world(database_url, approvers=NAMES, quorum=2) as world:
        run = await world.paused()
        approval = await world.asked(run)
        assert await world.waiting.vote(people[0], approval, YES) == "open"
        # The same person twice is one vote.
        assert await world.waiting.vote(people[0], approval, YES) == "open"
        assert len(await world.runs(run)) == 1
        assert await world.waiting.vote(people[1], approval, Ballot("approved", "fine")) == (
            "approved"
        )
        answer = await world.answer(run)
        assert (answer["decision"], answer["comment"]) == ("approved", "fine")
        assert [vote["by"] for vote in answer["votes"]] == ["Ann", "Ben"]
        with pytest.raises(Conflict, match="settled already"):
            await world.waiting.vote(people[2], approval, NO)
        assert len(await world.runs(run)) == 2


async def test_one_rejection_settles_it_where_each_has_a_veto(
    database_url: str, people: list[UserContext]
) -> None:
    async with approval_world(database_url, approvers=NAMES, quorum=3, veto=True) as world:
        run = await world.paused()
        approval = await world.asked(run)
        assert await world.waiting.vote(people[0], approval, YES) == "open"
        rejection = Ballot("rejected", "too dear")
        assert await world.waiting.vote(people[1], approval, rejection) == "rejected"
        answer = await world.answer(run)
        assert (answer["decision"], answer["comment"]) == ("rejected", "too dear")


async def test_without_a_veto_rejections_count_when_the_quorum_is_out_of_reach(
    database_url: str, people: list[UserContext]
) -> None:
    async with approval_world(database_url, approvers=NAMES, quorum=2, veto=False) as world:
        run = await world.paused()
        approval = await world.asked(run)
        assert await world.waiting.vote(people[0], approval, NO) == "open"
        # Who changes their mind has one vote still.
        assert await world.waiting.vote(people[0], approval, YES) == "open"
        assert await world.waiting.vote(people[1], approval, NO) == "open"
        assert await world.waiting.vote(people[0], approval, NO) == "rejected"
        assert (await world.answer(run))["decision"] == "rejected"


async def test_approvers_change_what_is_editable_and_nothing_else(
    database_url: str, people: list[UserContext]
) -> None:
    editable = {"amount": 10, "text": "hello"}
    async with approval_world(database_url, approvers=NAMES, quorum=2, editable=editable) as world:
        run = await world.paused()
        approval = await world.asked(run)
        for refused in ({"iban": "x"}, {"amount": "many"}, {"amount": True}):
            with pytest.raises(InvalidInput):
                await world.waiting.vote(people[0], approval, Ballot("approved", edits=refused))
        with pytest.raises(InvalidInput, match="Only an approval"):
            await world.waiting.vote(people[0], approval, Ballot("rejected", edits={"amount": 1}))
        first = Ballot("approved", edits={"amount": 7, "text": "good day"})
        assert await world.waiting.vote(people[0], approval, first) == "open"
        second = Ballot("approved", edits={"amount": 8})
        assert await world.waiting.vote(people[1], approval, second) == "approved"
        assert (await world.answer(run))["edits"] == {"amount": 8, "text": "good day"}


async def test_only_approvers_vote_and_only_they_and_the_owner_see_it(
    database_url: str, people: list[UserContext]
) -> None:
    async with approval_world(database_url, approvers=("ann",)) as world:
        run = await world.paused()
        approval = await world.asked(run)
        seen = await world.approvals.get(LOCAL_USER, approval)
        assert seen.my_approver_id is None
        with pytest.raises(NotAllowed):
            await world.waiting.vote(LOCAL_USER, approval, YES)
        stranger = UserContext("ann", "elsewhere")
        for user in (people[1], stranger):
            with pytest.raises(NotFound):
                await world.approvals.get(user, approval)
            with pytest.raises(NotFound):
                await world.waiting.vote(user, approval, YES)
            listed = await world.approvals.list(user, "approver", is_open=True, limit=9, offset=0)
            assert listed == []
        [listed] = await world.approvals.list(
            people[0], "approver", is_open=True, limit=9, offset=0
        )
        assert listed.approval.approval_id == approval
        [told] = await world.told(people[0])
        assert (told.kind, told.about["approval_id"]) == ("approval_asked", str(approval))
        assert await world.told(LOCAL_USER) == []


async def test_the_owner_cannot_answer_for_the_approvers(
    database_url: str, people: list[UserContext]
) -> None:
    async with approval_world(database_url, approvers=("ann",)) as world:
        run = await world.paused()
        forged = {"decision": "approved"}
        with pytest.raises(Conflict, match="approvers vote"):
            await world.engine.manager.resume(LOCAL_USER, run.run_id, OnlyAnswer(forged))
        with pytest.raises(Conflict, match="approvers vote"):
            await world.engine.start("graph", thread_id=run.thread_id, command={"resume": forged})


async def test_roles_mean_their_members_but_no_viewers(
    database_url: str, people: list[UserContext], database: Database
) -> None:
    await add_colleague(database, "vic", "viewer")
    async with approval_world(database_url, approvers=("member", "ben"), quorum=3) as world:
        run = await world.paused()
        seen = await world.approvals.get(LOCAL_USER, await world.asked(run))
        assert [person["name"] for person in seen.people] == ["Ann", "Ben", "Cid"]


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"approvers": ("nobody",)}, "There is no approver nobody"),
        ({"approvers": ("ann",), "quorum": 2}, "needs 2 votes, and 1 people"),
        ({"approvers": ("out@elsewhere.example",)}, "cannot send e-mail"),
        ({"approvers": ("ann",), "expires_after": 31 * 86400}, "30 days"),
        ({"approvers": ("ann",), "escalate_after": 5}, "to whom"),
        ({"approvers": ()}, "approvers"),
    ],
)
async def test_what_could_never_be_settled_is_not_asked(
    database_url: str, people: list[UserContext], options: dict[str, Any], reason: str
) -> None:
    async with approval_world(database_url, **options) as world:
        run = await world.engine.start("graph", input={})
        log = await world.engine.until_end(run)
        assert log[-1]["status"] == "error"
        [error] = [event for event in log if event["type"] == "error"]
        assert reason in str(error), error


async def test_a_vote_before_the_pause_is_kept_until_then(
    database_url: str, people: list[UserContext]
) -> None:
    hold = Hold(asyncio.Event(), asyncio.Event())
    async with approval_world(database_url, hold, approvers=("ann",)) as world, world.ticking():
        run = await world.engine.start("graph", input={})
        await asyncio.wait_for(hold.reached.wait(), DEADLINE_S)
        approval = await world.asked(run)
        assert await world.waiting.vote(people[0], approval, YES) == "approved"
        assert len(await world.runs(run)) == 1
        hold.opened.set()
        await world.until_runs(run, 2)
        assert (await world.answer(run))["decision"] == "approved"


async def test_votes_of_all_at_once_settle_it_once(
    database_url: str, people: list[UserContext]
) -> None:
    async with approval_world(database_url, approvers=NAMES, quorum=2) as world:
        run = await world.paused()
        approval = await world.asked(run)
        said = await asyncio.gather(
            *(world.waiting.vote(user, approval, YES) for user in people), return_exceptions=True
        )
        assert sorted(str(each) for each in said if isinstance(each, str)) == ["approved", "open"]
        assert [type(each) for each in said if not isinstance(each, str)] == [Conflict]
        await world.answer(run)
        assert len(await world.runs(run)) == 2


async def test_what_was_settled_goes_on_after_the_process_died(
    database_url: str, people: list[UserContext]
) -> None:
    """The vote is there and its thread waits, but nobody has gone on: another process does."""
    hold = Hold(asyncio.Event(), asyncio.Event())
    async with approval_world(database_url, hold, approvers=("ann",)) as world:
        run = await world.engine.start("graph", input={})
        await asyncio.wait_for(hold.reached.wait(), DEADLINE_S)
        await world.waiting.vote(people[0], await world.asked(run), YES)
        hold.opened.set()
        assert (await world.rested(run)).status == "interrupted"
    async with approval_world(database_url, approvers=("ann",)) as world:
        await world.ticker().look()
        assert (await world.answer(run))["decision"] == "approved"
        await world.ticker().look()
        assert len(await world.runs(run)) == 2


async def test_of_two_at_once_each_goes_on_when_it_is_settled(database_url: str) -> None:
    async with two_approvals(database_url) as world:
        run = await world.paused()
        listed = await world.approvals.list(LOCAL_USER, "approver", is_open=True, limit=9, offset=0)
        by_title = {each.approval.title: each.approval.approval_id for each in listed}
        assert await world.waiting.vote(LOCAL_USER, by_title["left"], YES) == "approved"
        thread = await world.rested(run)
        assert thread.status == "interrupted"
        [[pending]] = thread.interrupts.values()
        assert pending["value"]["title"] == "right"
        # It asked again, and nobody was told again.
        assert len(await world.told(LOCAL_USER)) == 2
        assert await world.waiting.vote(LOCAL_USER, by_title["right"], NO) == "rejected"
        thread = await world.rested(run)
        assert (thread.status, thread.values["answers"]) == (
            "idle",
            {"left": "approved", "right": "rejected"},
        )


async def test_two_that_are_settled_at_once_go_on_together(database_url: str) -> None:
    async with two_approvals(database_url) as world:
        run = await world.paused()
        await world.pass_time("approvals", "expires_at")
        await world.ticker().look()
        await world.rested(run)
        await world.ticker().look()
        thread = await world.rested(run)
        assert (thread.status, thread.values["answers"]) == (
            "idle",
            {"left": "expired", "right": "expired"},
        )


async def test_deleting_the_thread_takes_its_approval_along(
    database_url: str, people: list[UserContext]
) -> None:
    async with approval_world(database_url, approvers=("ann",)) as world:
        run = await world.paused()
        approval = await world.asked(run)
        await world.engine.manager.delete_thread(LOCAL_USER, run.thread_id)
        with pytest.raises(NotFound):
            await world.waiting.vote(people[0], approval, YES)
