"""Every operation of the OpenAPI document as a request, made from its schema and somebody's ids."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Json = Any

#: Of these types a document's examples are enough; the rest follows from the schema.
_PLAIN: Mapping[str, Json] = {
    "string": "a text",
    "integer": 1,
    "number": 1.0,
    "boolean": False,
    "array": [],
    "null": None,
}
_DEEPEST = 6

#: Bodies whose rules no schema tells.
_BODIES: Mapping[str, Json] = {"/runs/{run_id}/resume": {"value": "yes"}}


@dataclass(frozen=True, slots=True)
class Operation:
    """A route with a method, and what it takes."""

    method: str
    path: str
    #: Names of the path's parameters.
    names: tuple[str, ...]
    body: Mapping[str, Json] | None = field(hash=False)
    is_form: bool

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    def address(self, ids: Mapping[str, str]) -> str:
        """The path with ids; raises `KeyError` for a parameter that nobody has an id for."""
        return self.path.format_map({name: ids[name] for name in self.names})

    def content(self, document: Mapping[str, Json], ids: Mapping[str, str]) -> Json:
        """A body with all that is required, and with every id that there is."""
        if self.body is None:
            return None
        return _BODIES.get(self.path) or example(document, self.body, ids)


def operations(document: Mapping[str, Json]) -> Iterator[Operation]:
    """All of them, in the document's order."""
    for path, methods in document["paths"].items():
        for method, described in methods.items():
            parameters = described.get("parameters", [])
            names = [each["name"] for each in parameters if each["in"] == "path"]
            content = described.get("requestBody", {}).get("content", {})
            is_form = bool(content) and "application/json" not in content
            body = next((kind["schema"] for kind in content.values()), None)
            yield Operation(method.upper(), path, tuple(names), body, is_form)


def example(document: Json, schema: Json, ids: Mapping[str, str], depth: int = 0) -> Json:
    """What a schema takes: all that is required, and every id that there is."""
    schema = _resolved(document, schema)
    if "default" in schema and schema["default"] is not None:
        return schema["default"]
    if "enum" in schema:
        return schema["enum"][0]
    if "const" in schema:
        return schema["const"]
    kind = schema.get("type")
    if kind == "object" or "properties" in schema:
        return _object(document, schema, ids, depth)
    if kind == "string" and schema.get("format") == "uuid":
        return "00000000-0000-4000-8000-000000000000"
    if kind == "string" and schema.get("format") == "email":
        return "somebody@example.com"
    if kind == "string" and "minLength" in schema:
        return "a text that is long enough".ljust(schema["minLength"], ".")
    return _PLAIN.get(kind, "a text")


def _object(document: Json, schema: Json, ids: Mapping[str, str], depth: int) -> Json:
    made: dict[str, Json] = {}
    required = set(schema.get("required", ()))
    for name, described in schema.get("properties", {}).items():
        if name in ids:
            made[name] = ids[name]
        elif name in required and depth < _DEEPEST:
            made[name] = example(document, described, ids, depth + 1)
    return made


def _resolved(document: Json, schema: Json) -> Json:
    while True:
        if "$ref" in schema:
            found = document
            for part in schema["$ref"].removeprefix("#/").split("/"):
                found = found[part]
            schema = found
        elif choices := schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf"):
            schema = next((each for each in choices if each.get("type") != "null"), choices[0])
        else:
            return schema
