"""JSON Schemas of what graphs are made of, also where pydantic alone would refuse."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal, NotRequired, Optional, TypedDict

import pytest
import typing_extensions

from graphs.json_schemas import json_schema_of


class Item(TypedDict):
    """A thing."""

    kind: Literal["a", "b"]


class State(TypedDict, total=False):
    items: Annotated[list[Item], "some reducer"]
    maybe: Item | None
    either: Optional[Item]  # noqa: UP045
    by_name: dict[str, Sequence[Item]]
    pair: tuple[Item, ...]


class Whole(State):
    name: str
    note: NotRequired[str]


class Tree(TypedDict):
    children: list["Tree"]


class Modern(typing_extensions.TypedDict):
    items: list[Item]


class Opaque:
    pass


def resolved(schema: Any, whole: dict[str, Any]) -> Any:
    """A part of a schema, with what it refers to in place of the reference."""
    if isinstance(schema, dict):
        if "$ref" in schema:
            return resolved(whole["$defs"][schema["$ref"].rpartition("/")[2]], whole)
        return {key: resolved(value, whole) for key, value in schema.items() if key != "$defs"}
    return [resolved(item, whole) for item in schema] if isinstance(schema, list) else schema


ITEM = {
    "title": "Item",
    "description": "A thing.",
    "type": "object",
    "properties": {"kind": {"enum": ["a", "b"], "title": "Kind", "type": "string"}},
    "required": ["kind"],
}


def test_dictionaries_inside_anything_are_told() -> None:
    schema = json_schema_of(Whole)
    assert schema
    assert schema["required"] == ["name"]
    whole = resolved(schema, schema)["properties"]
    assert whole["items"]["items"] == ITEM
    assert whole["maybe"]["anyOf"] == whole["either"]["anyOf"] == [ITEM, {"type": "null"}]
    assert whole["by_name"]["additionalProperties"]["items"] == ITEM
    assert whole["pair"]["items"] == ITEM
    assert (whole["name"]["type"], whole["note"]["type"]) == ("string", "string")


def test_dictionaries_of_both_kinds_may_hold_each_other() -> None:
    schema = json_schema_of(Modern)
    assert schema
    assert resolved(schema, schema)["properties"]["items"]["items"] == ITEM


def test_a_dictionary_that_holds_itself_is_open_there() -> None:
    schema = json_schema_of(Tree)
    assert schema
    assert schema["properties"]["children"]["items"] == {
        "type": "object",
        "additionalProperties": True,
    }


@pytest.mark.parametrize("annotation", [Opaque, list[Opaque], "NotDefined", object()])
def test_what_has_no_schema_is_none(annotation: Any) -> None:
    assert json_schema_of(annotation) is None
