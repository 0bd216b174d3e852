"""The graphs that a langgraph.json names: ours, and those that users bring."""

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from weakref import WeakKeyDictionary

from graphs.config_file import (
    ConfigFile,
    GraphSpec,
    read_config_file,
    unusable_graph,
)
from graphs.factories import Graph, GraphFactory, GraphUse, UnusableFactory, compiled
from graphs.modules import NotImportable, make_importable, named_object
from graphs.state_types import TypeName, declared_types

#: Sets environment variables that have no value yet, from names with values or a dotenv file.
SetVariables = Callable[[Mapping[str, str] | Path], None]


@dataclass(frozen=True, slots=True)
class GraphEntry:
    """One graph that can be run; `graph_id` is also the id of its default assistant.

    `title` is the graph's own name as people read it: it is what `agent_started` of the root says.
    """

    graph_id: str
    title: str
    description: str
    #: The graph, or the function that makes it for each use.
    source: Graph | GraphFactory
    #: What checkpoints may be revived into: types that langgraph.json names, and those that a
    #: graph declares which is the same for every use.
    revived: frozenset[TypeName] = frozenset()
    #: What the graphs that a factory made declare, for as long as somebody keeps them.
    _declared: WeakKeyDictionary[Graph, frozenset[TypeName]] = field(
        default_factory=WeakKeyDictionary[Graph, frozenset[TypeName]],
        init=False,
        repr=False,
        compare=False,
    )

    def state_types(self, graph: Graph | None = None) -> frozenset[TypeName]:
        """What checkpoints may be revived into, in the states of the graph that was made."""
        if graph is None or not isinstance(self.source, GraphFactory):
            return self.revived
        declared = self._declared.get(graph)
        if declared is None:
            declared = self._declared[graph] = declared_types(graph)
        return self.revived | declared

    def opened(self, use: GraphUse) -> AbstractAsyncContextManager[Graph]:
        """The graph, for one use; raises `GraphNotMade` when its factory fails."""
        if isinstance(self.source, GraphFactory):
            return self.source.made(use)
        return _always(self.source)

    @property
    def graph(self) -> Graph:
        """The graph; raises `LookupError` when there is one for each use only."""
        if isinstance(self.source, GraphFactory):
            raise LookupError(f"The graph {self.graph_id} is made for each use: open it.")
        return self.source


def load_catalog(
    config_path: Path, set_variables: SetVariables | None = None
) -> Mapping[str, GraphEntry]:
    """Import every graph of a langgraph.json, in its order.

    Entries are `"./file.py:attribute"` or `"package.module:attribute"`, as text or as
    `{"path": …, "description": …}`; the attribute is a graph, compiled or not, or a function that
    makes one. The file's `env` is set before anything is imported. Raises `InvalidSettings` that
    names what cannot be used.
    """
    config = read_config_file(config_path)
    if set_variables:
        set_variables(config.env)
    make_importable(config)
    entries = {spec.graph_id: _load(spec, config) for spec in config.graphs}
    return MappingProxyType(entries)


def _load(spec: GraphSpec, config: ConfigFile) -> GraphEntry:
    try:
        found = named_object(spec.target, spec.attribute, config.root)
    except NotImportable as error:
        raise unusable_graph(spec.graph_id, str(error)) from error
    source = _source(spec, found)
    named = spec.graph_id
    if not isinstance(source, GraphFactory) and source.name != "LangGraph":
        named = source.name
    is_made = isinstance(source, GraphFactory)
    declared: frozenset[TypeName] = frozenset[TypeName]() if is_made else declared_types(source)
    return GraphEntry(
        graph_id=spec.graph_id,
        title=named.replace("_", " ").capitalize(),
        description=spec.description,
        source=source,
        revived=config.revived | declared,
    )


def _source(spec: GraphSpec, found: object) -> Graph | GraphFactory:
    graph = compiled(spec.graph_id, found)
    if graph is not None:
        return graph
    if not callable(found) or isinstance(found, type):
        raise unusable_graph(
            spec.graph_id,
            f"{spec.attribute} is of type {type(found).__name__}, and neither a graph nor a "
            "function that makes one",
        )
    try:
        return GraphFactory(spec.graph_id, found)
    except UnusableFactory as error:
        raise unusable_graph(
            spec.graph_id, f"{spec.attribute} cannot be called: {error}"
        ) from error


@asynccontextmanager
async def _always(graph: Graph) -> AsyncGenerator[Graph]:
    yield graph
