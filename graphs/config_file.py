"""Reads a langgraph.json, and refuses by name what it asks for and cannot be had here."""

import json
import re
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, cast
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from domain.errors import InvalidSettings

#: What is about building images and installing packages: nothing to do with serving.
_IGNORED: Final = frozenset(
    {
        "api_version",
        "base_image",
        "dockerfile_lines",
        "image_distro",
        "keep_pkg_tools",
        "node_version",
        "pip_config_file",
        "pip_installer",
        "python_version",
        "source",
    }
)
_READ: Final = frozenset({"graphs", "dependencies", "env", "http", "checkpointer"})
#: Fine while they are empty.
_UNSUPPORTED: Final = frozenset(
    {
        "auth",
        "disable_persistence",
        "encryption",
        "priority",
        "store",
        "ui",
        "ui_config",
        "webhooks",
    }
)
_READ_HTTP: Final = frozenset({"app", "cors"})
#: Of `http`: what leaves out routes that are not here anyway.
_IGNORED_HTTP: Final = frozenset({"disable_a2a", "disable_mcp", "disable_ui", "disable_webhooks"})

_VARIABLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True)
class GraphSpec:
    """What a langgraph.json says about one graph: `target:attribute`."""

    graph_id: str
    #: A file (`./flows/agent.py`) or a module (`flows.agent`).
    target: str
    attribute: str
    description: str


