"""Tables in files: CSV, XLSX and JSON, read within limits and written so that nothing runs."""

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final, Literal, cast

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from python_calamine import CalamineError, CalamineWorkbook

from domain.csv_cells import safe_cell
from domain.errors import UnreadableFile
from domain.workflows.files import StoredFile

TableFormat = Literal["csv", "xlsx", "json"]
Cell = bool | int | float | str | None

MEDIA_TYPES: Final[dict[TableFormat, str]] = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
}
#: A sheet is held in memory, empty cells between two filled ones included.
_MOST_CELLS: Final = 2_000_000
_MOST_UNPACKED: Final = 200 * 1024 * 1024
_MOST_PARTS: Final = 2_000
_CHUNK: Final = 1024 * 1024
#: Where a cell or a row stands, however its attribute is written.
_PLACE: Final = re.compile(rb"\br\s*=\s*[\"']\s*([A-Za-z]{0,3})([0-9]{1,9})\s*[\"']")
_DELIMITERS: Final = ",;\t|"
_SNIFFED: Final = 8_192
_AS_TEXT: Final = "Save it as CSV in UTF-8, as XLSX or as JSON."


@dataclass(frozen=True, slots=True)
class Table:
    """Rows with named columns."""

    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]

    def records(self) -> list[dict[str, Cell]]:
        """The rows by their columns' names."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


def table_of(file: StoredFile, sheet: str | None = None) -> Table:
    """The table in a file, by what it is rather than by its name; raises `UnreadableFile`."""
    if file.content.startswith(b"PK"):
        lines = _workbook_lines(file, sheet)
    else:
        text = text_of(file)
        lines = _json_lines(file, text) if text.lstrip()[:1] in ("[", "{") else _csv_lines(text)
    return _table(lines)


def text_of(file: StoredFile) -> str:
    """A file's text; raises `UnreadableFile` for what is none."""
    try:
        text = file.content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableFile(file.name, "it is no text in UTF-8", _AS_TEXT) from error
    if "\0" in text:
        raise UnreadableFile(file.name, "it is no text", _AS_TEXT)
    return text


def written(table: Table, kind: TableFormat) -> bytes:
    """A table as a file's content; no cell of it is a formula."""
    if kind == "json":
        return json.dumps(table.records(), ensure_ascii=False, indent=1).encode()
    lines = [list(table.columns), *table.rows]
    return _as_csv(lines) if kind == "csv" else _as_workbook(lines)


def _as_csv(lines: Sequence[Sequence[Cell]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    for line in lines:
        writer.writerow([safe_cell(cell) if isinstance(cell, str) else cell for cell in line])
    return text.getvalue().encode()


def _as_workbook(lines: Sequence[Sequence[Cell]]) -> bytes:
    book = Workbook(write_only=True)
    sheet: Any = book.create_sheet("Sheet1")
    for line in lines:
        sheet.append([_typed(sheet, cell) for cell in line])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _typed(sheet: Any, value: Cell) -> Any:
    if not isinstance(value, str):
        return value
    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", value))
    # The library takes what begins with = for a formula.
    cell.data_type = "s"
    return cell


def _csv_lines(text: str) -> list[list[Cell]]:
    try:
        dialect: Any = csv.Sniffer().sniff(text[:_SNIFFED], _DELIMITERS)
    except csv.Error:
        dialect = csv.excel
    return [[*line] for line in csv.reader(io.StringIO(text, newline=""), dialect) if any(line)]


def _json_lines(file: StoredFile, text: str) -> list[list[Cell]]:
    try:
        data: Any = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnreadableFile(file.name, "it is no JSON", "Save it as CSV.") from error
    rows = cast("list[Any]", data) if isinstance(data, list) else [data]
    if all(isinstance(row, dict) for row in rows):
        records = cast("list[dict[str, Any]]", rows)
        columns = list(dict.fromkeys(name for record in records for name in record))
        lines = [[_cell(record.get(name)) for name in columns] for record in records]
        return [[*columns], *lines]
    if all(isinstance(row, list) for row in rows):
        return [[_cell(cell) for cell in cast("list[Any]", row)] for row in rows]
    raise UnreadableFile(
        file.name, "it is no list of objects or of lists", "Bring it into that form."
    )


def _workbook_lines(file: StoredFile, sheet: str | None) -> list[list[Cell]]:
    _check_archive(file)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(file.content))
        names = book.sheet_names
        if sheet is not None and sheet not in names:
            known = ", ".join(names)
            raise UnreadableFile(file.name, f"it has no sheet {sheet}", f"It has {known}.")
        if not names:
            raise UnreadableFile(file.name, "it has no sheet", _AS_TEXT)
        found = book.get_sheet_by_name(sheet or names[0]).to_python(skip_empty_area=True)
    except CalamineError as error:
        raise UnreadableFile(file.name, "it is no workbook that can be read", _AS_TEXT) from error
    return [[_cell(cell) for cell in line] for line in found if any(cell != "" for cell in line)]


def _check_archive(file: StoredFile) -> None:
    """Refuse what would be larger in memory than anybody expects; raises `UnreadableFile`."""
    unpacked = 0
    try:
        with zipfile.ZipFile(io.BytesIO(file.content)) as archive:
            parts = archive.infolist()
            if len(parts) > _MOST_PARTS:
                raise _bomb(file)
            for part in parts:
                last_column, last_row, tail = 1, 1, b""
                for chunk in _chunks(archive, part):
                    unpacked += len(chunk)
                    for letters, row in _PLACE.findall(tail + chunk):
                        last_column = max(last_column, _number(letters))
                        last_row = max(last_row, int(row))
                    tail = chunk[-32:]
                    if unpacked > _MOST_UNPACKED or last_column * last_row > _MOST_CELLS:
                        raise _bomb(file)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise UnreadableFile(file.name, "it is a broken or locked archive", _AS_TEXT) from error


def _chunks(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    with archive.open(part) as opened:
        while chunk := opened.read(_CHUNK):
            yield chunk


def _bomb(file: StoredFile) -> UnreadableFile:
    return UnreadableFile(
        file.name, f"it spans more than {_MOST_CELLS:,} cells", "Save the part that is needed."
    )


def _number(letters: bytes) -> int:
    value = 0
    for letter in letters.upper():
        value = value * 26 + letter - ord("A") + 1
    return max(value, 1)


def _cell(value: Any) -> Cell:
    """A cell as JSON has it."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if value == "":
        return None
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return value


def _table(lines: list[list[Cell]]) -> Table:
    if not lines:
        return Table((), ())
    width = max(len(line) for line in lines)
    columns: list[str] = []
    for place in range(width):
        heading = lines[0][place] if place < len(lines[0]) else None
        name = str(heading).strip() if heading not in (None, "") else f"column {place + 1}"
        known, number = name, 2
        while name in columns:
            name, number = f"{known} {number}", number + 1
        columns.append(name)
    return Table(columns, [[*line, *([None] * (width - len(line)))] for line in lines[1:]])
