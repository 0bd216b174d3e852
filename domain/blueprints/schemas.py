"""The part of JSON schema that tasks declare with, for values that may hold templates."""

from collections.abc import Iterator, Mapping
from typing import Any, Final, cast

from domain.blueprints.catalogue import JsonSchema

_TYPES: Final[Mapping[str, tuple[type, ...]]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
    "null": (type(None),),
}
#: As people say it.
_SPOKEN: Final[Mapping[str, str]] = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "nothing",
}
#: A schema that leads to itself is followed this far.
_MOST_STEPS: Final = 20


#: Says of a field that it is taken as it is written: no template in it is filled in.
LITERAL: Final = "x-literal"


def literal_fields(schema: JsonSchema) -> frozenset[str]:
    """The fields of a task that take no templates."""
    properties = cast(Mapping[str, JsonSchema], schema.get("properties", {}))
    return frozenset(name for name, declared in properties.items() if declared.get(LITERAL))


def unknown_fields(schema: JsonSchema) -> bool:
    """Whether an object of this schema may have fields that it does not name."""
    return "properties" not in schema or bool(schema.get("additionalProperties"))


def options(schema: JsonSchema, root: JsonSchema) -> list[JsonSchema]:
    """The schemas of which a value has to fit one, with references followed."""
    for _ in range(_MOST_STEPS):
        if "$ref" not in schema:
            break
        name = str(schema["$ref"]).rpartition("/")[2]
        schema = cast(JsonSchema, root.get("$defs", {}).get(name, {}))
    found = cast(list[JsonSchema], schema.get("anyOf") or schema.get("oneOf") or [])
    return [inner for one in found for inner in options(one, root)] if found else [schema]


def field_schemas(schema: JsonSchema, segments: tuple[str, ...]) -> list[JsonSchema] | None:
    """What the schema says about the place of a path; None when there is no such place.

    An empty schema says nothing and allows everything.
    """
    here = options(schema, schema)
    for segment in segments:
        inner = [one for option in here for one in _inner(option, segment)]
        here = [option for one in inner for option in options(one, schema)]
        if not here:
            return None
    return here


def _inner(schema: JsonSchema, segment: str) -> list[JsonSchema]:
    kind = schema.get("type")
    if kind == "array":
        return [cast(JsonSchema, schema.get("items", {}))] if segment.isdigit() else []
    if kind not in (None, "object"):
        return []
    properties = cast(Mapping[str, JsonSchema], schema.get("properties", {}))
    if segment in properties:
        return [properties[segment]]
    return [{}] if unknown_fields(schema) else []


def may_be(schemas: list[JsonSchema], kind: str) -> bool:
    """Whether a value of one of these schemas can be of this type."""
    return any(kind in _kinds(schema) or not _kinds(schema) for schema in schemas)


def _kinds(schema: JsonSchema) -> list[str]:
    kind = schema.get("type", [])
    return [kind] if isinstance(kind, str) else list(kind)


def mismatches(
    schema: JsonSchema, value: Any, field: str, root: JsonSchema
) -> Iterator[tuple[str, str]]:
    """Each place where a value does not fit, with what is expected there.

    Texts with templates are left out: what they become is known when they run.
    """
    if isinstance(value, str) and "{{" in value:
        return
    found = options(schema, root)
    fitting = [option for option in found if _fits(option, value)]
    if not fitting:
        yield field, " or ".join(dict.fromkeys(map(_expected, found)))
        return
    tries = [list(_inside(option, value, field, root)) for option in fitting]
    yield from min(tries, key=len)


def _inside(
    schema: JsonSchema, value: Any, field: str, root: JsonSchema
) -> Iterator[tuple[str, str]]:
    if isinstance(value, list):
        items = cast(JsonSchema, schema.get("items", {}))
        for place, inner in enumerate(cast(list[Any], value)):
            yield from mismatches(items, inner, f"{field}.{place}", root)
    elif isinstance(value, dict):
        properties = cast(Mapping[str, JsonSchema], schema.get("properties", {}))
        for name, inner in cast(dict[str, Any], value).items():
            yield from mismatches(properties.get(name, {}), inner, f"{field}.{name}", root)


def _fits(schema: JsonSchema, value: Any) -> bool:
    kinds = _kinds(schema)
    return (not kinds or any(_is(kind, value) for kind in kinds)) and _in_limits(schema, value)


def _is(kind: str, value: Any) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    return isinstance(value, _TYPES.get(kind, (object,)))


def _in_limits(schema: JsonSchema, value: Any) -> bool:
    if "const" in schema and value != schema["const"]:
        return False
    if "enum" in schema and value not in schema["enum"]:
        return False
    size = value if isinstance(value, int | float) else None
    return size is None or (
        size >= schema.get("minimum", size)
        and size <= schema.get("maximum", size)
        and ("exclusiveMinimum" not in schema or size > schema["exclusiveMinimum"])
    )


def _expected(schema: JsonSchema) -> str:
    if "const" in schema or "enum" in schema:
        allowed = schema.get("enum", [schema.get("const")])
        return "one of " + ", ".join(map(str, allowed))
    text = " or ".join(_SPOKEN.get(kind, kind) for kind in _kinds(schema)) or "another value"
    if "minimum" in schema and "maximum" in schema:
        return f"{text} from {schema['minimum']} to {schema['maximum']}"
    if "minimum" in schema:
        return f"{text} of at least {schema['minimum']}"
    return text
