"""What the page shows, as its address says it: the list with filters, or one run."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from ui.markup import escaped

PATH: Final = "/app/runs"
VIEWS: Final = ("timeline", "events", "state")
#: The parameters of the list, in the order in which addresses have them.
FILTERS: Final = ("kind", "status", "workflow", "assistant", "period", "q")
#: Those of one run.
_OF_RUN: Final = (
    *("id", "view", "span", "more", "type", "after", "before", "event"),
    *("checkpoint", "until", "edit", "retry", "version"),
)
#: Where a page of the list, or of a log, begins or ends.
_PAGE: Final = "before"
KNOWN: Final = frozenset((*FILTERS, *_OF_RUN))


@dataclass(frozen=True, slots=True)
class Place:
    """An address of the page."""

    values: Mapping[str, str]

    @staticmethod
    def read(query: Mapping[str, str]) -> "Place":
        """The place that a query names; what the page does not know is left out."""
        return Place({name: value for name, value in query.items() if name in KNOWN and value})

    def get(self, name: str) -> str:
        """A parameter; empty when it is not there."""
        return self.values.get(name, "")

    @property
    def run_id(self) -> str:
        """The run that is shown; empty is the list."""
        return self.get("id")

    @property
    def view(self) -> str:
        """Which part of a run is shown."""
        view = self.get("view")
        return view if view in VIEWS else VIEWS[0]

    def number(self, name: str) -> int | None:
        """A parameter that counts; None when it is not there or none."""
        text = self.get(name)
        return int(text) if text.isdecimal() and len(text) < 19 else None

    def at(self, **changes: str | int) -> "Place":
        """The same place but for these parameters; empty ones go."""
        return Place.read({**self.values, **{name: str(value) for name, value in changes.items()}})

    @property
    def query(self) -> str:
        """The query of the address, `?` and all, in a stable order."""
        wanted = (*_OF_RUN, *FILTERS) if self.run_id else (*FILTERS, _PAGE)
        names = [name for name in wanted if name in self.values]
        text = urlencode([(name, self.values[name]) for name in names])
        return f"?{text}" if text else ""

    @property
    def address(self) -> str:
        """The address."""
        return f"{PATH}{self.query}"


def link(place: Place, words: str, *, style: str = "", attributes: str = "") -> str:
    """A link that leads there without loading the page anew; `words` are HTML."""
    return (
        f'<a href="{escaped(place.address)}" class="{style}" data-action="go"'
        f' data-to="{escaped(place.query)}" {attributes}>{words}</a>'
    )
