"""Graphs for tests of runs; they live in the process of the service, which is the test's too."""

import operator
from typing import Annotated, Any, TypedDict

from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage
from langgraph.graph import START, StateGraph
from langgraph.runtime import Runtime
from langgraph.types import Command

from tests.graphs.sample_graphs import Count, Gates, Graph, Talk

#: Doors by names that tests make up, each its own.
GATES = Gates()

#: What the telling agent tells.
TALE = " ".join(f"word{number}" for number in range(40))


class Steps(TypedDict, total=False):
    gate: str
    done: Annotated[list[str], operator.add]


def _waiting() -> Graph:
    """Two steps, with a door between them if the input names one."""

    def first(state: Steps) -> Steps:
        return {"done": ["first"]}

    async def second(state: Steps) -> Steps:
        if gate := state.get("gate"):
            await GATES.pass_through(gate)
        return {"done": ["second"]}

    builder = StateGraph(Steps)
    builder.add_sequence([("first", first), ("second", second)])
    builder.add_edge(START, "first")
    return builder.compile(name="waiting")


class Settings(TypedDict, total=False):
    step: int


def _counting() -> Graph:
    """Adds its context's step to the count."""

    def count(state: Count, runtime: Runtime[Settings]) -> Count:
        step = (runtime.context or {}).get("step", 1)
        return {"count": state.get("count", 0) + step}

    builder = StateGraph(Count, context_schema=Settings)
    builder.add_node("count", count)
    builder.add_edge(START, "count")
    return builder.compile(name="counting")


def _telling() -> Graph:
    """An agent that streams a tale, word by word."""

    async def tell(state: Talk) -> dict[str, Any]:
        model = GenericFakeChatModel(messages=iter([AIMessage(TALE, id="tale")]))
        return {"messages": [await model.ainvoke(state["messages"])]}

    builder = StateGraph(Talk)
    builder.add_node("tell", tell)
    builder.add_edge(START, "tell")
    return builder.compile(name="telling")


def _leaving() -> Graph:
    """Sends the graph that it is part of somewhere else."""

    def leave(state: Count) -> Command[Any]:
        return Command(graph=Command.PARENT, goto="elsewhere", update={"count": 5})

    builder = StateGraph(Count)
    builder.add_node("leave", leave)
    builder.add_edge(START, "leave")
    return builder.compile(name="leaving")


waiting = _waiting()
counting = _counting()
telling = _telling()
leaving = _leaving()
