"""Tests of drafts over the API: marked as such, ending where they are told, and not counted."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.architecture.sources import REPOSITORY
from tests.server.workflows.world import Json, Site, open_workflow_site


@pytest.fixture
async def site(database_url: str, tmp_path: Path) -> AsyncIterator[Site]:
    """With the graph that executes workflows."""
    config = REPOSITORY / "langgraph.json"
    async with open_workflow_site(database_url, tmp_path, config=config) as opened:
        yield opened


def condition(node_id: str, text: str) -> Json:
    return {"id": node_id, "type": "condition", "data": {"params": {"condition": text}}}


def chained() -> Json:
    """A trigger, and conditions after each other: each asks for what the one before said."""
    nodes = [
        {"id": "begin", "type": "trigger", "data": {"service": "manual", "task": "start"}},
        condition("first", "trigger_data.amount > 1000"),
        condition("second", "first.branch == 'true'"),
        condition("third", "second.branch == 'true'"),
    ]
    edges = [
        {"id": "e1", "source": "begin", "target": "first"},
        {"id": "e2", "source": "first", "target": "second", "branch": "true"},
        {"id": "e3", "source": "first", "target": "second", "branch": "false"},
        {"id": "e4", "source": "second", "target": "third", "branch": "true"},
    ]
    return {"schema": 1, "name": "Chain", "nodes": nodes, "edges": edges, "settings": {}}


def outputs(execution: Json) -> Json:
    return {node["node_id"]: node["output"] for node in execution["nodes"]}


async def tried(site: Site, workflow_id: str, **body: object) -> str:
    answer = await site.api.post(f"/workflows/{workflow_id}/execute", json=body)
    assert answer.status_code == 202, answer.text
    return answer.json()["run_id"]


async def test_a_test_ends_at_its_step_is_marked_and_not_counted(site: Site) -> None:
    workflow_id = await site.made(chained())
    run_id = await tried(site, workflow_id, payload={"amount": 5000}, until="second")
    shown = await site.until(run_id, "success")
    assert shown["cause"] == "test"
    assert shown["trial"] == {"until": "second", "pinned": []}
    assert outputs(shown) == {"first": {"branch": "true"}, "second": {"branch": "true"}}
    [listed] = (await site.api.get(f"/workflows/{workflow_id}/runs")).json()
    assert listed["cause"] == "test"
    detail = (await site.api.get(f"/workflows/{workflow_id}")).json()
    assert detail["statistics"]["executions"] == 0


async def test_a_pinned_step_gives_what_was_pinned(site: Site) -> None:
    workflow_id = await site.made(chained())
    # Without the pin it would fail: there is no amount.
    run_id = await tried(site, workflow_id, pinned={"first": {"branch": "true"}})
    shown = await site.until(run_id, "success")
    assert outputs(shown)["third"] == {"branch": "true"}
    assert shown["trial"] == {"until": None, "pinned": ["first"]}


async def test_a_retry_of_a_test_is_the_same_test(site: Site) -> None:
    workflow_id = await site.made(chained())
    run_id = await tried(site, workflow_id, until="first")
    await site.until(run_id, "error")
    url = f"/workflows/runs/{run_id}/retry"
    plan = (await site.api.get(url, params={"from": "start"})).json()
    again = await site.api.post(url, json={"plan_id": plan["plan_id"], "acknowledge": []})
    assert again.is_success, again.text
    shown = await site.until(again.json()["run_id"], "error")
    assert (shown["cause"], shown["trial"]) == ("test", {"until": "first", "pinned": []})


async def test_what_is_not_in_the_version_is_refused(site: Site) -> None:
    workflow_id = await site.made(chained())
    for body in ({"until": "gone"}, {"pinned": {"gone": 1}}, {"pinned": {"begin": {}}}):
        refused = await site.api.post(f"/workflows/{workflow_id}/execute", json=body)
        assert refused.status_code == 422, refused.text
    large = {"pinned": {"first": "x" * 2_000_000}}
    refused = await site.api.post(f"/workflows/{workflow_id}/execute", json=large)
    assert refused.status_code == 413


async def test_a_condition_is_checked_while_it_is_written(site: Site) -> None:
    body: Json = {
        "condition": "trigger_data.amount > 1000",
        "names": ["trigger_data"],
        "sample": {"trigger_data": {"amount": 1500}},
    }
    answer = await site.api.post("/workflows/expressions/check", json=body)
    assert answer.json() == {"status": "true", "message": "", "line": None, "column": None}
    body["condition"] = "trigger_data.amount >"
    answer = await site.api.post("/workflows/expressions/check", json=body)
    assert answer.json()["status"] == "invalid"
    assert answer.json()["column"] == 22
    body["condition"] = "x" * 5_000
    answer = await site.api.post("/workflows/expressions/check", json=body)
    assert answer.status_code == 422
