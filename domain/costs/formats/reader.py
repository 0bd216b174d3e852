"""Reading a whole file: records and rejected rows in order, then notes, in constant memory."""

import csv
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from domain.costs.formats.fields import Fields, Row, UnusableRow
from domain.costs.formats.format import Format
from domain.costs.formats.json_documents import Document, read_documents
from domain.costs.formats.limits import ReadOptions
from domain.costs.formats.tables import Table, is_blank, is_total, open_table
from domain.costs.formats.text_lines import TextLines
from domain.costs.records import Note, RejectedRow, UsageRecord
from domain.errors import InvalidInput, UnreadableFile

Item = UsageRecord | RejectedRow | Note
_ReadRow = Callable[[Fields], UsageRecord | None]


@dataclass(frozen=True, slots=True)
class UsageFile:
    """A file as it is read: its first bytes, and all of its bytes in chunks."""

    name: str
    head: bytes
    chunks: Iterable[bytes]


def read_usage(known: Format, file: UsageFile, options: ReadOptions) -> Iterator[Item]:
    """All that a file of this format says.

    Raises `InvalidInput` when neither the file nor `options` name a model.
    """
    reading = _Reading(known, file, options)
    if known.needs_model and not options.model:
        raise reading.no_model()
    is_json = file.head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[")
    yield from reading.json_items() if is_json else reading.table_items()
    if reading.no_calls:
        yield Note("no_calls", f"Rows passed over as they are no model calls: {reading.no_calls}.")
    for column, count in sorted(reading.dropped.items()):
        text = f"{count} values of {column} could not be used and were left out."
        yield Note("values_left_out", text)


@dataclass(slots=True)
class _Reading:
    known: Format
    file: UsageFile
    options: ReadOptions
    #: How many optional values of each column could not be used.
    dropped: Counter[str] = field(default_factory=Counter[str])
    #: Rows that are no calls: events beside generations, empty buckets, other cloud services.
    no_calls: int = 0

    def table_items(self) -> Iterator[Item]:
        lines = TextLines(self.file.chunks, self.options.limits)
        table = open_table(lines, self.options.limits)
        if table is None:
            raise UnreadableFile(
                self.file.name,
                "the line with its column names is too long or unlike the rows below it",
                "Export it again with one line of column names.",
            )
        columns = self.known.open_table(table, self.options) if self.known.open_table else None
        if columns is not None and not (columns.has_model or self.options.model):
            raise self.no_model()
        read = columns.read if columns else self._read_row()
        yield from self._rows_of_table(table, read, columns.read_fast if columns else _never)
        yield from lines.remaining_rejects()
        yield from lines.notes()
        yield from columns.notes() if columns else ()

    def json_items(self) -> Iterator[Item]:
        read = self._read_row()
        limits = self.options.limits
        has_more = False
        count = 0
        for document in read_documents(self.file.head, self.file.chunks, limits):
            if not isinstance(document, Document):
                yield document
                continue
            has_more = document.row.get("has_more", has_more) is True
            for row in self.known.rows_of(document.row):
                count += 1
                if count > limits.rows:
                    yield self._cut_off()
                    return
                item = self._item(read, Fields(row), document.line)
                if item is not None:
                    yield item
        if has_more:
            yield _PARTIAL

    def no_model(self) -> InvalidInput:
        return InvalidInput(
            f"{self.file.name} does not say which model was used. Name the model to price it with, "
            "such as gpt-4o."
        )

    def _read_row(self) -> _ReadRow:
        read_row, options = self.known.read_row, self.options
        if read_row is None:
            raise InvalidInput(f"{self.known.title} is read from tables only. Export it as CSV.")
        return lambda fields: read_row(fields, options)

    def _rows_of_table(
        self, table: Table, read: _ReadRow, read_fast: Callable[[list[str]], UsageRecord | None]
    ) -> Iterator[Item]:
        rows = table.rows
        for _ in range(self.options.limits.rows):
            try:
                row = next(rows)
            except StopIteration:
                return
            except csv.Error as error:
                yield _rejected(table.line, "broken_row", f"The row cannot be read: {error}.")
                continue
            item = read_fast(row)
            if item is None:
                item = self._careful_item(table, row, read)
            if item is not None:
                yield item
        if _has_more(rows):
            yield self._cut_off()

    def _careful_item(self, table: Table, row: list[str], read: _ReadRow) -> Item | None:
        line = table.line
        if is_blank(row):
            return table.lines.reject_of(line) or _rejected(line, "blank", "The row is empty.")
        if is_total(row):
            return _rejected(line, "total", "The row sums up others; they are imported.")
        if len(row) > self.options.limits.columns:
            text = f"The row has more than {self.options.limits.columns} cells."
            return _rejected(line, "too_many_cells", text)
        cells: Row = dict(zip(table.header.columns, row, strict=False))
        return self._item(read, Fields(cells, table.numbers, table.dates), line)

    def _item(self, read: _ReadRow, fields: Fields, line: int) -> Item | None:
        try:
            record = read(fields)
        except UnusableRow as error:
            value = error.value
            if value is not None:
                value = value[: self.options.limits.shown_characters]
            return RejectedRow(
                line, error.column, value, error.code, error.message, error.next_step
            )
        self.no_calls += record is None
        if fields.dropped:
            self.dropped.update(fields.dropped)
        return record

    def _cut_off(self) -> Note:
        return Note(
            "cut_off",
            f"Only the first {self.options.limits.rows} rows were read. Split the file to import "
            "the rest.",
        )


_PARTIAL = Note(
    "partial",
    "The last page says there is more (has_more): this import is partial. Export the following "
    "pages and import them too.",
)


def _has_more(rows: Iterator[list[str]]) -> bool:
    try:
        next(rows)
    except StopIteration:
        return False
    except csv.Error:
        return True
    return True


def _never(row: list[str]) -> None:
    """No fast way for this format."""


def _rejected(line: int, code: str, message: str) -> RejectedRow:
    next_step = "Nothing to do." if code in ("blank", "total") else "Correct the row."
    return RejectedRow(line, None, None, code, message, next_step)
