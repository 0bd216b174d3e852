"""What blueprints do when they run."""

from typing import Any

import pytest

from domain.blueprints.blueprint import Blueprint
from graphs.lifecycle import Outcome
from tests.graphs.workflow.runs import Execution
from tests.graphs.workflow.world import World, action, blueprint, node


async def done(found: Blueprint, data: Any = None) -> tuple[Execution, Outcome]:
    execution = Execution(World(), found)
    return execution, await execution.start(data)


async def test_steps_follow_each_other_with_what_came_before() -> None:
    found = blueprint(
        [
            action("first", value="{{trigger_data.name}}"),
            action("second", value="{{first.value}}!"),
        ],
        [("begin", "first"), ("first", "second")],
    )
    execution, outcome = await done(found, {"name": "Ada"})
    assert outcome.end == "success"
    assert outcome.values["outputs"]["second"]["value"] == "Ada!"
    assert execution.steps() == {"first": "ok", "second": "ok"}


@pytest.mark.parametrize(("amount", "taken"), [(5, "small"), (5000, "large")])
async def test_a_condition_takes_one_way_and_a_join_runs_once(amount: int, taken: str) -> None:
    found = blueprint(
        [
            node("is_large", "condition", condition="trigger_data.amount > 1000"),
            action("large"),
            action("small"),
            action("both"),
        ],
        [
            ("begin", "is_large"),
            ("is_large", "large", "true"),
            ("is_large", "small", "false"),
            ("large", "both"),
            ("small", "both"),
        ],
    )
    execution, outcome = await done(found, {"amount": amount})
    assert outcome.end == "success"
    assert execution.steps() == {"is_large": "ok", taken: "ok", "both": "ok"}
    branches = [e["result"] for e in execution.events if e["type"] == "tool_completed"]
    assert {"branch": "true" if taken == "large" else "false"} in branches


@pytest.mark.parametrize(("amount", "taken"), [(5, "a"), (50, "b"), (500, "c")])
async def test_a_condition_may_have_several_cases(amount: int, taken: str) -> None:
    cases = [
        {"name": "low", "condition": "trigger_data.amount < 10"},
        {"name": "middle", "condition": "trigger_data.amount < 100"},
    ]
    found = blueprint(
        [node("size", "condition", cases=cases), action("a"), action("b"), action("c")],
        [
            ("begin", "size"),
            ("size", "a", "low"),
            ("size", "b", "middle"),
            ("size", "c", "default"),
        ],
    )
    execution, _ = await done(found, {"amount": amount})
    assert execution.steps() == {"size": "ok", taken: "ok"}


@pytest.mark.parametrize("count", [0, 1, 7, 120])
async def test_a_loop_keeps_the_order_of_its_items(count: int) -> None:
    found = blueprint(
        [
            node("each_row", "loop", items="{{trigger_data.rows}}", concurrency=3),
            action("send", value="{{item.n}}-{{index}}"),
            action("after", value="{{each_row}}"),
        ],
        [("begin", "each_row"), ("each_row", "send", "each"), ("each_row", "after", "done")],
    )
    execution, outcome = await done(found, {"rows": [{"n": n} for n in range(count)]})
    assert outcome.end == "success", outcome.error
    results = outcome.values["outputs"]["each_row"]
    values = [result["data"]["send"]["value"] for result in results]
    assert values == [f"{n}-{n}" for n in range(count)]
    assert len(execution.world.service.calls) == count + 1
    assert ("each_row[0]/send" in execution.steps()) == (count > 0)


async def test_a_loop_in_a_loop_with_a_join_in_its_body() -> None:
    found = blueprint(
        [
            node("outer", "loop", items="{{trigger_data.rows}}"),
            node("inner", "loop", items="{{item}}"),
            node("is_odd", "condition", condition="item % 2 == 1"),
            action("odd", value="{{item}}"),
            action("even", value="{{item}}"),
            action("joined", value="{{item}}"),
            action("last", value="{{inner}}"),
        ],
        [
            ("begin", "outer"),
            ("outer", "inner", "each"),
            ("inner", "is_odd", "each"),
            ("is_odd", "odd", "true"),
            ("is_odd", "even", "false"),
            ("odd", "joined"),
            ("even", "joined"),
            ("inner", "last", "done"),
        ],
    )
    execution, outcome = await done(found, {"rows": [[1, 2], [], [3]]})
    assert outcome.end == "success", outcome.error
    steps = execution.steps()
    assert {"outer[0]/inner[0]/odd", "outer[0]/inner[1]/even", "outer[2]/last"} <= steps.keys()
    assert "outer[0]/inner[0]/even" not in steps
    assert [len(r["data"]["inner"]) for r in outcome.values["outputs"]["outer"]] == [2, 0, 1]


async def test_an_item_that_fails_leaves_the_others() -> None:
    found = blueprint(
        [
            node("rows", "loop", {"on_failure": "continue"}, items=[0, -1, 0]),
            action("send", failures="{{item}}"),
        ],
        [("begin", "rows"), ("rows", "send", "each")],
    )
    _, outcome = await done(found)
    assert [result["status"] for result in outcome.values["outputs"]["rows"]] == [
        "ok",
        "error",
        "ok",
    ]


