"""Workflows that need no provider, and executions of them in every state."""

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx

DEADLINE_S = 60
Json = dict[str, Any]


def node(identity: str, kind: str, **data: Any) -> Json:
    """A node of a blueprint."""
    place = {"x": 0, "y": 0}
    return {"id": identity, "type": kind, "data": {"params": {}, **data}, "position": place}


def edge(source: str, target: str, branch: str | None = None) -> Json:
    """An edge, perhaps of a branch."""
    found = {"id": f"{source}_{branch}_{target}", "source": source, "target": target}
    return found | ({"branch": branch} if branch else {})


def condition(identity: str, expression: str = "true") -> Json:
    """A condition, the smallest step that there is."""
    return node(identity, "condition", params={"condition": expression})


async def post(api: httpx.AsyncClient, path: str, body: Mapping[str, Any]) -> Any:
    """What the service answers; it must take it."""
    answer = await api.post(path, json=dict(body))
    assert answer.is_success, f"{path}: {answer.text}"
    return answer.json()


async def workflow(api: httpx.AsyncClient, name: str, nodes: list[Json], edges: list[Json]) -> str:
    """A live workflow that is started by hand; returns its id."""
    begin = node("begin", "trigger", service="manual", task="start")
    blueprint = {"schema": 1, "name": name, "nodes": [begin, *nodes], "edges": edges}
    made = await post(api, "/workflows", {"name": name, "blueprint": blueprint})
    assert not [one for one in made["problems"] if one["severity"] == "error"], made["problems"]
    await post(api, f"/workflows/{made['workflow_id']}/activate", {})
    return made["workflow_id"]


async def executed(api: httpx.AsyncClient, workflow_id: str, status: str, **payload: Any) -> str:
    """Execute it until it has this status; returns the run's id."""
    path = f"/workflows/{workflow_id}/execute"
    run_id = (await post(api, path, {"payload": payload}))["run_id"]
    await reached(api, run_id, status)
    return run_id


async def reached(api: httpx.AsyncClient, run_id: str, *statuses: str) -> Json:
    """The entry once it has one of these statuses."""
    seen: Json = {}
    try:
        async with asyncio.timeout(DEADLINE_S):
            while seen.get("status") not in statuses:
                seen = (await api.get(f"/runs/{run_id}/entry")).json()
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise AssertionError(f"the run did not become {statuses}: {seen}") from None
    return seen


async def thanks(api: httpx.AsyncClient) -> str:
    """A workflow of one step."""
    steps = [condition("large", "trigger_data.amount > 100")]
    return await workflow(api, "Thank the customer", steps, [edge("begin", "large")])


async def hand_over(api: httpx.AsyncClient, other: str) -> str:
    """A workflow that starts another one, which cannot be taken back, and then fails."""
    params = {"workflow_id": other, "data": {"amount": 500}}
    steps = [
        node("hand_over", "action", service="goldenpath", task="start_workflow", params=params),
        condition("check", "trigger_data.customer.score > 10"),
    ]
    edges = [edge("begin", "hand_over"), edge("hand_over", "check")]
    return await workflow(api, "Order to ERP", steps, edges)


async def refund(api: httpx.AsyncClient) -> str:
    """A workflow that waits for a person."""
    params = {"title": "Refund INR 4,200?", "approvers": ["owner"]}
    steps = [node("ask", "approval", params=params), condition("sent")]
    edges = [edge("begin", "ask"), edge("ask", "sent", "approved")]
    return await workflow(api, "Refund with approval", steps, edges)


async def stock(api: httpx.AsyncClient) -> str:
    """A workflow with a loop."""
    steps = [
        node("rows", "loop", params={"items": "{{trigger_data.lines}}"}),
        condition("low", "item.count < 5"),
        condition("after"),
    ]
    edges = [edge("begin", "rows"), edge("rows", "low", "each"), edge("rows", "after", "done")]
    return await workflow(api, "Stock check", steps, edges)


async def until_event(api: httpx.AsyncClient, event: str) -> str:
    """A workflow that goes on when something happens."""
    steps = [node("pause", "wait", params={"event": event}), condition("after")]
    edges = [edge("begin", "pause"), edge("pause", "after", "received")]
    return await workflow(api, "Reminder", steps, edges)
