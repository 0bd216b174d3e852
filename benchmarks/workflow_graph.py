"""The workflows of the benchmarks, and the same nodes as plain LangGraph graphs.

*Reply* is what n8n is measured with: a webhook, a step that sets values, a condition, a step that
answers. *Steps* are so many steps that set values, one after the other. No step does anything else,
so what is measured is the engine.
"""

import itertools
import operator
import time
from typing import Annotated, Any, Literal, TypedDict
from uuid import uuid4

from langgraph.graph import END, START, StateGraph
from pydantic import BaseModel

from benchmarks.load import Run
from graphs.workflow.graph import WorkflowGraphs
from tools.integration import Action, Call, Integration
from tools.registry import Integrations
from tools.triggers.razorpay import TRIGGERS

STEPS = 40

Durability = Literal["sync", "exit"]


class Value(BaseModel):
    """A value."""

    value: Any


async def _given_back(_call: Call, params: Value) -> Value:
    return params


def _task(name: str) -> Action[Value, Value]:
    return Action(name, name, "", Value, Value, "read", _given_back)


INTEGRATIONS = Integrations(
    [
        Integration("razorpay", "Razorpay", "", triggers=TRIGGERS),
        Integration("values", "Values", "", actions=(_task("set"), _task("answer"))),
    ]
)

graph = WorkflowGraphs(INTEGRATIONS).graph


def reply(durability: Durability) -> dict[str, Any]:
    """Webhook → set → if → answer, as a blueprint."""
    nodes = [
        _action("set", "set", "{{trigger_data.amount_minor}}"),
        {"id": "is_large", "type": "condition", "data": {"params": {"condition": _CONDITION}}},
        _action("answer", "answer", "{{set.value}}"),
        _action("refuse", "answer", "too little"),
    ]
    edges = [
        _edge("paid", "set"),
        _edge("set", "is_large"),
        {**_edge("is_large", "answer"), "branch": "true"},
        {**_edge("is_large", "refuse"), "branch": "false"},
    ]
    return _blueprint("Reply", nodes, edges, durability)


def steps(count: int, durability: Durability) -> dict[str, Any]:
    """So many steps in a row, each with the value of the one before."""
    names = ["paid", *(f"step{number}" for number in range(1, count + 1))]
    values = ["{{trigger_data.amount_minor}}", *(f"{{{{{name}.value}}}}" for name in names[1:])]
    nodes = [_action(name, "set", value) for name, value in zip(names[1:], values, strict=False)]
    edges = [_edge(source, target) for source, target in itertools.pairwise(names)]
    return _blueprint("Steps", nodes, edges, durability)


class State(TypedDict):
    """What a plain graph is started with, and what its nodes made."""

    amount: int
    outputs: Annotated[dict[str, Any], operator.or_]


async def _set(state: State) -> dict[str, Any]:
    return {"outputs": {"value": state["amount"]}}


def _branch(state: State) -> str:
    return "answer" if state["amount"] > 1000 else "refuse"


def plain_reply() -> Any:
    """The reply's nodes as LangGraph has them: its trigger is a node too."""
    made = StateGraph(State)
    for name in ("paid", "set", "is_large", "answer", "refuse"):
        made.add_node(name, _set)
    made.add_edge(START, "paid")
    made.add_edge("paid", "set")
    made.add_edge("set", "is_large")
    made.add_conditional_edges("is_large", _branch, ["answer", "refuse"])
    made.add_edge("answer", END)
    made.add_edge("refuse", END)
    return made


def plain_steps(count: int) -> Any:
    """As many nodes in a row."""
    made = StateGraph(State)
    made.add_sequence([(f"step{number}", _set) for number in range(count)])
    made.add_edge(START, "step0")
    return made


def plain_run(compiled: Any, durability: Literal["sync", "async"] | None = None) -> Run:
    """Runs of a plain graph in process, each on a thread of its own."""
    options = {"durability": durability} if durability else {}

    async def run() -> float:
        began = time.perf_counter()
        config = {"configurable": {"thread_id": str(uuid4())}, "recursion_limit": 100}
        state: State = {"amount": 150_000, "outputs": {}}
        ended = await compiled.ainvoke(state, config, **options)
        assert ended["outputs"] == {"value": 150_000}
        return time.perf_counter() - began

    return run


_CONDITION = "set.value > 1000"


def _action(node_id: str, task: str, value: str) -> dict[str, Any]:
    data = {"service": "values", "task": task, "params": {"value": value}}
    return {"id": node_id, "type": "action", "data": data}


def _edge(source: str, target: str) -> dict[str, Any]:
    return {"id": f"{source}_{target}", "source": source, "target": target}


def _blueprint(
    name: str, nodes: list[dict[str, Any]], edges: list[dict[str, Any]], durability: Durability
) -> dict[str, Any]:
    trigger = {
        "id": "paid",
        "type": "trigger",
        "data": {"service": "razorpay", "task": "payment_received"},
    }
    settings = {"durability": durability}
    return {
        "schema": 1,
        "name": name,
        "nodes": [trigger, *nodes],
        "edges": edges,
        "settings": settings,
    }
