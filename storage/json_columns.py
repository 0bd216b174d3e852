"""JSON text for the database: what PostgreSQL refuses is taken out before it gets there."""

from collections.abc import Callable, Iterable
from typing import Any, Final, cast

import orjson

_OPTIONS = orjson.OPT_NON_STR_KEYS | orjson.OPT_UTC_Z

#: Integers beyond these have no exact place in the JSON of most programs, nor in orjson's.
MIN_INTEGER: Final = -(2**63)
MAX_INTEGER: Final = 2**64 - 1


def to_json(value: Any, default: Callable[[Any], Any] | None = None) -> str:
    """Compact JSON that `jsonb` accepts.

    NaN becomes null, NUL characters are dropped, halves of characters (lone surrogates) become
    question marks, and integers too large for anybody's JSON become text.
    """
    try:
        text = orjson.dumps(value, default=default, option=_OPTIONS)
    except orjson.JSONEncodeError:
        text = orjson.dumps(_encodable(value, default), default=default, option=_OPTIONS)
    if b"\\u0000" in text:
        # A backslash before it would make it the text of an escape, not a NUL.
        text = orjson.dumps(_without_nul(orjson.loads(text)))
    return text.decode()


def _encodable(value: Any, default: Callable[[Any], Any] | None) -> Any:
    """The same without what orjson refuses; what only `default` knows is looked into as well."""
    match value:
        case str():
            return value.encode(errors="replace").decode()
        case int() if not MIN_INTEGER <= value <= MAX_INTEGER:
            return str(value)
        case list() | tuple():
            return [_encodable(item, default) for item in cast(Iterable[Any], value)]
        case dict():
            items = cast(dict[Any, Any], value).items()
            return {_encodable(key, default): _encodable(item, default) for key, item in items}
        case None | int() | float():
            return value
        case _:
            return _encodable_object(value, default)


def _encodable_object(value: Any, default: Callable[[Any], Any] | None) -> Any:
    try:
        orjson.dumps(value, option=_OPTIONS)
    except orjson.JSONEncodeError:
        return _encodable(default(value), default) if default else value
    return value


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
