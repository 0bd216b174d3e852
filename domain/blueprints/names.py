"""The names that a node's templates and conditions may use, with what is known of their values."""

from collections.abc import Mapping
from typing import Any, Final, cast

from domain.blueprints.blueprint import Node
from domain.blueprints.catalogue import Catalogue, JsonSchema
from domain.blueprints.expressions import RootType
from domain.blueprints.flow import Flow

#: Names with a meaning of their own, so that no node can be called so.
ROOTS: Final = frozenset({"trigger_data", "item", "index", "run", "settings", "error"})

_RUN: Final[JsonSchema] = {
    "type": "object",
    "properties": {name: {} for name in ("id", "started_at", "scheduled_for")},
}
_RESULTS: Final[JsonSchema] = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {"status": {"type": "string"}, "data": {}, "error": {}},
    },
}
_CEL_TYPES: Final[Mapping[str, RootType]] = {
    "object": "object",
    "array": "list",
    "integer": "integer",
}


def names_at(flow: Flow, node: Node, catalogue: Catalogue) -> dict[str, JsonSchema]:
    """The names and their schemas; an empty schema where nothing is known."""
    if node.type == "trigger":
        return {"settings": {}}
    upstream = flow.available(node.id)
    found = {
        name: output_schema(flow.nodes[name], catalogue) for name in flow.nodes if name in upstream
    }
    triggers = [name for name in flow.triggers() if name in upstream]
    found["trigger_data"] = found[triggers[0]] if len(triggers) == 1 else {}
    found |= {"run": _RUN, "settings": {}}
    if flow.loops_around(node.id):
        found |= {"item": {}, "index": {"type": "integer"}}
    if node.id in flow.fallback_targets:
        found["error"] = {}
    return found


def output_schema(node: Node, catalogue: Catalogue) -> JsonSchema:
    """What is known of a node's output."""
    match node.type:
        case "trigger" | "action":
            task = catalogue.task(node.data.service, node.data.task)
            return task.result or {} if task else {}
        case "loop":
            return _RESULTS
        case "agent":
            return _answer(node.data.params.get("output_schema"))
        case _:
            return {}


def _answer(schema: Any) -> JsonSchema:
    """What an agent gives back: a text, and data when that was asked for."""
    fields: dict[str, JsonSchema] = {"text": {"type": "string"}, "data": _declared(schema)}
    return {"type": "object", "properties": fields}


def _declared(schema: Any) -> JsonSchema:
    """The names of the fields alone: a schema that a user wrote may be wrong, or without an end."""
    if not isinstance(schema, dict):
        return {}
    properties = cast(dict[str, Any], schema).get("properties")
    if not isinstance(properties, dict):
        return {}
    fields: dict[str, JsonSchema] = {name: {} for name in cast(dict[str, Any], properties)}
    return {"type": "object", "properties": fields}


def cel_types(names: Mapping[str, JsonSchema]) -> dict[str, RootType]:
    """The same names as conditions declare them."""
    return {name: _CEL_TYPES.get(str(schema.get("type")), "any") for name, schema in names.items()}