async def test_a_failure_stops_the_run() -> None:
    found = blueprint(
        [action("first", failures=-1), action("second")], [("begin", "first"), ("first", "second")]
    )
    execution, outcome = await done(found)
    assert outcome.end == "error"
    assert "refused this" in str(outcome.error)
    assert execution.steps() == {"first": "error"}


async def test_a_fallback_is_done_instead_and_sees_the_error() -> None:
    handling = {"on_failure": "fallback", "fallback_action": "instead"}
    found = blueprint(
        [
            action("first", handling=handling, failures="{{trigger_data.failures}}"),
            action("second"),
            action("instead", value="{{error.node_id}}"),
            action("joined"),
        ],
        [("begin", "first"), ("first", "second"), ("second", "joined"), ("instead", "joined")],
    )
    execution, outcome = await done(found, {"failures": -1})
    assert outcome.end == "success"
    assert execution.steps() == {"first": "error", "instead": "ok", "joined": "ok"}
    assert outcome.values["outputs"]["instead"]["value"] == "first"
    execution, outcome = await done(found, {"failures": 0})
    assert execution.steps() == {"first": "ok", "second": "ok", "joined": "ok"}


@pytest.mark.parametrize("fallback", ["log_error", "notify_owner"])
async def test_built_in_fallbacks_end_their_way_alone(fallback: str) -> None:
    handling = {"on_failure": "fallback", "fallback_action": fallback}
    found = blueprint(
        [action("first", handling=handling, failures=-1), action("second"), action("other")],
        [("begin", "first"), ("first", "second"), ("begin", "other")],
    )
    execution, outcome = await done(found)
    assert outcome.end == "success"
    assert execution.steps() == {"first": "error", "other": "ok"}
    assert len(execution.world.notices.told) == (fallback == "notify_owner")


async def test_what_was_in_the_middle_of_a_failure_goes_on_with_its_words() -> None:
    handling = {"on_failure": "fallback", "fallback_action": "notify_owner"}
    found = blueprint([action("first", handling=handling, failures=-1)], [("begin", "first")])
    execution = Execution(World(), found)
    execution.world.notices.failures = 1
    assert (await execution.start()).end == "error"
    outcome = await execution.go_on()
    assert outcome.end == "success", outcome.error
    # The step itself is not done again, and what is known of it is what was saved.
    assert len(execution.world.service.calls) == 1
    why = outcome.values["errors"]["first"]
    assert why["type"] == "ProviderRefused"
    assert why["message"].startswith("probe refused this: it was told to")
    (told,) = execution.world.notices.told
    assert told.message == why["message"]


async def test_a_step_that_may_work_later_is_tried_again() -> None:
    handling = {"retry_count": 2, "retry_delay": 0}
    found = blueprint(
        [action("first", handling=handling, failures=2, unknown=True)], [("begin", "first")]
    )
    execution, outcome = await done(found)
    assert outcome.end == "success", outcome.error
    keys = {key for key, _ in execution.world.service.calls}
    assert (len(keys), len(execution.world.service.calls)) == (1, 3)
    calls = [e["call_id"] for e in execution.events if e["type"] == "tool_executing"]
    assert calls == ["first", "first:2", "first:3"]


async def test_a_refusal_is_not_tried_again() -> None:
    found = blueprint(
        [action("first", handling={"retry_count": 3}, failures=-1)], [("begin", "first")]
    )
    execution, _ = await done(found)
    assert len(execution.world.service.calls) == 1


@pytest.mark.parametrize(("answer", "calls"), [("happened", 1), ("again", 2), ("skip", 1)])
async def test_a_person_is_asked_about_an_unsafe_call_in_doubt(answer: str, calls: int) -> None:
    handling = {"retry_count": 1, "retry_delay": 0}
    found = blueprint(
        [action("first", "unsafe", handling, failures=1, unknown=True), action("second")],
        [("begin", "first"), ("first", "second")],
    )
    execution, outcome = await done(found)
    assert outcome.end == "interrupted"
    (asked,) = (one for group in outcome.interrupts.values() for one in group)
    assert (asked["value"]["kind"], asked["value"]["item"]) == ("confirm_effect", "first")
    outcome = await execution.answer(outcome, {"answer": answer})
    assert outcome.end == "success"
    made = [key for key, _ in execution.world.service.calls]
    assert made.count(made[0]) == calls


async def test_a_call_in_doubt_is_looked_up() -> None:
    handling = {"retry_count": 1, "retry_delay": 0}
    found = blueprint(
        [action("first", "lookup", handling, failures=1, unknown=True)], [("begin", "first")]
    )
    _, outcome = await done(found)
    assert outcome.end == "success"


async def test_a_literal_parameter_is_taken_as_it_is_written() -> None:
    code = "SELECT '{{trigger_data.name}}'"
    found = blueprint([action("first", code=code)], [("begin", "first")])
    _, outcome = await done(found, {"name": "'; DROP TABLE x"})
    assert outcome.values["outputs"]["first"]["text"] == code


async def test_what_is_not_there_is_no_parameter() -> None:
    found = blueprint([action("first", value="{{nothing.here}}")], [("begin", "first")])
    execution, outcome = await done(found)
    assert outcome.end == "error"
    assert "nothing.here" in str(outcome.error)
    assert execution.steps() == {"first": "error"}
