"""Loads the graphs that a langgraph.json names: ours, and those that users bring."""

import hashlib
import importlib
import importlib.util
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Any, cast

from langgraph.graph.state import CompiledStateGraph, StateGraph

from domain.errors import InvalidSettings

Graph = CompiledStateGraph[Any, Any, Any, Any]


@dataclass(frozen=True, slots=True)
class GraphEntry:
    """One graph that can be run; `graph_id` is also the id of its default assistant.

    `title` is the graph's own name as people read it: it is what `agent_started` of the root says.
    """

    graph_id: str
    title: str
    description: str
    graph: Graph


@dataclass(frozen=True, slots=True)
class _Spec:
    """What langgraph.json says about one graph."""

    graph_id: str
    target: str
    attribute: str
    description: str


def load_catalog(config_path: Path) -> Mapping[str, GraphEntry]:
    """Import every graph of a langgraph.json, in its order.

    Entries are `"./file.py:attribute"` or `"package.module:attribute"`, as text or as
    `{"path": …, "description": …}`; the attribute is a graph, compiled or not. Raises
    `InvalidSettings` that names the entry which cannot be used.
    """
    root = config_path.resolve().parent
    config = _read(config_path)
    _make_importable(root, config)
    specs = [_spec(graph_id, raw) for graph_id, raw in config["graphs"].items()]
    return MappingProxyType({spec.graph_id: _load(spec, root) for spec in specs})


def _read(config_path: Path) -> dict[str, Any]:
    try:
        config: Any = json.loads(config_path.read_text("utf-8"))
    except OSError as error:
        raise InvalidSettings(
            f"The graph list {config_path} cannot be read: {error.strerror}. "
            "Point GOLDENPATH_CONFIG to a langgraph.json."
        ) from error
    except ValueError as error:
        raise InvalidSettings(
            f"The graph list {config_path} is not valid JSON: {error}."
        ) from error
    named = cast(dict[str, Any], config) if isinstance(config, dict) else {}
    if not isinstance(named.get("graphs"), dict) or not named["graphs"]:
        raise InvalidSettings(
            f'The graph list {config_path} names no graphs. Add {{"graphs": {{"my_graph": '
            '"./my_graph.py:graph"}}.'
        )
    return named


def _make_importable(root: Path, config: Mapping[str, Any]) -> None:
    """Put the local `dependencies` on the import path, as LangGraph's own server does."""
    for dependency in config.get("dependencies", []):
        if isinstance(dependency, str) and dependency.startswith("."):
            folder = str((root / dependency).resolve())
            if folder not in sys.path:
                sys.path.append(folder)


def _spec(graph_id: str, raw: object) -> _Spec:
    path, description = raw, ""
    if isinstance(raw, dict):
        entry = cast(dict[str, Any], raw)
        path, description = entry.get("path"), str(entry.get("description") or "")
    if not isinstance(path, str):
        raise _unusable(graph_id, 'it has no "path"')
    target, separator, attribute = path.rpartition(":")
    if not separator or not attribute.isidentifier():
        raise _unusable(graph_id, f'"{path}" is not of the form "./file.py:attribute"')
    return _Spec(graph_id, target, attribute, description)


def _load(spec: _Spec, root: Path) -> GraphEntry:
    module = _import(spec, root)
    try:
        found = getattr(module, spec.attribute)
    except AttributeError:
        raise _unusable(spec.graph_id, f"{spec.target} has no {spec.attribute}") from None
    graph = _compiled(spec, found)
    title = graph.name if graph.name != "LangGraph" else spec.graph_id
    return GraphEntry(
        graph_id=spec.graph_id,
        title=title.replace("_", " ").capitalize(),
        description=spec.description,
        graph=graph,
    )


def _compiled(spec: _Spec, found: object) -> Graph:
    if isinstance(found, CompiledStateGraph):
        return cast(Graph, found)
    if isinstance(found, StateGraph):
        builder = cast(Any, found)
        return cast(Graph, builder.compile(name=spec.graph_id))
    kind = "a function" if callable(found) else f"of type {type(found).__name__}"
    raise _unusable(
        spec.graph_id,
        f"{spec.attribute} is {kind}, and only compiled graphs and StateGraph builders can be "
        "served",
    )


def _import(spec: _Spec, root: Path) -> ModuleType:
    try:
        if "/" in spec.target or spec.target.endswith(".py"):
            return _import_file(spec, (root / spec.target).resolve(), root)
        return importlib.import_module(spec.target)
    except InvalidSettings:
        raise
    except Exception as error:  # Importing runs the user's code, which may raise anything.
        reason = f"importing {spec.target} failed: {type(error).__name__}: {error}"
        raise _unusable(spec.graph_id, reason) from error


def _import_file(spec: _Spec, file: Path, root: Path) -> ModuleType:
    """The module in a file, under its own name if that leads to this very file.

    A second copy under another name would have state classes and singletons of its own.
    """
    if file.suffix != ".py":
        raise _unusable(spec.graph_id, f"{spec.target} is not a Python file")
    if not file.is_file():
        raise _unusable(spec.graph_id, f"there is no file {spec.target}")
    dotted = _dotted_name(file, root)
    if dotted:
        module = importlib.import_module(dotted)
        if module.__file__ and Path(module.__file__).resolve() == file:
            return module
    unique = f"graph_{spec.graph_id}_{hashlib.sha256(str(file).encode()).hexdigest()[:12]}"
    if unique in sys.modules:
        return sys.modules[unique]
    found = importlib.util.spec_from_file_location(unique, file)
    if found is None or found.loader is None:
        raise _unusable(spec.graph_id, f"{spec.target} cannot be loaded")
    module = importlib.util.module_from_spec(found)
    # Registered while it runs, which dataclasses need, and kept only if it ran to its end.
    sys.modules[unique] = module
    is_loaded = False
    try:
        found.loader.exec_module(module)
        is_loaded = True
    finally:
        if not is_loaded:
            del sys.modules[unique]
    return module


def _dotted_name(file: Path, root: Path) -> str | None:
    """The import name of a file below the root, when it can be found under that name."""
    if not file.is_relative_to(root):
        return None
    parts = file.relative_to(root).with_suffix("").parts
    if not all(part.isidentifier() for part in parts):
        return None
    name = ".".join(parts)
    try:
        found = importlib.util.find_spec(name)
    except ImportError:
        return None
    is_this_file = found is not None and found.origin and Path(found.origin).resolve() == file
    return name if is_this_file else None


def _unusable(graph_id: str, reason: str) -> InvalidSettings:
    return InvalidSettings(
        f"The graph {graph_id} in langgraph.json cannot be used: {reason}. "
        "Correct the entry or remove it."
    )
