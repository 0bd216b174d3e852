"""What a usage format is, and what reading one produces."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from domain.costs.formats.fields import Fields, Row
from domain.costs.formats.limits import ReadOptions
from domain.costs.formats.tables import Table
from domain.costs.records import Note, UsageRecord

#: `cost` files say what was paid, not which calls were made: they have no tokens, and describe the
#: same money as the `usage` files of the same account. Reconcile the two, never add them.
FormatKind = Literal["usage", "cost"]


@dataclass(frozen=True, slots=True)
class Sample:
    """The beginning of a file, as far as recognising it needs."""

    shape: Literal["table", "json"]
    #: A table's column names, lower case.
    columns: frozenset[str] = frozenset()
    #: The first JSON objects, possibly cut off.
    rows: tuple[Row, ...] = ()


class TableRows(Protocol):
    """Reads the rows of one table whose columns a format has to look at first."""

    @property
    def has_model(self) -> bool:
        """Whether the table says which model each call used."""
        ...

    def notes(self) -> Sequence[Note]:
        """What was taken for granted about the columns."""
        ...

    def read_fast(self, row: list[str]) -> UsageRecord | None:
        """The record of a plain row; None when `read` has to decide."""
        ...

    def read(self, fields: Fields) -> UsageRecord | None:
        """The record of any row, or None when it is no call; raises `UnusableRow`."""
        ...


def _itself(row: Row) -> Iterator[Row]:
    yield row


@dataclass(frozen=True, slots=True)
class Format:
    """One source of usage: how it is recognised, and how one of its rows is read.

    Has `read_row`, or `open_table` when the columns' names have to be looked at first.
    """

    #: Also the `source` of its records: overlapping exports of one source do not double.
    name: str
    title: str
    kind: FormatKind
    recognises: Callable[[Sample], bool]
    #: The record of a row; None when the row is no call. Raises `UnusableRow`.
    read_row: Callable[[Fields, ReadOptions], UsageRecord | None] | None = None
    open_table: Callable[[Table, ReadOptions], TableRows] | None = None
    #: The rows inside a JSON object (a page holds buckets, a bucket holds results).
    rows_of: Callable[[Row], Iterable[Row]] = _itself
    #: The file names no model, so the person who imports it has to.
    needs_model: bool = False
    #: A row sums up a period, and is larger in an export made later in it.
    is_bucketed: bool = False
