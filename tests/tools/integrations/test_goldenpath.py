"""Starting other workflows, asking for usage, and waits that are no calls."""

from uuid import uuid4

import pytest

from domain.errors import Conflict, InvalidInput
from domain.workflows.starts import MOST_DEPTH
from tests.standins.ports import MemoryUsage, example_facts
from tests.tools.integrations.calls import USER, Calls, run
from tools.integrations.goldenpath import INTEGRATION as GOLDENPATH
from tools.integrations.timer import INTEGRATION as TIMER


async def test_a_workflow_is_started_one_deeper(calls: Calls) -> None:
    workflow_id = uuid4()
    call = calls.call(depth=2)
    params = {"workflow_id": str(workflow_id), "data": {"n": 1}}
    started = await run(GOLDENPATH, "start_workflow", call, **params)
    [start] = calls.starter.starts
    assert (start.workflow_id, start.cause, start.depth) == (workflow_id, "workflow", 3)
    assert start.data == {"n": 1}
    assert started.version == 3


async def test_a_chain_that_is_too_long_ends(calls: Calls) -> None:
    call = calls.call(depth=MOST_DEPTH)
    with pytest.raises(Conflict, match="circle"):
        await run(GOLDENPATH, "start_workflow", call, workflow_id=str(uuid4()))
    assert calls.starter.starts == []


async def test_usage_is_grouped_as_asked(calls: Calls) -> None:
    nothing = await run(GOLDENPATH, "query_usage", calls.call())
    assert (nothing.lines, nothing.line_count) == ([], 0)
    usage = calls.ports.usage
    assert isinstance(usage, MemoryUsage)
    usage.facts_by_tenant[USER.tenant_id] = example_facts()
    found = await run(GOLDENPATH, "query_usage", calls.call(), group_by="workload", limit=1)
    assert (found.lines[0]["label"], len(found.lines), found.line_count) == ("chat", 1, 2)


@pytest.mark.parametrize(
    ("task", "params"),
    [("wait_for", {"seconds": 5}), ("wait_until", {"until": "2026-12-24T09:00:00+05:30"})],
)
async def test_a_wait_is_no_call(calls: Calls, task: str, params: dict[str, object]) -> None:
    with pytest.raises(InvalidInput, match="Use it as a step of a workflow"):
        await run(TIMER, task, calls.call(), **params)
