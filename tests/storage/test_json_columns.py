"""Whatever a graph holds becomes JSON that PostgreSQL takes."""

import json
import math
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.database import Database
from storage.json_columns import to_json
from tests.storage.owner import as_owner

AWKWARD: dict[str, tuple[Any, Any]] = {
    "a NUL": ("a\x00b", "ab"),
    "a NUL in a name": ({"a\x00": ["\x00"]}, {"a": [""]}),
    "the text of a NUL's escape": ("a\\u0000b", "a\\u0000b"),
    "an escape beside a NUL": ("\\u0000\x00", "\\u0000"),
    "not a number": ([math.nan, math.inf, -math.inf, 1.5], [None, None, None, 1.5]),
    "names that are no text": (
        {2: "a", None: "b", True: "c"},
        {"2": "a", "null": "b", "true": "c"},
    ),
    "an id as a name": ({UUID(int=1): 1}, {"00000000-0000-0000-0000-000000000001": 1}),
    "a moment": (datetime(2026, 5, 4, tzinfo=UTC), "2026-05-04T00:00:00Z"),
    "text of the world": ("Grüße 👋", "Grüße 👋"),
}


@pytest.mark.parametrize(("value", "stored"), AWKWARD.values(), ids=AWKWARD)
async def test_awkward_values_can_be_stored(database: Database, value: Any, stored: Any) -> None:
    async with as_owner(database) as connection:
        cursor = await connection.execute("SELECT %s::jsonb AS found", [to_json(value)])
        assert await cursor.fetchone() == {"found": stored}


def test_what_json_does_not_know_is_left_to_the_caller() -> None:
    assert to_json({"a": {1}}, default=sorted) == '{"a":[1]}'
    with pytest.raises(TypeError):
        to_json(object())


def _inside_itself() -> list[Any]:
    value: list[Any] = [1]
    value.append(value)
    return value


def _deep(levels: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(levels):
        value = [value]
    return value


IMPOSSIBLE: dict[str, tuple[Any, Any]] = {
    "half a character": ({"text": "a\ud800", "set": {2}}, {"text": "a?", "set": [2]}),
    "half a character in a name": ({"\ud800": 1}, {"?": 1}),
    "a long integer": ([2**64], [str(2**64)]),
    "a name that is a pair": ({(1, 2): {3}}, {"(1, 2)": [3]}),
    "a value inside itself": (_inside_itself(), [1, "…"]),
}


@pytest.mark.parametrize(("value", "stored"), IMPOSSIBLE.values(), ids=IMPOSSIBLE)
def test_with_a_default_everything_can_be_written(value: Any, stored: Any) -> None:
    assert json.loads(to_json(value, default=sorted)) == stored
    with pytest.raises(TypeError):
        to_json(value)


def test_what_lies_too_deep_is_left_out() -> None:
    text = to_json(_deep(1_000), default=str)
    assert "…" in text
    assert json.loads(text)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


def without_nul(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\x00", "")
    if isinstance(value, list):
        return [without_nul(item) for item in value]
    if isinstance(value, dict):
        return {without_nul(key): without_nul(item) for key, item in value.items()}
    return value


@given(_JSON)
def test_only_nul_characters_are_lost(value: Any) -> None:
    text = to_json(value)
    assert json.loads(text) == without_nul(value)
    assert "\\u0000" not in text.replace("\\\\", "")
