"""Lists as LangGraph's clients ask for them: pages with their headers, and chosen fields only."""

from collections.abc import Collection, Mapping, Sequence
from typing import Annotated, Any, Final

from fastapi import Query
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from domain.errors import InvalidInput

#: How many entries a list has when nobody says, and how many at most.
DEFAULT_LIMIT: Final = 10
MAX_LIMIT: Final = 1000
#: No list of ours is longer than the database can count.
MAX_OFFSET: Final = 2**63 - 1

_TEXTS = TypeAdapter(list[str])

LimitDep = Annotated[int, Query(ge=1, le=MAX_LIMIT, description="How many at most.")]
OffsetDep = Annotated[int, Query(ge=0, le=MAX_OFFSET, description="How many to leave out.")]
#: The values of a list in the query; `query_list` reads them.
ListDep = Annotated[list[str], Query(description="Repeat it, or send one JSON array.")]


class Page(BaseModel):
    """Which part of a list; request bodies of searches extend it."""

    limit: int = Field(default=DEFAULT_LIMIT, ge=1, le=MAX_LIMIT, description="How many at most.")
    offset: int = Field(default=0, ge=0, le=MAX_OFFSET, description="How many to leave out.")


def page_headers(page: Page, shown: int, total: int) -> dict[str, str]:
    """How many entries there are, and where the next page begins if there is one."""
    headers = {"X-Pagination-Total": str(total)}
    following = page.offset + shown
    if shown and following < total:
        headers["X-Pagination-Next"] = str(following)
    return headers


def page_response(
    shapes: Sequence[BaseModel], page: Page, total: int, select: Sequence[str] | None = None
) -> JSONResponse:
    """A page of a list, with its headers; `select` was checked by `checked_select`."""
    return JSONResponse(
        [selected(shape, select) for shape in shapes],
        headers=page_headers(page, len(shapes), total),
    )


def checked_select(
    shape: type[BaseModel], names: Sequence[str] | None, open_fields: Collection[str] = ()
) -> list[str]:
    """The fields that somebody chose; none chosen means all.

    Of `open_fields` one key may be chosen too, as in `values.messages`. Raises `InvalidInput`
    for a field that the shape does not have.
    """
    for name in names or ():
        field, dot, key = name.partition(".")
        if field not in shape.model_fields or (dot and not (key and field in open_fields)):
            known = ", ".join(shape.model_fields)
            raise InvalidInput(f"`select` names a field that is not there. There are: {known}.")
    return list(names or ())


def selected(shape: BaseModel, select: Sequence[str] | None) -> dict[str, Any]:
    """A shape as JSON data, with the chosen fields only; none chosen means all."""
    return chosen_fields(shape.model_dump(mode="json"), select)


def chosen_fields(whole: dict[str, Any], select: Sequence[str] | None) -> dict[str, Any]:
    """The same for data of a shape."""
    if not select:
        return whole
    chosen: dict[str, Any] = {}
    for name in select:
        field, dot, key = name.partition(".")
        if not dot or field in select:
            chosen[field] = whole[field]
        else:
            part = chosen.setdefault(field, {})
            values = whole[field]
            if isinstance(values, Mapping) and key in values:
                part[key] = values[key]
    return chosen


def query_list(values: Sequence[str]) -> list[str]:
    """A list in a query: repeated keys, JSON arrays, or both; empty texts mean nothing.

    Raises `InvalidInput` for what looks like an array and is none of texts.
    """
    found: dict[str, None] = {}
    for value in values:
        items = _array(value) if value.startswith("[") else [value]
        found.update(dict.fromkeys(item for item in items if item))
    return list(found)


def _array(text: str) -> list[str]:
    try:
        return _TEXTS.validate_json(text)
    except ValidationError:
        raise InvalidInput('A list in the query is not readable. Send it as `["a","b"]`.') from None
