"""Workbooks for tests: as a spreadsheet writes them, and with parts that no spreadsheet would."""

import io
import zipfile
from collections.abc import Sequence
from typing import Any

from openpyxl import Workbook, load_workbook

HEADER = ["time", "model", "input_tokens", "output_tokens"]


def workbook(*sheets: Sequence[Sequence[Any]]) -> bytes:
    """A workbook with these sheets."""
    book = Workbook()
    assert book.active is not None
    book.remove(book.active)
    for rows in sheets:
        sheet = book.create_sheet()
        for row in rows:
            sheet.append(list(row))
    return saved(book)


def saved(book: Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def opened(content: bytes) -> Workbook:
    return load_workbook(io.BytesIO(content))


def with_parts(content: bytes, **parts: bytes) -> bytes:
    """The workbook with other parts, named with `__` for `/` and `_dot_` for `.`."""
    named = {name.replace("__", "/").replace("_dot_", "."): part for name, part in parts.items()}
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as before,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as after,
    ):
        for name in before.namelist():
            if name not in named:
                after.writestr(name, before.read(name))
        for name, part in named.items():
            after.writestr(name, part)
    return buffer.getvalue()


def with_sheet(rows: bytes, before: bytes = b"") -> bytes:
    """A workbook whose sheet has this XML inside its rows."""
    name = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    sheet = b"%s<worksheet %s><sheetData>%s</sheetData></worksheet>" % (before, name, rows)
    return with_parts(workbook([HEADER]), xl__worksheets__sheet1_dot_xml=sheet)
