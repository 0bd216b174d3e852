"""Workflows that need nothing outside: what the pages' tests fill a service with."""

import asyncio
from collections.abc import Sequence
from typing import Any

import httpx

from tests.e2e.service import DEADLINE_S

Json = dict[str, Any]
BY_HAND: Json = {"service": "manual", "task": "start"}
IS_LARGE: Json = {
    "type": "condition",
    "title": "Is it large?",
    "data": {"params": {"condition": "trigger_data.amount > 1000"}},
}
DIGEST: Json = {
    "service": "timer",
    "task": "schedule",
    "params": {"cron": "0 9 * * 1-5", "time_zone": "Asia/Kolkata"},
}
PAID: Json = {"service": "razorpay", "task": "payment_received"}


async def create(
    api: httpx.AsyncClient,
    name: str,
    steps: Sequence[Json] = (IS_LARGE,),
    trigger: Json = BY_HAND,
    *,
    is_live: bool = False,
) -> str:
    """The id of a new workflow: a trigger and steps in a row."""
    begin = {"id": "begin", "type": "trigger", "data": trigger, "position": {"x": 0, "y": 0}}
    nodes = [begin]
    edges: list[Json] = []
    for number, step in enumerate(steps):
        place = {"x": 300 * (number + 1), "y": 0}
        nodes.append({"id": f"step_{number}", "position": place, **step})
        edges.append({"id": f"e{number}", "source": nodes[-2]["id"], "target": f"step_{number}"})
    blueprint = {"schema": 1, "name": name, "nodes": nodes, "edges": edges}
    answer = await api.post("/workflows", json={"name": name, "blueprint": blueprint})
    assert answer.is_success, answer.text
    workflow_id: str = answer.json()["workflow_id"]
    if is_live:
        answer = await api.post(f"/workflows/{workflow_id}/activate", json={})
        assert answer.is_success, answer.text
    return workflow_id


async def execute(api: httpx.AsyncClient, workflow_id: str, **payload: Any) -> None:
    """Execute it once and wait until it has ended."""
    answer = await api.post(f"/workflows/{workflow_id}/execute", json={"payload": payload})
    assert answer.is_success, answer.text
    run = answer.json()["run_id"]
    async with asyncio.timeout(DEADLINE_S):
        while True:
            status = (await api.get(f"/workflows/runs/{run}")).json()["status"]
            if status in ("success", "error"):
                return
            await asyncio.sleep(0.05)


async def filled(api: httpx.AsyncClient) -> None:
    """Live, failing, stuck, planned and drafted ones."""
    sorting = await create(api, "Sort by size", is_live=True)
    for payload in ({"amount": 1500}, {"amount": 5}, {}):
        await execute(api, sorting, **payload)
    await create(api, "Weekday digest", trigger=DIGEST, is_live=True)
    await create(api, "Note payments", trigger=PAID, is_live=True)
    await create(api, "Sketch")
