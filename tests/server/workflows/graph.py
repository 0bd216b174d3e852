"""A small graph of the id `workflow`: does what its trigger data says."""

import asyncio
from typing import Any, TypedDict

from langgraph.graph import START, StateGraph
from langgraph.types import interrupt

from domain.errors import ProviderRefused
from tests.server.workflows.gates import FAILURES, GATES


class State(TypedDict):
    trigger: str | None
    trigger_data: dict[str, Any]
    scheduled_for: str | None
    depth: int
    done: list[str]


async def first(state: State) -> dict[str, Any]:
    return {"done": ["first"]}


async def second(state: State) -> dict[str, Any]:
    data = state["trigger_data"]
    if gate := data.get("gate"):
        await GATES.setdefault(gate, asyncio.Event()).wait()
    if data.get("ask"):
        interrupt({"kind": "approval", "node_id": "gate", "item": "gate", "title": "May we?"})
    if data.get("fail"):
        raise ProviderRefused("The bank", "the account is closed", "Open another one.")
    left = FAILURES.get(data.get("flaky", ""), 0)
    if left:
        FAILURES[data["flaky"]] = left - 1
        raise ProviderRefused("The bank", "it is closed today", "Come back tomorrow.")
    return {"done": [*state["done"], "second"]}


builder = StateGraph(State)
builder.add_node("first", first)
builder.add_node("second", second)
builder.add_edge(START, "first")
builder.add_edge("first", "second")
graph = builder.compile()
