"""Attempts with long pauses between them: each is a run of its own, and none is lost or doubled."""

from typing import Any

import pytest

from domain.identity import LOCAL_USER
from domain.runs import Run, Thread
from domain.workflows.run_view import fold_run_view
from tests.graphs.workflow.world import World, action, blueprint, node
from tests.server.test_workflow_runs import kept, started
from tests.server.workflows.test_agents import activated, agent
from tests.server.workflows.test_pauses import ended, in_a_row, steps, waiting_world
from tests.server.workflows.waiting_world import WaitingWorld

LATER = {"retry_count": 1, "retry_delay": 100}


def asked_in(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [event["value"] for event in events if event["type"] == "interrupt"]


async def go_on(waiting: WaitingWorld) -> None:
    """Let the moment of every wait come."""
    await waiting.pass_time("waits", "due_at")
    await waiting.ticker().look()


async def until_done(waiting: WaitingWorld, run: Run) -> Thread:
    """The thread at its end, however many runs that takes."""
    while (thread := await waiting.rested(run)).status == "interrupted":
        # What came while a run was under way is for the one after it.
        await go_on(waiting)
    return thread


async def test_each_attempt_is_a_run_of_its_own(database_url: str) -> None:
    world = World()
    handling = {"retry_count": 3, "retry_delay": 40, "backoff": "exponential"}
    first = action("first", "keyed", handling, failures=2, unknown=True)
    found = in_a_row(first, action("second"))
    async with waiting_world(database_url, world) as waiting:
        run = await started(waiting.engine, kept(world, found))
        events = await waiting.engine.until_end(run)
        assert events[-1]["status"] == "interrupted"
        (asked,) = asked_in(events)
        assert (asked["kind"], asked["node_id"], asked["item"]) == ("retry", "first", "first")
        assert (asked["attempt"], asked["attempts"], asked["seconds"]) == (1, 4, 40)
        assert "Attempt 1 of 4 failed" in asked["message"]
        # Nothing is held meanwhile: no run is open.
        assert (await waiting.rested(run)).status == "interrupted"
        await go_on(waiting)
        await waiting.rested(run)
        log = await waiting.engine.log(run.thread_id)
        assert [(each["attempt"], each["seconds"]) for each in asked_in(log)] == [(1, 40), (2, 80)]
        await go_on(waiting)
        assert steps(await ended(waiting, run)).keys() == {"first", "second"}
        log = await waiting.engine.log(run.thread_id)
    # The provider was asked with one key, and the view has each attempt.
    assert len({key for key, _ in world.service.calls}) == 2
    assert len(world.service.calls) == 4
    view = {each.node_id: each for each in fold_run_view(log).nodes}
    attempts = [(each.call_id, each.status) for each in view["first"].attempts]
    assert attempts == [("first", "error"), ("first:2", "error"), ("first:3", "success")]
    assert view["first"].status == "success"


async def test_short_pauses_stay_in_the_run(database_url: str) -> None:
    world = World()
    handling = {"retry_count": 2, "retry_delay": 0.01}
    found = in_a_row(action("first", "keyed", handling, failures=2, unknown=True))
    async with waiting_world(database_url, world) as waiting:
        run = await started(waiting.engine, kept(world, found))
        assert (await waiting.engine.until_end(run))[-1]["status"] == "success"
    assert len(world.service.calls) == 3


async def test_nobody_has_to_wait_for_the_next_attempt(database_url: str) -> None:
    world = World()
    found = in_a_row(action("first", "keyed", LATER, failures=1, unknown=True))
    async with waiting_world(database_url, world) as waiting:
        run = await started(waiting.engine, kept(world, found))
        events = await waiting.engine.until_end(run)
        (asked,) = [event for event in events if event["type"] == "interrupt"]
        answer = {asked["id"]: {"outcome": "now"}}
        await waiting.engine.manager.resume(LOCAL_USER, run.run_id, answer)
        assert steps(await ended(waiting, run)).keys() == {"first"}
        # When its moment comes nothing is left to do.
        await go_on(waiting)
        assert len(await waiting.runs(run)) == 2
    assert len(world.service.calls) == 2


@pytest.mark.parametrize(
    ("on_failure", "end", "done"),
    [
        ("stop", "error", {"first"}),
        ("continue", "success", {"first", "second"}),
        ("fallback", "success", {"first", "instead"}),
    ],
)
async def test_after_the_last_attempt_it_is_a_failure_as_any(
    database_url: str, on_failure: str, end: str, done: set[str]
) -> None:
    world = World()
    fallback = "instead" if on_failure == "fallback" else None
    handling = {**LATER, "on_failure": on_failure, "fallback_action": fallback}
    found = blueprint(
        [
            action("first", "keyed", handling, failures=-1, unknown=True),
            action("second"),
            *([action("instead", value="{{error.message}}")] if fallback else []),
        ],
        [("begin", "first"), ("first", "second")],
    )
    async with waiting_world(database_url, world) as waiting:
        run = await started(waiting.engine, kept(world, found))
        await waiting.engine.until_end(run)
        await go_on(waiting)
        await waiting.rested(run)
        newest = (await waiting.runs(run))[0]
        assert newest.end_status == end
        log = await waiting.engine.log(run.thread_id)
    assert steps([each for each in log if each["run_id"] == str(newest.run_id)]).keys() == done


async def test_what_is_refused_is_not_put_off(database_url: str) -> None:
    world = World()
    async with waiting_world(database_url, world) as waiting:
        found = in_a_row(action("first", "keyed", LATER, failures=-1))
        run = await started(waiting.engine, kept(world, found))
        assert (await waiting.engine.until_end(run))[-1]["status"] == "error"
    assert len(world.service.calls) == 1


async def test_a_step_that_took_too_long_is_put_off(database_url: str) -> None:
    world = World()
    found = in_a_row(action("first", "keyed", {**LATER, "timeout": 0.05}, stalls=True))
    async with waiting_world(database_url, world) as waiting:
        run = await started(waiting.engine, kept(world, found))
        events = await waiting.engine.until_end(run)
        (asked,) = asked_in(events)
        assert "took longer than its timeout" in asked["error"]
        world.service.gate.set()
        await go_on(waiting)
        assert steps(await ended(waiting, run)).keys() == {"first"}


async def test_items_of_a_loop_have_attempts_of_their_own(database_url: str) -> None:
    world = World()
    found = blueprint(
        [
            node("rows", "loop", items=[0, 1, 0, 2], concurrency=2),
            action("send", "keyed", {**LATER, "retry_count": 2}, failures="{{item}}", unknown=True),
        ],
        [("begin", "rows"), ("rows", "send", "each")],
    )
    async with waiting_world(database_url, world) as waiting:
        run = await started(waiting.engine, kept(world, found))
        events = await waiting.engine.until_end(run)
        assert {each["item"] for each in asked_in(events)} == {"rows[1]/send", "rows[3]/send"}
        thread = await until_done(waiting, run)
        results = thread.values["outputs"]["rows"]
        assert [each["status"] for each in results] == ["ok"] * 4
    # Four items, and three attempts that failed.
    assert len({key for key, _ in world.service.calls}) == 4
    assert len(world.service.calls) == 7


async def test_a_person_is_asked_anew_about_each_attempt_in_doubt(database_url: str) -> None:
    world = World()
    handling = {**LATER, "retry_count": 2}
    found = in_a_row(action("first", "unsafe", handling, failures=2, unknown=True))
    async with waiting_world(database_url, world) as waiting:
        run = await started(waiting.engine, kept(world, found))
        await waiting.engine.until_end(run)
        kinds: list[str] = []
        while (thread := await waiting.rested(run)).status == "interrupted":
            [[asked]] = thread.interrupts.values()
            kinds.append(asked["value"]["kind"])
            if kinds[-1] == "retry":
                await go_on(waiting)
                continue
            newest = (await waiting.runs(run))[0]
            answer = {asked["id"]: {"answer": "again"}}
            await waiting.engine.manager.resume(LOCAL_USER, newest.run_id, answer)
    # One answer for each attempt: none counts twice, and none is asked for twice.
    assert kinds == ["retry", "confirm_effect", "retry", "confirm_effect"]
    assert len(world.service.calls) == 3


async def test_steps_of_a_workflow_inside_have_attempts_of_their_own(database_url: str) -> None:
    world = World()
    value = "{{trigger_data.n}}"
    inner = in_a_row(action("send", "keyed", LATER, value=value, failures=value, unknown=True))
    async with waiting_world(database_url, world) as waiting:
        inner_id = await activated(waiting.engine, world, inner)
        outer = blueprint(
            [node("rows", "loop", items=[0, 1]), agent("sub", inner_id, {"n": "{{item}}"})],
            [("begin", "rows"), ("rows", "sub", "each")],
        )
        run = await started(waiting.engine, kept(world, outer))
        (asked,) = asked_in(await waiting.engine.until_end(run))
        assert (asked["item"], asked["attempts"]) == ("rows[1]/sub/send", 2)
        thread = await until_done(waiting, run)
    rows = thread.values["outputs"]["rows"]
    assert [row["data"]["sub"]["data"]["send"]["value"] for row in rows] == [0, 1]
    assert [value for _, value in world.service.calls] == [0, 1, 1]
