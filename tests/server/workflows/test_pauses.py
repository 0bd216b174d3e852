"""Workflows that wait: for a time, an event, people; on the real engine with its clock."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise
from typing import Any, cast

import pytest

from domain.blueprints.blueprint import Blueprint
from domain.grammar import thread_violations
from domain.identity import LOCAL_USER
from domain.workflows.votes import Ballot
from server.workflows.waiting import WaitingWorkflows
from storage.approvals import ApprovalRepository
from storage.notices import NoticeRepository
from tests.graphs.workflow.world import World, action, blueprint, node
from tests.server.test_workflow_runs import kept, started, workflows
from tests.server.workflows.waiting_world import NO, YES, WaitingWorld

_BRANCHES = {"approval": ("approved", "rejected", "expired"), "wait": ("received", "expired")}


@asynccontextmanager
async def waiting_world(url: str, world: World, **options: Any) -> AsyncIterator[WaitingWorld]:
    async with workflows(url, world, **options) as (engine, _):
        yield WaitingWorld(
            engine,
            WaitingWorkflows(engine.database, engine.manager, with_mail=False),
            ApprovalRepository(engine.database),
            NoticeRepository(engine.database, with_mail=False),
        )


def gated(gate: dict[str, Any], **value: Any) -> Blueprint:
    """A step before the gate, and one on each of its branches."""
    names = _BRANCHES[gate["type"]]
    return blueprint(
        [action("before"), gate, *(action(name, **value) for name in names)],
        [("begin", "before"), ("before", "gate"), *(("gate", name, name) for name in names)],
    )


def in_a_row(*nodes: dict[str, Any]) -> Blueprint:
    names = ["begin", *(each["id"] for each in nodes)]
    return blueprint(nodes, list(pairwise(names)))


async def ended(waiting: WaitingWorld, first: Any) -> list[dict[str, Any]]:
    """The events of the newest run, when the thread has come to its end."""
    thread = await waiting.rested(first)
    assert thread.status == "idle", thread
    log = await waiting.engine.log(first.thread_id)
    assert not thread_violations(log)
    newest = (await waiting.runs(first))[0]
    return [event for event in log if event["run_id"] == str(newest.run_id)]


def steps(events: list[dict[str, Any]]) -> dict[str, Any]:
    return {each["item"]: each["result"] for each in events if each["type"] == "tool_completed"}


@pytest.mark.parametrize(
    ("pause", "tool"),
    [
        (node("pause", "wait", seconds=3600), "wait"),
        (node("pause", "wait", until="2020-01-31T09:00"), "wait"),
        (
            {
                "id": "pause",
                "type": "action",
                "data": {"service": "timer", "task": "wait_for", "params": {"seconds": 3600}},
            },
            "timer.wait_for",
        ),
    ],
)
async def test_a_wait_goes_on_when_its_time_has_come(
    database_url: str, pause: dict[str, Any], tool: str
) -> None:
    world = World()
    found = in_a_row(action("before"), pause, action("after", value="{{pause.until}}"))
    async with waiting_world(database_url, world) as waiting:
        run = await started(waiting.engine, kept(world, found))
        events = await waiting.engine.until_end(run)
        assert events[-1]["status"] == "interrupted"
        (asked,) = [event for event in events if event["type"] == "interrupt"]
        assert (asked["value"]["kind"], asked["value"]["item"]) == ("wait", "pause")
        await waiting.pass_time("waits", "due_at")
        await waiting.ticker().look()
        after = await ended(waiting, run)
        said = [event for event in after if event["type"] == "tool_completed"]
        assert [(event["node_id"], event["tool"]) for event in said] == [
            ("pause", tool),
            ("after", "probe.keyed"),
        ]
        until = said[0]["result"]["until"]
        assert said[1]["result"]["value"] == until
        # A moment without a time zone is one of the workflow's, UTC when it says none.
        assert until.endswith("+00:00")
        # What came before is not done again.
        assert len(world.service.calls) == 2


async def test_an_event_brings_its_data(database_url: str) -> None:
    world = World()
    gate = node("gate", "wait", event="paid", key="{{trigger_data.order}}")
    found = gated(gate, value="{{gate.data}}")
    async with waiting_world(database_url, world) as waiting:
        run = await started(waiting.engine, kept(world, found), {"order": "o1"})
        await waiting.engine.until_end(run)
        await waiting.waiting.deliver(LOCAL_USER, "paid", "o1", {"amount": 7})
        said = steps(await ended(waiting, run))
        assert said.keys() == {"gate", "received"}
        assert said["received"]["value"] == {"amount": 7}


async def test_an_event_that_does_not_come_in_time_is_given_up(database_url: str) -> None:
    world = World()
    found = gated(node("gate", "wait", event="paid", seconds=60))
    async with waiting_world(database_url, world) as waiting:
        run = await started(waiting.engine, kept(world, found))
        await waiting.engine.until_end(run)
        await waiting.pass_time("waits", "due_at")
        await waiting.ticker().look()
        said = steps(await ended(waiting, run))
        assert said.keys() == {"gate", "expired"}
        assert said["gate"]["outcome"] == "expired"


@pytest.mark.parametrize(
    ("ballot", "on_expiry", "taken"),
    [
        (Ballot("approved", "Fine.", {"trigger_data.amount": 8}), "branch", "approved"),
        (NO, "branch", "rejected"),
        (None, "branch", "expired"),
        (None, "reject", "rejected"),
    ],
)
async def test_an_approval_takes_the_branch_that_was_decided(
    database_url: str, ballot: Ballot | None, on_expiry: str, taken: str
) -> None:
    world = World()
    gate = node(
        "gate",
        "approval",
        title="May {{trigger_data.name}}?",
        approvers=["owner"],
        editable=["trigger_data.amount"],
        on_expiry=on_expiry,
    )
    found = gated(gate, value='{{gate.values["trigger_data.amount"]}}')
    async with waiting_world(database_url, world) as waiting:
        run = await started(waiting.engine, kept(world, found), {"name": "Ada", "amount": 7})
        events = await waiting.engine.until_end(run)
        (asked,) = [event["value"] for event in events if event["type"] == "interrupt"]
        assert asked["title"] == "May Ada?"
        assert asked["editable"] == {"trigger_data.amount": 7}
        if ballot:
            await waiting.waiting.vote(LOCAL_USER, await waiting.asked(run), ballot)
        else:
            await waiting.pass_time("approvals", "expires_at")
            await waiting.ticker().look()
        said = steps(await ended(waiting, run))
        assert said.keys() == {"gate", taken}
        assert said["gate"]["decision"] == taken
        is_edited = taken == "approved"
        assert said[taken]["value"] == (8 if is_edited else 7)
        assert said["gate"]["comment"] == ("Fine." if is_edited else None)
        assert len(said["gate"]["votes"]) == (ballot is not None)


async def test_approvals_in_a_loop_are_decided_one_by_one(database_url: str) -> None:
    world = World()
    gate = node("gate", "approval", title="{{item}}?", approvers=["owner"])
    found = blueprint(
        [
            node("rows", "loop", items=["a", "b"]),
            gate,
            action("send", value="{{item}}"),
            action("after", value="{{rows.0.data.gate.decision}} {{rows.1.data.gate.decision}}"),
        ],
        [
            ("begin", "rows"),
            ("rows", "gate", "each"),
            ("gate", "send", "approved"),
            ("rows", "after", "done"),
        ],
    )
    async with waiting_world(database_url, world) as waiting:
        run = await started(waiting.engine, kept(world, found))
        events = await waiting.engine.until_end(run)
        asked = [event["value"] for event in events if event["type"] == "interrupt"]
        assert {(each["item"], each["title"]) for each in asked} == {
            ("rows[0]/gate", "a?"),
            ("rows[1]/gate", "b?"),
        }
        ids = {each["item"]: cast(Any, each["approval_id"]) for each in asked}
        await waiting.waiting.vote(LOCAL_USER, ids["rows[0]/gate"], YES)
        # The other item is still waited for.
        thread = await waiting.rested(run)
        assert thread.status == "interrupted"
        await waiting.waiting.vote(LOCAL_USER, ids["rows[1]/gate"], NO)
        said = steps(await ended(waiting, run))
        assert said["after"]["value"] == "approved rejected"
        assert [value for _, value in world.service.calls] == ["a", "approved rejected"]
        # Each was asked once, however often its node ran.
        found_approvals = await waiting.approvals.list(
            LOCAL_USER, "owner", is_open=False, limit=10, offset=0
        )
        assert len(found_approvals) == 2


async def test_what_cannot_be_asked_fails_the_step(database_url: str) -> None:
    world = World()
    handling = {"on_failure": "fallback", "fallback_action": "instead"}
    gate = node("gate", "approval", handling, title="May it?", approvers=["nobody-here"])
    found = blueprint(
        [gate, action("instead", value="{{error.message}}"), action("approved")],
        [("begin", "gate"), ("gate", "approved", "approved")],
    )
    async with waiting_world(database_url, world) as waiting:
        run = await started(waiting.engine, kept(world, found))
        events = await waiting.engine.until_end(run)
        assert events[-1]["status"] == "success", events
        failed = next(event for event in events if event.get("node_id") == "gate")
        assert failed["type"] == "tool_executing"
        said = steps(events)
        assert said.keys() == {"gate", "instead"}
        assert "There is no approver nobody-here" in said["instead"]["value"]


async def test_without_anybody_who_keeps_waits_the_run_says_so(database_url: str) -> None:
    world = World()
    found = in_a_row(node("pause", "wait", seconds=5))
    async with workflows(database_url, world, waits=False) as (engine, _):
        run = await started(engine, kept(world, found))
        events = await engine.until_end(run)
        assert events[-1]["status"] == "error"
        assert "cannot keep what workflows wait for" in events[-3]["message"]
