"""JSON Schemas of the types that graphs are built from."""

from collections.abc import Iterable, Mapping, Sequence
from types import UnionType
from typing import Annotated, Any, NotRequired, Required, Union, get_args, get_origin

import typing_extensions
from pydantic import PydanticUserError, TypeAdapter

_CONTAINERS: tuple[Any, ...] = (list, dict, tuple, set, frozenset, Iterable, Mapping, Sequence)


def json_schema_of(annotation: Any) -> dict[str, Any] | None:
    """The JSON Schema of a type; None for what JSON does not know or nobody can find."""
    try:
        return TypeAdapter(_readable(annotation, {})).json_schema()
    except (PydanticUserError, NameError, TypeError, ValueError):
        return None


def _readable(annotation: Any, seen: dict[Any, Any]) -> Any:
    """The type with dictionaries that pydantic can read, which `typing`'s are from Python 3.12 on.

    A dictionary that holds itself is left open where it does.
    """
    if typing_extensions.is_typeddict(annotation):
        if annotation not in seen:
            seen[annotation] = dict[str, Any]
            seen[annotation] = _read_again(annotation, seen)
        return seen[annotation]
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin in (Required, NotRequired):
        return _readable(parts[0], seen)
    if origin is Annotated:
        return Annotated[(_readable(parts[0], seen), *parts[1:])]
    if origin in (Union, UnionType):
        return Union[tuple(_readable(part, seen) for part in parts)]  # noqa: UP007
    if origin in _CONTAINERS:
        container = origin
        return container[tuple(part if part is ... else _readable(part, seen) for part in parts)]
    return annotation


def _read_again(dictionary: Any, seen: dict[Any, Any]) -> Any:
    hints: Mapping[str, Any] = typing_extensions.get_type_hints(dictionary, include_extras=True)
    required: frozenset[str] = dictionary.__required_keys__
    keys: dict[str, Any] = {}
    for key, hint in hints.items():
        value = _readable(hint, seen)
        keys[key] = Required[value] if key in required else NotRequired[value]
    again: Any = typing_extensions.TypedDict
    made = again(dictionary.__name__, keys)
    made.__doc__ = dictionary.__doc__
    return made
