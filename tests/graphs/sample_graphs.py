"""Small graphs with every kind of step, for tests of the engine and of the translator."""

import asyncio
import operator
from collections import defaultdict
from typing import Annotated, Any, TypedDict

from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage, AnyMessage
from langchain_core.tools import tool
from langgraph.config import get_stream_writer
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import add_messages
from langgraph.graph.state import CompiledStateGraph
from langgraph.prebuilt import ToolNode
from langgraph.types import Send, interrupt

Graph = CompiledStateGraph[Any, Any, Any, Any]


class Talk(TypedDict):
    messages: Annotated[list[AnyMessage], add_messages]


class Count(TypedDict, total=False):
    count: int


class Sum(TypedDict, total=False):
    count: Annotated[int, operator.add]


@tool
def add(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b


@tool
def fail(api_key: str) -> int:
    """Never work."""
    raise ValueError("this tool always fails")


def talking_agent() -> Graph:
    """An agent that thinks, calls two tools (one fails), and answers."""
    calls = [
        {"name": "add", "args": {"a": 1, "b": 2}, "id": "call-add"},
        {"name": "fail", "args": {"api_key": "sk-secret"}, "id": "call-fail"},
    ]

    async def call_model(state: Talk) -> dict[str, Any]:
        get_stream_writer()({"thought": "Let me see."})
        if isinstance(state["messages"][-1], AIMessage) or state["messages"][-1].type == "human":
            return {"messages": [AIMessage("", id="ask", tool_calls=calls)]}
        model = GenericFakeChatModel(messages=iter([AIMessage("It is three", id="answer")]))
        return {"messages": [await model.ainvoke(state["messages"])]}

    def next_step(state: Talk) -> str:
        last = state["messages"][-1]
        return "tools" if isinstance(last, AIMessage) and last.tool_calls else END

    builder = StateGraph(Talk)
    builder.add_node("call_model", call_model, metadata={"role": "model"})
    builder.add_node(
        "tools", ToolNode([add, fail], handle_tool_errors=True), metadata={"role": "tools"}
    )
    builder.add_edge(START, "call_model")
    builder.add_conditional_edges("call_model", next_step, ["tools", END])
    builder.add_edge("tools", "call_model")
    return builder.compile(name="worker")


def nested() -> Graph:
    """A root with one sub-agent and a silent step of its own."""
    builder = StateGraph(Talk)
    builder.add_node("work", talking_agent(), metadata={"agent": "worker", "title": "Worker"})
    builder.add_node("finish", _silent)
    builder.add_edge(START, "work")
    builder.add_edge("work", "finish")
    return builder.compile(name="nested")


def _silent(state: Talk) -> dict[str, Any]:
    return {}


def fan_out() -> Graph:
    """The same agent three times side by side."""
    builder = StateGraph(Talk)
    builder.add_node("work", talking_agent(), metadata={"agent": "worker", "title": "Worker"})
    builder.add_conditional_edges(
        START, lambda state: [Send("work", state) for _ in range(3)], ["work"]
    )
    return builder.compile(name="fan_out")


def speaking() -> Graph:
    """An agent that is a function and returns what it says, whole."""

    def speak(state: Talk) -> dict[str, Any]:
        return {"messages": [AIMessage("I am a function.")]}

    builder = StateGraph(Talk)
    builder.add_node("speak", speak, metadata={"agent": "speaker", "title": "Speaker"})
    builder.add_edge(START, "speak")
    return builder.compile(name="speaking")


def failing() -> Graph:
    """A sub-agent that fails in its second step."""

    def fine(state: Count) -> Count:
        return {"count": 1}

    def broken(state: Count) -> Count:
        raise RuntimeError("the machine is on fire")

    inner = StateGraph(Count)
    inner.add_node("fine", fine)
    inner.add_node("broken", broken)
    inner.add_edge(START, "fine")
    inner.add_edge("fine", "broken")
    builder = StateGraph(Count)
    builder.add_node("inner", inner.compile(), metadata={"agent": "inner", "title": "Inner"})
    builder.add_edge(START, "inner")
    return builder.compile(name="failing")


def asking() -> Graph:
    """A sub-agent that asks two questions, one after the other."""

    def ask(state: Count) -> Count:
        get_stream_writer()({"thought": "I need two numbers."})
        schema = {"type": "integer"}
        first = interrupt({"question": "First number?"}, response_schema=schema)
        second = interrupt({"question": "Second number?"}, response_schema=schema)
        return {"count": first + second}

    inner = StateGraph(Count)
    inner.add_node("ask", ask)
    inner.add_edge(START, "ask")
    builder = StateGraph(Count)
    builder.add_node("inner", inner.compile(), metadata={"agent": "inner", "title": "Inner"})
    builder.add_edge(START, "inner")
    return builder.compile(name="asking")


def counting() -> Graph:
    """Two steps that count on."""

    def step(state: Count) -> Count:
        return {"count": state.get("count", 0) + 1}

    builder = StateGraph(Count)
    builder.add_node("one", step)
    builder.add_node("two", step)
    builder.add_edge(START, "one")
    builder.add_edge("one", "two")
    return builder.compile(name="counting")


def asking_twice() -> Graph:
    """Two tasks side by side that ask, and one that does not."""

    def ask(question: str) -> Any:
        def node(state: Sum) -> Sum:
            return {"count": interrupt(question)}

        return node

    def quiet(state: Sum) -> Sum:
        return {"count": 7}

    builder = StateGraph(Sum)
    for name, node in (("one", ask("One?")), ("quiet", quiet), ("two", ask("Two?"))):
        builder.add_node(name, node)
        builder.add_edge(START, name)
    return builder.compile(name="asking_twice")


class Gates:
    """Doors that a test opens: a node waits at its door and says that it is there."""

    def __init__(self) -> None:
        self.reached: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self.opened: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self.visits: defaultdict[str, int] = defaultdict(int)

    async def pass_through(self, name: str) -> None:
        self.visits[name] += 1
        self.reached[name].set()
        await self.opened[name].wait()


def gated(gates: Gates) -> Graph:
    """Three steps, the second of which waits for its gate in a sub-agent."""

    def step(name: str) -> Any:
        def node(state: Count) -> Count:
            gates.visits[name] += 1
            get_stream_writer()({"thought": f"Step {name}."})
            return {"count": state.get("count", 0) + 1}

        return node

    async def wait(state: Count) -> Count:
        get_stream_writer()({"thought": "Waiting."})
        await gates.pass_through("wait")
        return {"count": state.get("count", 0) + 1}

    inner = StateGraph(Count)
    inner.add_node("wait", wait)
    inner.add_edge(START, "wait")
    builder = StateGraph(Count)
    builder.add_node("first", step("first"))
    builder.add_node("inner", inner.compile(), metadata={"agent": "inner", "title": "Inner"})
    builder.add_node("last", step("last"))
    builder.add_edge(START, "first")
    builder.add_edge("first", "inner")
    builder.add_edge("inner", "last")
    return builder.compile(name="gated")
