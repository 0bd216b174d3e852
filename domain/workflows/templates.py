"""Templates: workflows to begin from, shipped or published by people of the tenant."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from domain.workflows.stripping import Reason, Removed

#: private → in_review → public | rejected; any → private.
TemplateStatus = Literal["private", "in_review", "public", "rejected"]

_TITLES: Final[tuple[tuple[Reason, str], ...]] = (
    ("connection", "The connection to use"),
    ("secret", "A secret: use a connection for it"),
    ("email", "An e-mail address"),
    ("phone", "A phone number"),
    ("id", "An id, such as a spreadsheet's"),
)


@dataclass(frozen=True, slots=True)
class Slot:
    """A value that everybody who uses a template has to give."""

    node_id: str | None
    #: As in `data.params.spreadsheet_id`.
    field: str
    title: str


@dataclass(frozen=True, slots=True)
class ShippedTemplate:
    """One that comes with the service."""

    template_id: str
    title: str
    description: str
    category: str
    services: Sequence[str]
    #: As JSON data.
    blueprint: Mapping[str, Any]
    slots: Sequence[Slot] = ()


@dataclass(frozen=True, slots=True)
class Template:
    """One template, as somebody of the tenant sees it."""

    #: Of a published one a UUID, of a shipped one its name.
    template_id: str
    title: str
    description: str
    category: str
    services: Sequence[str]
    status: TemplateStatus
    #: Why it was rejected.
    reason: str | None
    #: None of a shipped one.
    author: str | None
    workflow_id: UUID | None
    version: int | None
    blueprint: Mapping[str, Any]
    #: How many copies were made, and what people think of it, 1 to 5.
    uses: int
    ratings: int
    rating: float | None
    updated_at: datetime | None
    slots: Sequence[Slot] = field(default_factory=tuple[Slot, ...])


def slots_of(removed: Iterable[Removed]) -> list[Slot]:
    """What is to be filled in where something was taken out, each place once."""
    titles = dict(_TITLES)
    found = {(each.node_id, each.field): titles[each.reason] for each in removed}
    return [Slot(node_id, place, title) for (node_id, place), title in found.items()]
