"""Blueprints as they come in: JSON text, read into a blueprint or into what is wrong with it."""

from collections.abc import Iterator
from typing import Any, Final, cast

import jiter
from pydantic import ValidationError

from domain.blueprints.blueprint import MOST_BYTES, MOST_EDGES, MOST_NODES, Blueprint
from domain.blueprints.problems import Place, Problem, problem

#: More problems of shape than anybody reads.
_MOST_PROBLEMS: Final = 50
_LIMITS: Final = {"nodes": MOST_NODES, "edges": MOST_EDGES}


def read_blueprint(document: bytes) -> Blueprint | list[Problem]:
    """The blueprint, or all that keeps the document from being one."""
    if len(document) > MOST_BYTES:
        return [
            problem(
                "too_large",
                Place(),
                f"The blueprint is larger than {MOST_BYTES // 1024} KB.",
                "Move long texts into files, or split the workflow in two.",
            )
        ]
    try:
        data: Any = jiter.from_json(document, allow_inf_nan=False)
    except ValueError as error:
        return [
            problem(
                "schema", Place(), f"This is not JSON: {error}.", "Correct it there and try again."
            )
        ]
    return blueprint_from(data)


def blueprint_from(data: object) -> Blueprint | list[Problem]:
    """The same for JSON data that was parsed already."""
    if too_many := list(_too_many(data)):
        return too_many
    try:
        return Blueprint.model_validate(data)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
        return [_shape_problem(data, one["loc"], one["msg"]) for one in found[:_MOST_PROBLEMS]]


def _too_many(data: object) -> Iterator[Problem]:
    if not isinstance(data, dict):
        return
    for name, most in _LIMITS.items():
        parts = cast(dict[str, Any], data).get(name)
        if isinstance(parts, list) and len(cast(list[Any], parts)) > most:
            yield problem(
                "too_large",
                Place(name),
                f"The blueprint has more than {most} {name}.",
                "Split the workflow: an agent node can run another workflow.",
            )


def _shape_problem(data: object, location: tuple[int | str, ...], reason: str) -> Problem:
    """One of pydantic's errors, with the node or the edge it is in."""
    match location:
        case ("nodes", int(place), *rest):
            where = Place(_dotted(rest), node_id=_id_of(data, "nodes", place))
        case ("edges", int(place), *rest):
            where = Place(_dotted(rest), edge_id=_id_of(data, "edges", place))
        case _:
            where = Place(_dotted(location))
    at = _dotted(location) or "the blueprint"
    return problem(
        "schema", where, f"Wrong shape at {at}: {reason}.", "Correct or remove this field."
    )


def _id_of(data: object, name: str, place: int) -> str | None:
    part = cast(dict[str, list[Any]], data)[name][place]
    found = cast(dict[str, Any], part).get("id") if isinstance(part, dict) else None
    return found if isinstance(found, str) else None


def _dotted(location: object) -> str:
    return ".".join(str(step) for step in cast(tuple[int | str, ...], location))
