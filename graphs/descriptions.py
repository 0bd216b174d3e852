"""What a graph looks like from outside: its schemas, its drawing, its sub-graphs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from langchain_core.runnables import RunnableConfig
from langgraph.graph.state import CompiledStateGraph
from langgraph.pregel import Pregel

from graphs.factories import Graph
from graphs.json_schemas import json_schema_of

#: Between the names of a sub-graph's namespace.
_SEPARATOR = "|"


@dataclass(frozen=True, slots=True)
class GraphSchemas:
    """JSON Schemas of what goes in and out; None where a type has none."""

    graph_id: str
    input_schema: Mapping[str, Any] | None
    output_schema: Mapping[str, Any] | None
    state_schema: Mapping[str, Any] | None
    config_schema: Mapping[str, Any] | None
    context_schema: Mapping[str, Any] | None


def schemas_of(graph_id: str, graph: Graph) -> GraphSchemas:
    """The schemas of a graph."""
    context = json_schema_of(graph.context_schema) if graph.context_schema else None
    state = None
    if isinstance(graph, CompiledStateGraph):
        builder = graph.builder
        state = json_schema_of(builder.state_schema)
        given = json_schema_of(builder.input_schema)
        returned = json_schema_of(builder.output_schema)
    else:
        given, returned = json_schema_of(graph.InputType), json_schema_of(graph.OutputType)
    return GraphSchemas(
        graph_id=graph_id,
        input_schema=given,
        output_schema=returned,
        state_schema=state,
        # A run's context is found in `configurable` too, so one describes the other.
        config_schema=context,
        context_schema=context,
    )


def subgraph_schemas(
    graph: Graph, namespace: str | None, *, recurse: bool
) -> dict[str, GraphSchemas]:
    """The schemas of the sub-graphs by namespace: all, or the one with this namespace.

    A graph that runs elsewhere has none that can be seen from here.
    """
    found = cast(
        Iterator[tuple[str, object]], graph.get_subgraphs(recurse=recurse or namespace is not None)
    )
    return {
        name: _subgraph_schemas(name, subgraph)
        for name, subgraph in found
        if namespace in (None, name)
    }


async def drawing_of(
    graph: Graph, config: RunnableConfig, xray: bool | int
) -> dict[str, list[dict[str, Any]]]:
    """Nodes and edges, with those of sub-graphs down to a depth or all; JSON but for metadata."""
    return (await graph.aget_graph(config, xray=xray)).to_json()


def _subgraph_schemas(name: str, subgraph: object) -> GraphSchemas:
    if isinstance(subgraph, Pregel):
        inner = cast(Graph, subgraph)
        return schemas_of(inner.name, inner)
    return GraphSchemas(name.rpartition(_SEPARATOR)[2], None, None, None, None, None)
