"""How much a run may do and carry: each limit says what it is and which setting raises it."""

from itertools import pairwise

import pytest

from domain.blueprints.blueprint import Blueprint
from domain.workflows.caps import WorkflowCaps
from server.part_settings import workflow_caps
from server.settings import Settings
from tests.graphs.workflow.runs import Execution
from tests.graphs.workflow.world import World, action, blueprint, node


def in_a_row(*nodes: dict[str, object]) -> Blueprint:
    names = ["begin", *(str(each["id"]) for each in nodes)]
    return blueprint(nodes, list(pairwise(names)))


@pytest.mark.parametrize(("size", "is_kept"), [(900, False), (1_100, True)])
async def test_large_results_are_kept_as_files(size: int, is_kept: bool) -> None:
    found = in_a_row(action("first", size=size), action("second", value="{{first.size ?? 0}}"))
    execution = Execution(World(caps=WorkflowCaps(inline_bytes=1_024)), found)
    outcome = await execution.start()
    output = outcome.values["outputs"]["first"]
    assert (len(execution.world.files.kept), "file_id" in output) == (is_kept, is_kept)
    # The steps behind it see what the run carries.
    assert execution.world.service.calls[-1][1] == output.get("size", 0)
    if is_kept:
        (stored,) = execution.world.files.kept.values()
        assert str(stored.file_id) == output["file_id"]
        assert len(stored.content) == output["size"] > size
        assert stored.content.decode().startswith(output["preview"])


async def test_a_run_does_no_more_than_its_limit() -> None:
    world = World(caps=WorkflowCaps(executions=2))
    outcome = await Execution(world, in_a_row(*(action(name) for name in "abc"))).start()
    assert outcome.end == "error"
    assert "2 steps" in str(outcome.error)
    assert "GOLDENPATH_WORKFLOW_EXECUTIONS" in str(outcome.error)
    assert len(world.service.calls) == 2


async def test_items_of_a_loop_count_as_steps() -> None:
    world = World(caps=WorkflowCaps(executions=100))
    found = blueprint(
        [node("rows", "loop", items=list(range(300))), action("send"), action("after")],
        [("begin", "rows"), ("rows", "send", "each"), ("rows", "after", "done")],
    )
    outcome = await Execution(world, found).start()
    assert "GOLDENPATH_WORKFLOW_EXECUTIONS" in str(outcome.error)
    # They are counted wave by wave, so the last wave is done to its end.
    assert 100 <= len(world.service.calls) < 150


async def test_a_run_carries_no_more_than_its_limit() -> None:
    world = World(caps=WorkflowCaps(inline_bytes=600, run_bytes=1_000))
    # What is kept as a file counts as well.
    sizes = {"a": 500, "b": 700, "c": 0}
    outcome = await Execution(
        world, in_a_row(*(action(name, size=size) for name, size in sizes.items()))
    ).start()
    assert outcome.end == "error"
    assert "1,000 bytes" in str(outcome.error)
    assert "GOLDENPATH_WORKFLOW_RUN_MB" in str(outcome.error)
    assert len(world.service.calls) == 2


def test_the_settings_are_the_limits_unless_told_otherwise() -> None:
    assert workflow_caps(Settings()) == WorkflowCaps()
    told = Settings(workflow_run_mb=1, workflow_inline_kb=2, workflow_executions=3)
    assert workflow_caps(told) == WorkflowCaps(
        inline_bytes=2 * 1024, run_bytes=1024 * 1024, executions=3
    )
