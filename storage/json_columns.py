"""JSON text for the database: what PostgreSQL refuses is taken out before it gets there."""

from collections.abc import Callable
from typing import Any, cast

import orjson

_OPTIONS = orjson.OPT_NON_STR_KEYS | orjson.OPT_UTC_Z


def to_json(value: Any, default: Callable[[Any], Any] | None = None) -> str:
    """Compact JSON that `jsonb` accepts: NaN becomes null and NUL characters are dropped."""
    text = orjson.dumps(value, default=default, option=_OPTIONS)
    if b"\\u0000" in text:
        # A backslash before it would make it the text of an escape, not a NUL.
        text = orjson.dumps(_without_nul(orjson.loads(text)))
    return text.decode()


def _without_nul(value: Any) -> Any:
    match value:
        case str():
            return value.replace("\x00", "")
        case list():
            return [_without_nul(item) for item in cast(list[Any], value)]
        case dict():
            items = cast(dict[str, Any], value).items()
            return {key.replace("\x00", ""): _without_nul(item) for key, item in items}
        case _:
            return value
