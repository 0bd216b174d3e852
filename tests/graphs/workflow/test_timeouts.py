"""Steps that take too long: what comes of them, and of what is done beside them."""

from typing import Any

import pytest

from tests.graphs.workflow.runs import Execution
from tests.graphs.workflow.world import World, action, blueprint

SOON = {"timeout": 0.05}


@pytest.mark.parametrize(
    ("on_failure", "end", "steps"),
    [
        ("stop", "error", {"first": "error"}),
        ("continue", "success", {"first": "error", "second": "ok"}),
        ("fallback", "success", {"first": "error", "instead": "ok"}),
    ],
)
async def test_a_step_that_takes_too_long_has_failed(
    on_failure: str, end: str, steps: dict[str, str]
) -> None:
    fallback = "instead" if on_failure == "fallback" else None
    handling = {**SOON, "on_failure": on_failure, "fallback_action": fallback}
    found = blueprint(
        [
            action("first", "keyed", handling, stalls=True),
            action("second"),
            *([action("instead", value="{{error.type}}: {{error.message}}")] if fallback else []),
        ],
        [("begin", "first"), ("first", "second")],
    )
    execution = Execution(World(), found)
    outcome = await execution.start()
    assert outcome.end == end
    assert execution.steps() == steps
    (why,) = [each["error"] for each in execution.events if each.get("error") and "item" in each]
    assert why.startswith("The step first took longer than its timeout of 0.05 seconds")
    if on_failure == "stop":
        assert "NodeTimeoutError" in str(execution.events)
    else:
        assert outcome.values["errors"]["first"]["type"] == "NodeTimeoutError"


async def test_the_time_of_a_step_is_its_own_and_not_that_of_waiting_for_a_place() -> None:
    world = World()
    names = [f"s{place}" for place in range(4)]
    # One after the other: all together take longer than each of them may.
    found = blueprint(
        [action(name, handling={"timeout": 1.0}, pause_s=0.3) for name in names],
        [("begin", name) for name in names],
        max_parallel=1,
    )
    outcome = await Execution(world, found).start()
    assert outcome.end == "success", outcome.error


async def test_an_attempt_that_took_too_long_is_made_again() -> None:
    world = World()
    handling = {**SOON, "retry_count": 1}
    found = blueprint([action("first", "keyed", handling, stalls=True)], [("begin", "first")])
    execution = Execution(world, found)
    outcome = await execution.start()
    assert outcome.end == "error"
    ends = [each["call_id"] for each in execution.events if each["type"] == "tool_completed"]
    assert ends == ["first", "first:2"]
    assert {entry.status for entry in world.ledger.entries.values()} == {"in_doubt"}


@pytest.mark.parametrize("why", [{"handling": SOON, "stalls": True}, {"failures": -1}])
async def test_what_is_done_beside_a_step_that_stops_the_run_is_in_doubt(why: Any) -> None:
    world = World()
    found = blueprint(
        [action("one", **why), action("beside", "unsafe", value="b", stalls=True), action("after")],
        [("begin", "one"), ("begin", "beside"), ("beside", "after")],
    )
    execution = Execution(world, found)
    assert (await execution.start()).end == "error"
    assert execution.steps() == {"one": "error", "beside": "error"}
    (key,) = [key for key, value in world.service.calls if value == "b"]
    assert world.ledger.entries[key].status == "in_doubt"
