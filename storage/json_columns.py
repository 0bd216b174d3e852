"""JSON text for the database: what PostgreSQL refuses is taken out before it gets there."""

from collections.abc import Callable
from typing import Any, cast

import orjson

_OPTIONS = orjson.OPT_NON_STR_KEYS | orjson.OPT_UTC_Z

#: How deep values may lie in each other; orjson reads no more than about 250 levels.
_DEEPEST = 100


def to_json(value: Any, default: Callable[[Any], Any] | None = None) -> str:
    """Compact JSON that `jsonb` accepts: NaN becomes null and NUL characters are dropped.

    With a `default` for what JSON does not know, any value can be written: what cannot be said in
    JSON (text that is no Unicode, a value inside itself) is said as near as can be.
    """
    try:
        text = orjson.dumps(value, default=default, option=_OPTIONS)
    except TypeError:
        if default is None:
            raise
        text = orjson.dumps(_plain(value, default, frozenset()), option=_OPTIONS)
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


def _plain(value: Any, default: Callable[[Any], Any], around: frozenset[int]) -> Any:
    """JSON data as near to a value as there is; `around` are the values that it lies in."""
    if id(value) in around or len(around) > _DEEPEST:
        return "…"
    match value:
        case str():
            return value.encode(errors="replace").decode()
        case list() | tuple():
            inside = around | {id(cast(Any, value))}
            return [_plain(item, default, inside) for item in cast(list[Any], value)]
        case dict():
            items, inside = cast(dict[Any, Any], value).items(), around | {id(cast(Any, value))}
            return {
                _plain(str(key), default, inside): _plain(item, default, inside)
                for key, item in items
            }
        case _:
            try:
                return orjson.loads(orjson.dumps(value, option=_OPTIONS))
            except TypeError:
                pass
    # An integer that is too long for JSON's readers has its digits.
    known = str(value) if isinstance(value, int) else default(value)
    return _plain(known, default, around | {id(value)})
