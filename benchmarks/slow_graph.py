"""A graph of ten nodes that each take half a second and note down that they began."""

import asyncio
import os
from pathlib import Path
from typing import Annotated, Any, TypedDict

from langchain_core.messages import AnyMessage
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import add_messages
from langgraph.graph.state import CompiledStateGraph

STEPS = 10
STEP_S = 0.5
#: Names the file that gets a line whenever a node begins; the benchmark sets it for the service.
NOTES = "BENCHMARK_NOTES"


class State(TypedDict):
    """A conversation."""

    messages: Annotated[list[AnyMessage], add_messages]


def forget_notes() -> None:
    """Begin a new count."""
    Path(os.environ[NOTES]).write_text("", "utf-8")


def count_notes() -> int:
    """How many nodes began."""
    return len(Path(os.environ[NOTES]).read_text("utf-8").splitlines())


def _note() -> None:
    with Path(os.environ[NOTES]).open("a", encoding="utf-8") as notes:
        notes.write("began\n")


async def step(state: State) -> dict[str, Any]:
    """Take a while."""
    _note()
    await asyncio.sleep(STEP_S)
    return {"messages": []}


def _compiled() -> CompiledStateGraph[State, None, State, State]:
    builder = StateGraph(State)
    names = [f"step_{number}" for number in range(STEPS)]
    for name in names:
        builder.add_node(name, step)
    for source, target in zip((START, *names), (*names, END), strict=True):
        builder.add_edge(source, target)
    return builder.compile(name="slow")


graph = _compiled()
