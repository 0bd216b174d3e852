"""Paths lead into JSON data, and to nothing where there is nothing."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InvalidInput
from domain.json_paths import at_path, parse_path

DATA: dict[str, Any] = {
    "values": {"messages": [{"content": "Hi"}, {"content": "Bye"}], "count": 3, "rows": [[1, 2]]},
    "metadata": {"a b": 1, "7": "seven", "none": None},
}

PATHS: dict[str, Any] = {
    "values.count": 3,
    "values.messages[0].content": "Hi",
    "values.messages[-1].content": "Bye",
    "values.rows[0][1]": 2,
    "metadata.a b": 1,
    "metadata.7": "seven",
    "metadata.none": None,
    "metadata.none.deeper": None,
    "values.messages[2]": None,
    "values.messages[-3]": None,
    "values.messages.content": None,
    "values[0]": None,
    "values.count.more": None,
    "nothing": None,
}


@pytest.mark.parametrize(("path", "found"), PATHS.items())
def test_a_path_leads_to_what_is_there(path: str, found: Any) -> None:
    assert at_path(DATA, parse_path(path)) == found


@pytest.mark.parametrize(
    "text", ["", ".", "a.", ".a", "a..b", "[0]", "a[", "a[]", "a[x]", "a]b", "a[0]b", "a[1.5]"]
)
def test_what_is_no_path_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match=r"values\.messages\[-1\]"):
        parse_path(text)


@given(st.lists(st.text("abc", min_size=1) | st.integers(-999, 999), min_size=1))
def test_a_path_is_read_as_it_is_written(steps: list[str | int]) -> None:
    steps = ["root", *steps]
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)[1:]
    assert parse_path(text) == steps
