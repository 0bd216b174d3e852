"""Graphs that note each step they take, with an agent inside, and one that asks."""

import asyncio
import operator
import os
from pathlib import Path
from typing import Annotated, Any, TypedDict

from langgraph.config import get_config, get_stream_writer
from langgraph.graph import START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.types import interrupt

#: Where each step that is taken becomes a line: run and step.
NOTES = "CHAOS_NOTES"
#: How long a step takes; long enough to be hit.
STEP_S = 0.08

Graph = CompiledStateGraph[Any, Any, Any, Any]


class State(TypedDict, total=False):
    """What has been done."""

    done: Annotated[list[str], operator.add]


class Inside(TypedDict, total=False):
    """What the agent has done."""

    count: int


def note(step: str) -> None:
    """Note a step durably, as an effect on the outside would be."""
    run_id = get_config().get("metadata", {})["run_id"]
    line = f"{run_id} {step}\n".encode()
    file = os.open(Path(os.environ[NOTES]), os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    try:
        os.write(file, line)
    finally:
        os.close(file)


async def _work(step: str) -> None:
    note(step)
    for number in range(4):
        get_stream_writer()({"thought": f"{step} {number}"})
        await asyncio.sleep(STEP_S / 4)


def _step(name: str) -> Any:
    async def step(state: State) -> State:
        await _work(name)
        return {"done": [name]}

    return step


def _inner_step(name: str) -> Any:
    async def step(state: Inside) -> Inside:
        await _work(name)
        return {"count": state.get("count", 0) + 1}

    return step


def _steps() -> Graph:
    inner = StateGraph(Inside)
    inner.add_sequence([(name, _inner_step(name)) for name in ("inner one", "inner two")])
    inner.add_edge(START, "inner one")
    builder = StateGraph(State)
    builder.add_node("first", _step("first"))
    builder.add_node("agent", inner.compile(), metadata={"agent": "agent", "title": "Agent"})
    builder.add_node("last", _step("last"))
    builder.add_edge(START, "first")
    builder.add_edge("first", "agent")
    builder.add_edge("agent", "last")
    return builder.compile(name="steps")


def _asking() -> Graph:
    async def ask(state: State) -> State:
        get_stream_writer()({"thought": "I need to know."})
        answer = interrupt({"question": "Go on?"}, response_schema={"type": "boolean"})
        return {"done": [f"answered {answer}"]}

    builder = StateGraph(State)
    builder.add_sequence([("first", _step("first")), ("ask", ask), ("last", _step("last"))])
    builder.add_edge(START, "first")
    return builder.compile(name="asking")


steps = _steps()
asking = _asking()
