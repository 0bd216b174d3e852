"""Executions that stop in the middle of real calls: the plan names what may have happened."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

import pytest

from tests.graphs.workflow.world import blueprint
from tests.server.workflows.world import Json, Site, open_workflow_site
from tests.standins.http_server import running_http_server
from tests.standins.provider_server import ProviderServer, Question, Reply
from tools.registry import shipped_integrations


class Shop(ProviderServer):
    """Takes orders, and knows no keys."""

    def reply(self, question: Question) -> Reply:
        return Reply(201, {"number": len(self.asked)})


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    async with running_http_server(kind=Shop) as server:
        yield cast(Shop, server)


@pytest.fixture
async def site(database_url: str, tmp_path: Path) -> AsyncIterator[Site]:
    real: Json = {"config": Path("langgraph.json"), "egress_allow": "127.0.0.1"}
    integrations = shipped_integrations()
    opening = open_workflow_site(database_url, tmp_path, integrations=integrations, **real)
    async with opening as opened:
        yield opened


def order(shop: Shop, name: str, **handling: Any) -> Json:
    params = {"url": f"{shop.url}/{name}", "body": {"of": name}}
    data = {"service": "webhook", "task": "request", "params": params, "error_handling": handling}
    return {"id": name, "type": "action", "data": data}


async def executed(site: Site, nodes: list[Json], ways: list[tuple[str, ...]], **more: Any) -> str:
    """The execution of a new workflow."""
    workflow_id = await site.live(blueprint(nodes, ways, **more).model_dump(mode="json"))
    return (await site.execute(workflow_id))["run_id"]


async def plan_of(site: Site, run_id: str) -> Json:
    answer = await site.api.get(f"/workflows/runs/{run_id}/retry")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_failure_stops_what_is_beside_it_and_the_plan_names_that(
    site: Site, shop: Shop
) -> None:
    shop.holds_back = lambda question: True
    nodes = [order(shop, "slow", timeout=1), order(shop, "beside"), order(shop, "after")]
    ways = [("begin", "slow"), ("begin", "beside"), ("beside", "after")]
    run_id = await executed(site, nodes, ways)
    failed = await site.until(run_id, "error")
    assert "took longer than its timeout" in failed["failure"]["message"]
    assert {each["node_id"]: each["status"] for each in failed["nodes"]} == {
        "slow": "error",
        "beside": "error",
    }
    plan = await plan_of(site, run_id)
    assert {(each["node_id"], each["status"]) for each in plan["repeats"]} == {
        ("slow", "in_doubt"),
        ("beside", "in_doubt"),
    }
    assert len(shop.asked) == 2
    # Whoever knows it has it done again, from there.
    shop.holds_back = lambda question: False
    body = {"plan_id": plan["plan_id"], "acknowledge": [e["effect_key"] for e in plan["repeats"]]}
    answer = await site.api.post(f"/workflows/runs/{run_id}/retry", json=body)
    assert answer.status_code == 202, answer.text
    await site.until(run_id, "success")
    assert len(shop.asked) == 5


async def test_a_workflow_has_its_time(site: Site, shop: Shop) -> None:
    shop.holds_back = lambda question: True
    run_id = await executed(site, [order(shop, "slow")], [("begin", "slow")], run_timeout=1)
    failed = await site.until(run_id, "timeout")
    assert failed["failure"]["code"] == "TimeoutError"
    assert [each["node_id"] for each in (await plan_of(site, run_id))["repeats"]] == ["slow"]
