"""The types that a graph's own declarations name: what its checkpoints may be revived into."""

import dataclasses
import inspect
from collections.abc import Iterable, Iterator
from enum import Enum
from typing import Any, cast, get_args, get_type_hints

from langgraph.graph.state import CompiledStateGraph
from langgraph.pregel import Pregel
from pydantic import BaseModel
from typing_extensions import is_typeddict

#: A module, and the name of a type in it.
TypeName = tuple[str, ...]


def declared_types(graph: Pregel[Any, Any, Any, Any]) -> frozenset[TypeName]:
    """The models, dataclasses and enumerations in the states of a graph and of those inside it."""
    # LangGraph's types are open in places.
    inner: list[Any] = [each for _, each in cast(Any, graph).get_subgraphs(recurse=True)]
    graphs: list[Any] = [graph, *inner]
    seen: dict[int, Any] = {}
    for each in graphs:
        for declared in _declarations(each):
            _collect(declared, seen)
    return frozenset(
        (found.__module__, found.__name__) for found in seen.values() if _is_revived(found)
    )


def _declarations(graph: Any) -> Iterator[Any]:
    channels: dict[str, Any] = graph.channels
    for channel in channels.values():
        yield getattr(channel, "ValueType", None)
        yield getattr(channel, "UpdateType", None)
    if isinstance(graph, CompiledStateGraph):
        builder: Any = cast(Any, graph).builder
        yield from (builder.state_schema, builder.input_schema, builder.output_schema)
        for node in builder.nodes.values():
            yield node.input_schema


def _collect(declared: Any, seen: dict[int, Any]) -> None:
    if id(declared) in seen:
        return
    seen[id(declared)] = declared
    for part in _parts(declared):
        _collect(part, seen)


def _parts(declared: Any) -> Iterable[Any]:
    if _has_fields(declared) or is_typeddict(declared):
        try:
            return get_type_hints(declared).values()
        except (NameError, TypeError, AttributeError):
            # Written so that only a type checker can read it; the type itself counts.
            return ()
    return get_args(declared)


def _has_fields(declared: Any) -> bool:
    return inspect.isclass(declared) and (
        issubclass(declared, BaseModel) or dataclasses.is_dataclass(declared)
    )


def _is_revived(found: Any) -> bool:
    return _has_fields(found) or (inspect.isclass(found) and issubclass(found, Enum))
