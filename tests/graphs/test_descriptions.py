"""What a graph looks like from outside, for ours and for those that are harder to describe."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypedDict, cast

import pytest
from langgraph.func import entrypoint
from langgraph.graph import START, StateGraph
from langgraph.pregel.remote import RemoteGraph
from pydantic import BaseModel

from graphs.catalog import load_catalog
from graphs.descriptions import drawing_of, schemas_of, subgraph_schemas
from graphs.factories import Graph

CATALOG = load_catalog(Path("langgraph.json"))
SUPERVISOR = CATALOG["supervisor"].graph


class Question(TypedDict):
    text: str


class State(Question):
    steps: list[int]


class Settings(BaseModel):
    tone: str = "dry"


@dataclass
class Answer:
    text: str


class Unspeakable:
    """Nothing that JSON Schema knows."""


class Odd(TypedDict):
    thing: Unspeakable


def nothing(state: Any) -> dict[str, Any]:
    return {}


def nested(name: str, inner: Any) -> Graph:
    """A graph with one node, which is another graph."""
    builder = StateGraph(State)
    builder.add_node("inner", inner)
    builder.add_edge(START, "inner")
    return cast(Graph, builder.compile(name=name))


def leaf() -> Graph:
    builder = StateGraph(
        State, context_schema=Settings, input_schema=Question, output_schema=Answer
    )
    builder.add_node("think", nothing)
    builder.add_edge(START, "think")
    return cast(Graph, builder.compile(name="leaf"))


def properties(schema: Any) -> set[str]:
    return set(schema["properties"])


def test_every_schema_of_a_graph_is_told() -> None:
    schemas = schemas_of("mine", leaf())
    assert schemas.graph_id == "mine"
    assert properties(schemas.input_schema) == {"text"}
    assert properties(schemas.output_schema) == {"text"}
    assert properties(schemas.state_schema) == {"text", "steps"}
    assert properties(schemas.context_schema) == {"tone"}
    assert schemas.config_schema == schemas.context_schema


#: Those that are the same for every use.
CONVERSATIONS = [graph_id for graph_id in CATALOG if graph_id != "workflow"]


@pytest.mark.parametrize("graph_id", CONVERSATIONS)
def test_our_graphs_are_described_whole(graph_id: str) -> None:
    schemas = schemas_of(graph_id, CATALOG[graph_id].graph)
    for schema in (schemas.input_schema, schemas.output_schema):
        # The workflow agent is also given the workflow that the conversation is about.
        assert properties(schema) - {"workflow"} == {"messages"}
    assert properties(schemas.state_schema) > {"messages"}
    assert properties(schemas.context_schema) == {"user_id", "tenant_id"}


def test_what_has_no_schema_is_nothing() -> None:
    builder = StateGraph(Odd)
    builder.add_node("think", nothing)
    builder.add_edge(START, "think")
    schemas = schemas_of("odd", cast(Graph, builder.compile()))
    assert (schemas.state_schema, schemas.context_schema) == (None, None)


def test_a_functional_graph_has_no_state_of_its_own() -> None:
    @entrypoint()
    def flow(question: Question) -> Answer:
        return Answer(question["text"])

    schemas = schemas_of("flow", flow)
    assert properties(schemas.input_schema) == {"text"}
    assert properties(schemas.output_schema) == {"text"}
    assert schemas.state_schema is None


def test_subgraphs_are_found_by_namespace_however_deep() -> None:
    graph = nested("top", nested("middle", leaf()))
    assert set(subgraph_schemas(graph, None, recurse=False)) == {"inner"}
    found = subgraph_schemas(graph, None, recurse=True)
    assert {name: each.graph_id for name, each in found.items()} == {
        "inner": "middle",
        "inner|inner": "leaf",
    }
    assert subgraph_schemas(graph, "inner|inner", recurse=False) == {
        "inner|inner": schemas_of("leaf", leaf())
    }
    assert subgraph_schemas(graph, "inn", recurse=True) == {}


def test_a_graph_that_runs_elsewhere_is_named_only() -> None:
    remote = RemoteGraph("agent", url="http://127.0.0.1:9", api_key="none")
    [(name, schemas)] = subgraph_schemas(nested("top", remote), None, recurse=True).items()
    assert (name, schemas.graph_id, schemas.input_schema) == ("inner", "inner", None)


async def test_a_drawing_shows_subgraphs_as_deep_as_asked() -> None:
    graph = nested("top", nested("middle", leaf()))

    async def nodes(xray: bool | int) -> set[str]:
        drawing = await drawing_of(graph, {}, xray)
        assert all(
            {"source", "target"} <= set(edge) <= {"source", "target", "data", "conditional"}
            for edge in drawing["edges"]
        )
        return {node["id"] for node in drawing["nodes"]} - {"__start__", "__end__"}

    assert await nodes(False) == await nodes(0) == {"inner"}
    assert await nodes(1) == {"inner:inner"}
    assert await nodes(True) == await nodes(5) == {"inner:inner:think"}


async def test_a_drawing_says_what_our_nodes_are() -> None:
    drawing = await drawing_of(SUPERVISOR, {}, False)
    [data] = [node for node in drawing["nodes"] if node["id"] == "data"]
    assert data["metadata"]["agent"] == "data"
    assert (data["type"], data["data"]["name"]) == ("runnable", "data")