class CorsRules(BaseModel):
    """`http.cors`: which pages of other origins may call the API, and how."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    allow_origins: list[str] = Field(default_factory=list)
    allow_origin_regex: str | None = None
    allow_methods: list[str] = ["*"]
    allow_headers: list[str] = Field(default_factory=list)
    allow_credentials: bool = False
    expose_headers: list[str] = Field(default_factory=list)
    max_age: int = 600


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """A langgraph.json of which everything can be had."""

    #: The folder that its paths start from.
    root: Path
    graphs: tuple[GraphSpec, ...]
    #: Folders and packages that the graphs import from.
    dependencies: tuple[str, ...]
    #: Environment variables, or the dotenv file with them.
    env: Mapping[str, str] | Path
    #: The application whose lifespan the graphs need, as `target:attribute`.
    http_app: tuple[str, str] | None
    #: Which pages of other origins may call the API; none when it is missing.
    cors: CorsRules | None
    #: Types that checkpoints may be revived into, each a module and a name.
    revived: frozenset[tuple[str, ...]]


def read_config_file(path: Path) -> ConfigFile:
    """Read a langgraph.json; raises `InvalidSettings` that names what cannot be had."""
    config = _json_object(path)
    _refuse_unsupported(config)
    root = path.resolve().parent
    http = _http(config.get("http") or {})
    return ConfigFile(
        root=root,
        graphs=tuple(_graphs(config.get("graphs"), path)),
        dependencies=tuple(_dependencies(config.get("dependencies") or [])),
        env=_env(config.get("env") or {}, root),
        http_app=_http_app(http.get("app")),
        cors=_cors(http.get("cors")),
        revived=frozenset(_revived(config.get("checkpointer") or {})),
    )


def unusable_graph(graph_id: str, reason: str) -> InvalidSettings:
    """The error for a graph that cannot be served."""
    return InvalidSettings(
        f"The graph {graph_id} in langgraph.json cannot be used: {reason}. "
        "Correct the entry or remove it."
    )


def unusable_key(key: str, reason: str) -> InvalidSettings:
    """The error for a part of the file that cannot be used."""
    return InvalidSettings(f"`{key}` in langgraph.json cannot be used: {reason}.")


def _json_object(path: Path) -> dict[str, Any]:
    try:
        config: Any = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise InvalidSettings(
            f"The graph list {path} cannot be read: {error.strerror}. "
            "Point GOLDENPATH_CONFIG to a langgraph.json."
        ) from error
    except ValueError as error:
        raise InvalidSettings(f"The graph list {path} is not valid JSON: {error}.") from error
    return cast(dict[str, Any], config) if isinstance(config, dict) else {}


def _refuse_unsupported(config: Mapping[str, Any]) -> None:
    for key, value in config.items():
        if key in _READ | _IGNORED or key.startswith(("$", "_")):
            continue
        if key not in _UNSUPPORTED:
            raise unusable_key(key, "no such key is known. Correct its name or remove it")
        if not value:
            continue
        inner = next((name for name, part in _parts(value) if part), None)
        named = f"{key}.{inner}" if inner and key == "store" else key
        raise unusable_key(named, "this service does not have it. Remove it")


def _parts(value: object) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        yield from cast(dict[str, Any], value).items()


def _graphs(graphs: object, path: Path) -> Iterator[GraphSpec]:
    entries = dict(_parts(graphs))
    if not entries:
        raise InvalidSettings(
            f'The graph list {path} names no graphs. Add {{"graphs": {{"my_graph": '
            '"./my_graph.py:graph"}}.'
        )
    for graph_id, entry in entries.items():
        yield _graph_spec(graph_id, entry)


def _graph_spec(graph_id: str, entry: object) -> GraphSpec:
    _check_graph_id(graph_id)
    path, description = entry, ""
    if isinstance(entry, dict):
        parts = dict(_parts(cast(object, entry)))
        path, description = parts.pop("path", None), str(parts.pop("description", None) or "")
        if parts:
            raise unusable_graph(graph_id, f'it has a "{next(iter(parts))}", which is not known')
    if not isinstance(path, str):
        raise unusable_graph(graph_id, 'it has no "path"')
    target, attribute = _target(path)
    if not attribute:
        raise unusable_graph(graph_id, f'"{path}" is not of the form "./file.py:attribute"')
    return GraphSpec(graph_id, target, attribute, description)


def _check_graph_id(graph_id: str) -> None:
    if not graph_id or "/" in graph_id or graph_id in {".", ".."}:
        raise unusable_graph(graph_id, "its name would not fit into a path of the API")
    try:
        UUID(graph_id)
    except ValueError:
        return
    raise unusable_graph(graph_id, "its name looks like the id of an assistant")


def _target(path: str) -> tuple[str, str]:
    target, separator, attribute = path.rpartition(":")
    return (target, attribute) if separator and target and attribute.isidentifier() else ("", "")


def _dependencies(dependencies: object) -> Iterator[str]:
    names = cast(list[object], dependencies) if isinstance(dependencies, list) else [None]
    for name in names:
        if not isinstance(name, str) or not name.strip():
            raise unusable_key("dependencies", "it is no list of folders and package names")
        yield name.strip()


def _env(env: object, root: Path) -> Mapping[str, str] | Path:
    if isinstance(env, str):
        file = (root / env).resolve()
        if not file.is_file():
            raise unusable_key("env", f"there is no file {env}")
        return file
    if not isinstance(env, dict):
        raise unusable_key("env", "it is neither names with values nor the path of a file")
    variables: dict[str, str] = {}
    for name, value in _parts(cast(object, env)):
        if not _VARIABLE.fullmatch(name):
            raise unusable_key(f"env.{name}", "this is no name of a variable")
        if not isinstance(value, str | int | float):
            raise unusable_key(f"env.{name}", "its value is no text")
        variables[name] = value if isinstance(value, str) else json.dumps(value)
    return MappingProxyType(variables)


def _http(http: object) -> dict[str, Any]:
    return _only("http", http, _READ_HTTP | _IGNORED_HTTP)


def _http_app(app: object) -> tuple[str, str] | None:
    if app is None:
        return None
    target, attribute = _target(app) if isinstance(app, str) else ("", "")
    if not attribute:
        raise unusable_key("http.app", 'it is not of the form "./file.py:attribute"')
    return target, attribute


def _cors(cors: object) -> CorsRules | None:
    if cors is None:
        return None
    try:
        rules = CorsRules.model_validate(cors)
        re.compile(rules.allow_origin_regex or "")
    except ValidationError as error:
        problem = error.errors()[0]
        place = ".".join(str(part) for part in ("http.cors", *problem["loc"]))
        raise unusable_key(place, problem["msg"]) from None
    except re.error as error:
        raise unusable_key("http.cors.allow_origin_regex", str(error)) from None
    return rules


def _revived(checkpointer: object) -> Iterator[tuple[str, ...]]:
    """What `checkpointer.serde.allowed_msgpack_modules` names."""
    parts = _only("checkpointer", checkpointer, {"serde"})
    serde = _only(
        "checkpointer.serde",
        parts.get("serde") or {},
        {"allowed_msgpack_modules"},
    )
    key = "checkpointer.serde.allowed_msgpack_modules"
    names: object = serde.get("allowed_msgpack_modules") or []
    if not isinstance(names, list):
        raise unusable_key(key, "checkpoints revive no types but those that are named. List them")
    for name in cast(list[object], names):
        parts_of_name = cast(list[object], name) if isinstance(name, list) else []
        texts = tuple(part for part in parts_of_name if isinstance(part, str) and part)
        if len(texts) != 2 or len(parts_of_name) != 2:
            raise unusable_key(key, 'it is no list of pairs such as ["my_agent.models", "Plan"]')
        yield texts


def _only(key: str, value: object, known: Set[str]) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise unusable_key(key, "it is not an object")
    parts = dict(_parts(cast(object, value)))
    for name, part in parts.items():
        if part and name not in known:
            raise unusable_key(f"{key}.{name}", "this service does not have it. Remove it")
    return parts
