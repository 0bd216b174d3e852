"""What the page's address says: which view, and which part of it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

#: Workflows on a page of the list.
PAGE_SIZE: Final = 20
#: Of a page's number.
_MOST_DIGITS: Final = 6
#: Orders of the list by their names in the address: field, direction, label.
ORDERS: Final[Mapping[str, tuple[str, str, str]]] = {
    "": ("updated_at", "desc", "Last changed"),
    "name": ("name", "asc", "Name"),
    "newest": ("created_at", "desc", "Newest"),
    "oldest": ("created_at", "asc", "Oldest"),
}
STATUSES: Final[Mapping[str, str]] = {
    "": "All",
    "active": "Live",
    "failing": "Failing",
    "inactive": "Drafts",
}


@dataclass(frozen=True, slots=True)
class Address:
    """The query of the page's address; what is empty is left out."""

    #: The builder of this workflow, with this run on it.
    id: str = ""
    run: str = ""
    #: `templates`, `import`, or the list.
    view: str = ""
    text: str = ""
    status: str = ""
    service: str = ""
    sort: str = ""
    page: str = ""
    category: str = ""
    template: str = ""
    #: The workflow whose shares are shown.
    share: str = ""

    @classmethod
    def of(cls, values: Mapping[str, str]) -> "Address":
        """What an address says; what the page does not know is ignored."""
        return cls(**{name: values[name].strip() for name in cls.__slots__ if values.get(name)})

    @classmethod
    def of_query(cls, query: str) -> "Address":
        """The same of an address as it is written: `?status=active`."""
        return cls.of(dict(parse_qsl(query.removeprefix("?"))))

    def link(self, **changes: str) -> str:
        """The address with changes, as a link; another filter begins at the first page."""
        if "page" not in changes:
            changes["page"] = ""
        values: dict[str, Any] = asdict(replace(self, **changes))
        return "?" + urlencode({name: value for name, value in values.items() if value})

    @property
    def number(self) -> int:
        """Which page of the list, from 1 on."""
        is_number = self.page.isascii() and self.page.isdigit() and len(self.page) <= _MOST_DIGITS
        return max(1, int(self.page)) if is_number else 1

    @property
    def is_filtered(self) -> bool:
        """Some workflows may be left out."""
        return bool(self.text or self.status or self.service)

    def search(self) -> dict[str, str | int]:
        """The same as the API is asked."""
        field, direction, _ = ORDERS.get(self.sort, ORDERS[""])
        found: dict[str, str | int] = {
            "sort_by": field,
            "sort_order": direction,
            "limit": PAGE_SIZE,
            "offset": (self.number - 1) * PAGE_SIZE,
        }
        wanted = {"text": self.text, "service": self.service}
        if self.status in STATUSES:
            wanted["status"] = self.status
        return found | {name: value for name, value in wanted.items() if value}
