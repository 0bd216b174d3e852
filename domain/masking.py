"""Keeping secrets out of what people see: values under telling names are replaced."""

import re
from collections.abc import Sequence
from typing import Any, cast

#: What a masked value looks like.
MASK = "••••••"

_TELLING = re.compile(
    r"(pass(word|wd|phrase)?|secret|token|api[_-]?key|authorization|credential|private[_-]?key)$",
    re.IGNORECASE,
)
#: Names that end like a secret and are not one.
_HARMLESS = re.compile(r"(max|min|input|output|total|prompt|completion)[_-]?token$", re.IGNORECASE)


def masked(value: Any) -> Any:
    """A copy of JSON data with the values of secret-looking keys replaced."""
    match value:
        case dict():
            items = cast(dict[object, Any], value).items()
            return {key: MASK if _is_secret(key, item) else masked(item) for key, item in items}
        case list() | tuple():
            return [masked(item) for item in cast(Sequence[Any], value)]
        case _:
            return value


def _is_secret(key: object, value: Any) -> bool:
    if not isinstance(key, str) or value in (None, ""):
        return False
    return bool(_TELLING.search(key)) and not _HARMLESS.search(key)
