"""Pages of a list and chosen fields, as LangGraph's clients ask for them."""

import math
from typing import Any
from uuid import UUID

import orjson
import pytest
from pydantic import BaseModel, ValidationError

from domain.errors import InvalidInput
from server.pagination import (
    Page,
    checked_select,
    page_headers,
    page_response,
    query_list,
    selected,
)


class Shape(BaseModel):
    id: UUID
    name: str
    values: Any


SHAPE = Shape(id=UUID(int=1), name="one", values={"a": 1, "b": {"c": 2}})


@pytest.mark.parametrize(
    ("page", "shown", "following"),
    [
        (Page(limit=2), 2, "2"),
        (Page(limit=2, offset=2), 2, "4"),
        (Page(limit=2, offset=3), 2, None),
        (Page(limit=2, offset=4), 1, None),
        (Page(limit=2, offset=9), 0, None),
    ],
)
def test_the_next_page_is_named_unless_this_is_the_last(
    page: Page, shown: int, following: str | None
) -> None:
    headers = page_headers(page, shown, 5)
    assert headers["X-Pagination-Total"] == "5"
    assert headers.get("X-Pagination-Next") == following


@pytest.mark.parametrize("values", [{"limit": 0}, {"limit": 1001}, {"offset": -1}])
def test_a_page_has_limits(values: dict[str, int]) -> None:
    with pytest.raises(ValidationError):
        Page(**values)


def test_without_a_choice_there_are_all_fields() -> None:
    assert checked_select(Shape, None) == []
    whole = {"id": str(SHAPE.id), "name": "one", "values": {"a": 1, "b": {"c": 2}}}
    assert selected(SHAPE, None) == selected(SHAPE, []) == whole


@pytest.mark.parametrize(
    ("select", "found"),
    [
        (["name"], {"name": "one"}),
        (["values.b", "name"], {"values": {"b": {"c": 2}}, "name": "one"}),
        (["values.a", "values.b"], {"values": {"a": 1, "b": {"c": 2}}}),
        (["values", "values.a"], {"values": {"a": 1, "b": {"c": 2}}}),
        (["values.nothing"], {"values": {}}),
    ],
)
def test_only_chosen_fields_are_shown(select: list[str], found: dict[str, Any]) -> None:
    assert selected(SHAPE, checked_select(Shape, select, {"values"})) == found


def test_a_key_of_values_that_are_not_there_is_nothing() -> None:
    empty = SHAPE.model_copy(update={"values": None})
    assert selected(empty, ["values.a"]) == {"values": {}}


@pytest.mark.parametrize("name", ["secret", "name.first", "values.", "", "values.a"])
def test_an_unknown_field_is_refused_without_repeating_it(name: str) -> None:
    with pytest.raises(InvalidInput, match="There are: id, name, values") as raised:
        checked_select(Shape, ["name", name])
    assert "secret" not in str(raised.value)


def test_a_page_is_json_without_nan() -> None:
    shape = SHAPE.model_copy(update={"values": math.nan})
    response = page_response([shape], Page(limit=1), 2, ["values"])
    assert orjson.loads(bytes(response.body)) == [{"values": None}]
    assert response.headers["x-pagination-next"] == "1"


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ([], []),
        ([""], []),
        (["a"], ["a"]),
        (["a", "b", "a"], ["a", "b"]),
        (['["a","b"]'], ["a", "b"]),
        (["c", '["a","c"]'], ["c", "a"]),
        (["[]"], []),
    ],
)
def test_a_list_in_the_query_is_repeated_or_an_array(values: list[str], found: list[str]) -> None:
    assert query_list(values) == found


@pytest.mark.parametrize("value", ["[", "[1]", '["a", null]'])
def test_what_only_looks_like_an_array_is_refused(value: str) -> None:
    with pytest.raises(InvalidInput, match="not readable"):
        query_list([value])
