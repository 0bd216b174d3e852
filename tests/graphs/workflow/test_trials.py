"""Trials run: what is pinned is not done, and is there for what follows."""

from domain.workflows.trials import Trial, upto
from tests.graphs.workflow.runs import Execution
from tests.graphs.workflow.world import World, action, blueprint, node

CHAIN = blueprint(
    [action("first", value="a"), action("second", value="{{first.value}}!"), action("third")],
    [("begin", "first"), ("first", "second"), ("second", "third")],
)


async def test_a_pinned_step_is_not_done_and_gives_what_it_is_said_to_give() -> None:
    execution = Execution(World(), CHAIN)
    outcome = await execution.start(trial=Trial(pinned={"first": {"value": "pinned"}}))
    assert outcome.end == "success"
    assert outcome.values["outputs"]["second"]["value"] == "pinned!"
    assert [value for _, value in execution.world.service.calls] == ["pinned!", None]
    assert execution.steps() == {"first": "ok", "second": "ok", "third": "ok"}


async def test_a_trial_ends_at_its_node() -> None:
    execution = Execution(World(), upto(CHAIN, "second"))
    outcome = await execution.start(trial=Trial("second"))
    assert outcome.end == "success"
    assert execution.steps() == {"first": "ok", "second": "ok"}


async def test_pinned_branches_are_taken_without_asking_anybody() -> None:
    found = blueprint(
        [
            node("large", "condition", condition="trigger_data.amount > 1000"),
            node("ask", "approval", title="May I?", approvers=["owner"]),
            action("yes"),
            action("no"),
        ],
        [
            ("begin", "large"),
            ("large", "ask", "true"),
            ("ask", "yes", "approved"),
            ("ask", "no", "rejected"),
        ],
    )
    pinned = {"large": {"branch": "true"}, "ask": {"decision": "rejected"}}
    execution = Execution(World(), found)
    outcome = await execution.start({"amount": 1}, trial=Trial(pinned=pinned))
    assert outcome.end == "success"
    assert execution.steps() == {"large": "ok", "ask": "ok", "no": "ok"}


async def test_steps_of_a_loop_and_whole_loops_can_be_pinned() -> None:
    found = blueprint(
        [
            node("each", "loop", items="{{trigger_data.items}}"),
            action("inner"),
            action("after", value="{{each.0.data.inner.value}}"),
        ],
        [("begin", "each"), ("each", "inner", "each"), ("each", "after", "done")],
    )
    execution = Execution(World(), found)
    outcome = await execution.start(
        {"items": [1, 2]}, trial=Trial(pinned={"inner": {"value": "known"}})
    )
    assert outcome.values["outputs"]["after"]["value"] == "known"
    assert len(execution.world.service.calls) == 1
    whole = [{"status": "ok", "data": {"inner": {"value": "whole"}}}]
    execution = Execution(World(), found)
    outcome = await execution.start({"items": [1, 2]}, trial=Trial(pinned={"each": whole}))
    assert outcome.values["outputs"]["after"]["value"] == "whole"
    assert execution.steps() == {"each": "ok", "after": "ok"}
