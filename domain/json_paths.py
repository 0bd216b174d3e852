"""Paths into JSON data, as LangGraph's clients write them: `values.messages[-1].content`."""

import re
from collections.abc import Sequence
from typing import Any, cast

from domain.errors import InvalidInput

#: A name, then further names behind dots and places in brackets; places count back from -1.
_PATH = re.compile(r"[^.\[\]]+(?:\.[^.\[\]]+|\[-?\d{1,9}\])*")
_STEP = re.compile(r"\[(-?\d+)\]|([^.\[\]]+)")

Path = Sequence[str | int]


def parse_path(text: str) -> Path:
    """The names and places of a path; raises `InvalidInput`."""
    if not _PATH.fullmatch(text):
        raise InvalidInput(
            "A path cannot be read. Write names with dots between them and places in brackets, as "
            "in `values.messages[-1].content`."
        )
    return [name or int(place) for place, name in _STEP.findall(text)]


def at_path(data: Any, path: Path) -> Any:
    """What lies there; None when nothing does."""
    for step in path:
        if isinstance(step, str) and isinstance(data, dict):
            data = cast(dict[str, Any], data).get(step)
        elif isinstance(step, int) and isinstance(data, list):
            items = cast(list[Any], data)
            data = items[step] if -len(items) <= step < len(items) else None
        else:
            return None
    return data
