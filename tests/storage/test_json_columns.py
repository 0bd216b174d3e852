"""Whatever a graph holds becomes JSON that PostgreSQL takes."""

import json
import math
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from graphs.stream_parts import json_default
from storage.database import Database
from storage.json_columns import to_json


class Text(BaseModel):
    content: str


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
    "an integer beyond all": (
        {"n": [2**64, -(2**70), 2**64 - 1]},
        {"n": [str(2**64), str(-(2**70)), 2**64 - 1]},
    ),
    "half a character": ({"a\ud800": ["\udfff b"]}, {"a?": ["? b"]}),
    "such inside an object": (Text(content="a\ud800"), {"content": "a?"}),
    "a moment beside half a character": (
        [datetime(2026, 5, 4, tzinfo=UTC), "\ud800"],
        ["2026-05-04T00:00:00Z", "?"],
    ),
    "text of the world": ("Grüße 👋", "Grüße 👋"),
}


@pytest.mark.parametrize(("value", "stored"), AWKWARD.values(), ids=AWKWARD)
async def test_awkward_values_can_be_stored(database: Database, value: Any, stored: Any) -> None:
    async with database.transaction() as connection:
        text = to_json(value, default=json_default)
        cursor = await connection.execute("SELECT %s::jsonb AS found", [text])
        assert await cursor.fetchone() == {"found": stored}


def test_what_json_does_not_know_is_left_to_the_caller() -> None:
    assert to_json({"a": {1}}, default=sorted) == '{"a":[1]}'
    with pytest.raises(TypeError):
        to_json(object())


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
