"""What a graph declares is found wherever it declares it, and nothing else."""

from dataclasses import dataclass
from enum import Enum
from typing import Annotated, Any, TypedDict

from langchain_core.messages import BaseMessage
from langgraph.graph import START, StateGraph
from pydantic import BaseModel

from graphs.state_types import declared_types


class Colour(Enum):
    RED = "red"


class Part(BaseModel):
    colour: Colour
    inner: "Part | None" = None


@dataclass
class Plan:
    parts: Annotated[list[Part], "in order"]


@dataclass
class Errand:
    what: str


class Undeclared(BaseModel):
    x: int


class State(TypedDict):
    plans: dict[str, Plan | None]
    anything: Any
    messages: list[BaseMessage]


class Inner(TypedDict):
    errand: Errand


def names(graph: Any) -> set[str]:
    return {name for module, name in declared_types(graph) if module == __name__}


def test_states_models_inside_models_and_what_nodes_take_are_found() -> None:
    inner = StateGraph(Inner)
    inner.add_node("go", lambda state: state)
    inner.add_edge(START, "go")
    outer = StateGraph(State)
    outer.add_node("inside", inner.compile())
    outer.add_edge(START, "inside")
    assert names(outer.compile()) == {"Plan", "Part", "Colour", "Errand"}


def test_a_nodes_own_input_is_found() -> None:
    def go(state: Errand) -> dict[str, Any]:
        return {}

    outer = StateGraph(State)
    outer.add_node("go", go, input_schema=Errand)
    outer.add_edge(START, "go")
    assert "Errand" in names(outer.compile())
