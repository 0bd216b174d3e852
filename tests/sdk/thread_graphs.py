"""Graphs whose states are worth looking at: nested, asking at several places, and awkward."""

import math
from operator import add
from typing import Annotated, Any, TypedDict

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import add_messages
from langgraph.types import Send, interrupt

from tests.graphs import sample_graphs


class Notes(TypedDict, total=False):
    notes: Annotated[list[str], add]


class Talk(TypedDict):
    messages: Annotated[list[AnyMessage], add_messages]


def _note(text: str) -> Any:
    def note(state: Any) -> Any:
        return {"notes": [text]}

    return note


def _ask(question: str) -> Any:
    def ask(state: Notes) -> Notes:
        return {"notes": [interrupt({"question": question}, response_schema={"type": "string"})]}

    return ask


def _steps() -> Any:
    builder = StateGraph(Notes)
    builder.add_node("one", _note("one"))
    builder.add_node("two", _note("two"))
    builder.add_edge(START, "one")
    builder.add_edge("one", "two")
    return builder.compile(name="steps")


def _several() -> Any:
    """Two nodes that ask at the same time, and one that does not."""
    builder = StateGraph(Notes)
    builder.add_node("left", _ask("Left?"))
    builder.add_node("right", _ask("Right?"))
    builder.add_node("silent", _note("silent"))
    for name in ("left", "right", "silent"):
        builder.add_edge(START, name)
    return builder.compile(name="several")


def _deep() -> Any:
    """A graph in a graph in a graph; the innermost asks."""
    inner = StateGraph(Notes)
    inner.add_node("think", _note("inner thought"))
    inner.add_node("ask", _ask("How deep?"))
    inner.add_edge(START, "think")
    inner.add_edge("think", "ask")
    middle = StateGraph(Notes)
    middle.add_node("before", _note("middle"))
    middle.add_node("inner", inner.compile(name="inner"))
    middle.add_edge(START, "before")
    middle.add_edge("before", "inner")
    outer = StateGraph(Notes)
    outer.add_node("middle", middle.compile(name="middle"))
    outer.add_edge(START, "middle")
    return outer.compile(name="deep")


def _talking() -> Any:
    def answer(state: Talk) -> Any:
        return {"messages": [AIMessage(f"You said {state['messages'][-1].text}.", id="answer")]}

    builder = StateGraph(Talk)
    builder.add_node("answer", answer)
    builder.add_edge(START, "answer")
    return builder.compile(name="talking")


class Awkward(TypedDict, total=False):
    rate: float
    text: str
    tags: set[str]
    said: HumanMessage


def _awkward() -> Any:
    def fill(state: Awkward) -> Awkward:
        return {
            "rate": math.nan,
            "text": "a\x00b",
            "tags": {"x"},
            "said": HumanMessage("Hi", id="said"),
        }

    builder = StateGraph(Awkward)
    builder.add_node("fill", fill)
    builder.add_edge(START, "fill")
    return builder.compile(name="awkward")


def _joined(left: list[str], right: list[str]) -> list[str]:
    if any(text.startswith("secret") for text in right):
        raise ValueError(f"not taken: {right}")
    return left + right


class Picky(TypedDict, total=False):
    notes: Annotated[list[str], _joined]


def _picky() -> Any:
    """A graph that refuses some values, and goes to as many places as it has notes."""

    def on(state: Picky) -> Any:
        return [Send("two", {"notes": [text]}) for text in state.get("notes", [])] or END

    builder = StateGraph(Picky)
    builder.add_node("one", _note("one"))
    builder.add_node("two", _note("two"))
    builder.add_edge(START, "one")
    builder.add_conditional_edges("one", on, ["two", END])
    return builder.compile(name="picky")


steps = _steps()
several = _several()
deep = _deep()
talking = _talking()
awkward = _awkward()
picky = _picky()
counting = sample_graphs.counting()
failing = sample_graphs.failing()

NAMES = ("steps", "several", "deep", "talking", "awkward", "picky", "counting", "failing")
