"""Delimited text: the delimiter, the header, and how each column writes numbers and dates."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Protocol

from domain.costs.formats.limits import Limits
from domain.costs.formats.text_lines import TextLines
from domain.costs.written_dates import DateStyle, date_style
from domain.costs.written_numbers import NumberStyle, is_missing, number_style
from domain.errors import TooLarge

_DELIMITERS = (",", ";", "\t", "|")
#: A title or a date line may stand above the header.
_HEADER_WITHIN = 20
#: Rows whose cells decide how a column writes numbers and dates.
_STYLE_ROWS = 1_000
#: A first cell that starts a sum, not a record.
_TOTALS = ("total", "grand total", "sum", "subtotal", "summe", "gesamt")


@dataclass(frozen=True, slots=True)
class Header:
    """Where a table starts: its column names, as written, and what separates them."""

    columns: tuple[str, ...]
    delimiter: str
    #: 1 is the first line of the file.
    line: int


class _CountsLines(Protocol):
    """What we want of a `csv.reader` besides its rows."""

    @property
    def line_num(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose header is read: its columns' styles, and the rows below it."""

    header: Header
    numbers: Mapping[str, NumberStyle]
    dates: Mapping[str, DateStyle]
    #: The rows that decided the styles.
    first_rows: Sequence[Sequence[str]]
    lines: TextLines
    rows: Iterator[list[str]]
    _counts: "_CountsLines"

    @property
    def line(self) -> int:
        """The file's line that the last row ended on."""
        return self.header.line + self._counts.line_num


def find_header(lines: Sequence[str], limits: Limits) -> Header | None:
    """The header among the first lines; None when they are no table."""
    best: tuple[int, Header] | None = None
    for delimiter in _DELIMITERS:
        rows = _first_rows(lines, delimiter)
        widest = max((sum(bool(cell.strip()) for cell in row) for _, row in rows), default=0)
        for line, row in rows:
            named = [cell.strip() for cell in row if cell.strip()]
            looks_named = not any(_is_value(cell) for cell in named)
            if len(named) < 2 or len(named) * 3 < widest * 2 or not looks_named:
                continue
            if best is None or len(named) > best[0]:
                # One more than the limit is enough to know.
                columns = tuple(cell.strip() for cell in row[: limits.columns + 1])
                best = (len(named), Header(columns, delimiter, line))
            break
    return best[1] if best else None


def open_table(lines: TextLines, limits: Limits) -> Table | None:
    """Read up to the header and look ahead for styles; None when there is no table.

    Raises `TooLarge` for more columns than are read.
    """
    # The limit is the interpreter's, and lower than the texts that some exports carry along.
    csv.field_size_limit(limits.line_bytes)
    source = iter(lines)
    ahead = list(islice(source, _HEADER_WITHIN + _STYLE_ROWS))
    header = find_header(ahead[:_HEADER_WITHIN], limits)
    if header is None:
        return None
    if len(header.columns) > limits.columns:
        raise TooLarge("The table", f"{limits.columns} columns", "GOLDENPATH_UPLOAD_COLUMNS")
    body = ahead[header.line :]
    first_rows = [row for _, row in _first_rows(body, header.delimiter)]
    numbers, dates = _styles(header, first_rows)
    reader = csv.reader(chain(body, source), delimiter=header.delimiter)
    return Table(header, numbers, dates, first_rows, lines, reader, reader)


def is_total(row: Sequence[str]) -> bool:
    """Whether the row sums up others instead of being a record."""
    first = next((cell for cell in row if cell.strip()), "").strip().lower().rstrip(":")
    return first in _TOTALS


def is_blank(row: Sequence[str]) -> bool:
    """Whether nothing stands in the row."""
    return not any(cell.strip() for cell in row)


def _first_rows(lines: Sequence[str], delimiter: str) -> list[tuple[int, list[str]]]:
    reader = csv.reader(lines, delimiter=delimiter)
    rows: list[tuple[int, list[str]]] = []
    try:
        rows.extend((reader.line_num, row) for row in reader)
    except csv.Error:
        # Cut off inside quotes, or no text of this kind: what was read is enough to judge.
        return rows
    return rows


def _is_value(cell: str) -> bool:
    """Whether a cell is data rather than a column's name."""
    return cell[:1].isdigit() or is_missing(cell)


def _styles(
    header: Header, rows: Sequence[Sequence[str]]
) -> tuple[dict[str, NumberStyle], dict[str, DateStyle]]:
    numbers: dict[str, NumberStyle] = {}
    dates: dict[str, DateStyle] = {}
    for position, name in enumerate(header.columns):
        cells = [row[position] for row in rows if position < len(row)]
        whole = "token" in name.lower() or "count" in name.lower() or "request" in name.lower()
        numbers[name] = number_style((cell for cell in cells if len(cell) < 40), whole)
        dates[name] = date_style(cells)
    return numbers, dates
