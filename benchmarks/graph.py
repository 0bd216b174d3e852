"""The reference graph: six nodes in sequence, 24 small custom chunks, no model and no sleep.

In process it streams 31 parts in the modes `values` and `custom`; as a run of the service it makes
31 events, because two of its nodes are agents. So both sides say equally much.
"""

import operator
from typing import Annotated, Any, TypedDict

from langgraph.config import get_stream_writer
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph

CHUNKS_A_NODE = 4
#: Parts in process, and events of the service.
EVENTS = 31

_NODES = ("one", "two", "three", "four", "five", "six")
#: Each adds `agent_started` and `agent_completed`.
_AGENTS = frozenset({"two", "five"})


class State(TypedDict):
    """A question, and a trace that every node adds to."""

    messages: list[dict[str, str]]
    steps: Annotated[list[str], operator.add]


def new_input() -> State:
    """What a run is asked."""
    return {"messages": [{"role": "user", "content": "Count the steps."}], "steps": []}


def work(state: State) -> dict[str, Any]:
    """Say a few words and note the step."""
    write = get_stream_writer()
    step = len(state["steps"])
    for chunk in range(CHUNKS_A_NODE):
        write({"thought": f"Step {step + 1}, chunk {chunk + 1}."})
    return {"steps": [f"step {step + 1}"]}


def builder() -> StateGraph[State, None, State, State]:
    """The graph before it is compiled, so that each side compiles its own."""
    made = StateGraph(State)
    for name in _NODES:
        metadata = {"agent": name, "title": f"Agent {name}"} if name in _AGENTS else None
        made.add_node(name, work, metadata=metadata)
    for source, target in zip((START, *_NODES), (*_NODES, END), strict=True):
        made.add_edge(source, target)
    return made


graph: CompiledStateGraph[State, None, State, State] = builder().compile(name="reference")
