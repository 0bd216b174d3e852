"""Analysis results as plain JSON data, and back."""

import types
import typing
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from domain.costs.money import to_micro

T = TypeVar("T")

#: What JSON can hold.
Json = dict[str, "Json"] | list["Json"] | str | int | float | bool | None


def as_json(value: object) -> Json:
    """A result as JSON data: decimals are strings with six places, times ISO 8601.

    Public properties of dataclasses are derived figures and are part of it.
    """
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, Decimal):
        return format(to_micro(value), "f")
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    return _container_as_json(value)


def _container_as_json(value: object) -> Json:
    if is_dataclass(value) and not isinstance(value, type):
        names = [field.name for field in fields(value)] + _properties(type(value))
        return {name: as_json(getattr(value, name)) for name in names}
    if isinstance(value, Mapping):
        items = cast(Mapping[object, object], value).items()
        return {str(key): as_json(item) for key, item in items}
    if isinstance(value, list | tuple):
        return [as_json(item) for item in cast(list[object], value)]
    raise TypeError(f"{type(value).__name__} has no JSON form.")


def from_json(kind: type[T], data: Json) -> T:
    """The dataclass whose `as_json` this is; raises `ValueError` when it is not."""
    try:
        return cast(T, _read(kind, data))
    except (TypeError, AttributeError, ArithmeticError) as error:
        raise ValueError(f"This is no {kind.__name__}: {error}") from error


def _read(hint: Any, data: Any) -> object:
    if data is None:
        return None
    if get_origin(hint) in (Union, types.UnionType):
        # Every union of ours is `X | None`.
        return _read(next(arm for arm in get_args(hint) if arm is not type(None)), data)
    if get_origin(hint) is tuple:
        item = get_args(hint)[0]
        return tuple(_read(item, entry) for entry in data)
    if is_dataclass(hint):
        # A field that the data lacks keeps its default: older reports stay readable.
        known = {k: _read(h, data[k]) for k, h in _hints(cast(type, hint)).items() if k in data}
        return cast(type, hint)(**known)
    return _read_scalar(hint, data)


def _read_scalar(hint: Any, data: Any) -> object:
    if hint is Decimal:
        return Decimal(data)
    if hint in (datetime, date):
        return hint.fromisoformat(data)
    if hint is timedelta:
        return timedelta(seconds=data)
    if get_origin(hint) is typing.Literal and data not in get_args(hint):
        raise ValueError(f"{data!r} is none of {get_args(hint)}.")
    return data


def _hints(kind: type) -> dict[str, Any]:
    hints = get_type_hints(kind)
    return {field.name: hints[field.name] for field in fields(kind)}


def _properties(kind: type) -> list[str]:
    return [
        name
        for name, member in vars(kind).items()
        if isinstance(member, property) and not name.startswith("_")
    ]
