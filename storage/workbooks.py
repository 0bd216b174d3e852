"""Workbooks (.xlsx) as CSV text: the first visible sheet that is not empty, in constant memory.

A workbook is a zip of XML, so both can be bombs. XML is read piece by piece, without entities or
document types; no formula is computed and no link is followed.
"""

import csv
import io
import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, TypeVar
from xml.sax import SAXException  # nosec B406
from zipfile import ZipFile

from defusedxml.common import DefusedXmlException
from defusedxml.expatreader import create_parser

from domain.costs.formats.limits import Limits
from domain.errors import UnreadableFile
from storage.workbook_parts import (
    BrokenPart,
    Part,
    Relationships,
    SharedTexts,
    SheetRows,
    Sheets,
    Styles,
)

_CONTENT_TYPES: Final = "[Content_Types].xml"
_WORKBOOK: Final = "xl/workbook.xml"
_CHUNK_BYTES: Final = 64 * 1024
#: One tag, or the text between two; a cell holds 32,767 characters.
_LONGEST_PIECE: Final = 1024 * 1024
_MOST_SHEETS: Final = 50

P = TypeVar("P", bound=Part)


def is_workbook(archive: ZipFile) -> bool:
    """Whether a zip is a workbook, by the names in it."""
    names = set(archive.namelist())
    return _CONTENT_TYPES in names and any(name.startswith("xl/") for name in names)


@dataclass(frozen=True, slots=True)
class Workbook:
    """A workbook whose zip has been opened within limits."""

    archive: ZipFile
    file_name: str
    limits: Limits

    def csv_chunks(self) -> Iterator[bytes]:
        """The lines of its first sheet with something in it, as CSV.

        Raises `UnreadableFile` for macros, links to other files and broken parts, and `TooLarge`.
        """
        self._refuse_live_parts()
        try:
            yield from self._csv_chunks()
        except (SAXException, BrokenPart, KeyError) as error:
            reason = str(error) if isinstance(error, BrokenPart) else "a part of it is broken"
            raise self._unreadable(reason, "Save it again, or export it as CSV.") from error
        except DefusedXmlException as error:
            raise self._unreadable(
                "its XML declares a document type or entities", "Export it as CSV."
            ) from error

    def _csv_chunks(self) -> Iterator[bytes]:
        names = set(self.archive.namelist())
        sheets = self._read(_WORKBOOK, Sheets())
        targets = self._read("xl/_rels/workbook.xml.rels", Relationships()).targets
        styles = self._read("xl/styles.xml", Styles()) if "xl/styles.xml" in names else Styles()
        shared = SharedTexts()
        if "xl/sharedStrings.xml" in names:
            shared = self._read("xl/sharedStrings.xml", shared)
        for relationship_id in sheets.relationship_ids[:_MOST_SHEETS]:
            path = _path(targets.get(relationship_id, ""))
            rows = SheetRows(shared.texts, styles.are_dates, sheets.epoch, self.limits)
            is_empty = True
            for chunk in self._sheet(path, rows):
                is_empty = False
                yield chunk
            if not is_empty:
                return
        raise self._unreadable("its sheets are empty", "Save it again, or export it as CSV.")

    def _sheet(self, path: str, rows: SheetRows) -> Iterator[bytes]:
        for _ in self._parsing(path, rows):
            if rows.rows:
                text = io.StringIO()
                csv.writer(text).writerows(rows.rows)
                rows.rows.clear()
                yield text.getvalue().encode(errors="replace")

    def _read(self, path: str, part: P) -> P:
        for _ in self._parsing(path, part):
            pass
        return part

    def _parsing(self, path: str, part: Part) -> Iterator[None]:
        """Feed a part's XML to its listener, a little at a time."""
        parser: Any = create_parser(forbid_dtd=True)
        parser.setContentHandler(part)
        piece = 0
        with self.archive.open(path) as file:
            while chunk := file.read(_CHUNK_BYTES):
                # The parser holds a tag until it ends, so an endless one would fill the memory.
                end = chunk.rfind(b">")
                piece = piece + len(chunk) if end < 0 else len(chunk) - end
                if piece > _LONGEST_PIECE:
                    raise BrokenPart("a tag or text in it does not end")
                parser.feed(chunk)
                yield
        parser.close()
        yield

    def _refuse_live_parts(self) -> None:
        names = [name.lower() for name in self.archive.namelist()]
        if any(name.endswith("vbaproject.bin") or "/macrosheets/" in name for name in names):
            raise self._unreadable("it contains macros", "Save it as .xlsx without them.")
        if any(name.startswith("xl/externallinks/") for name in names):
            raise self._unreadable(
                "it contains links to other files", "Paste their values and save it again."
            )

    def _unreadable(self, reason: str, next_step: str) -> UnreadableFile:
        return UnreadableFile(self.file_name, reason, next_step)


def _path(target: str) -> str:
    """Where a relationship of the workbook leads inside the zip."""
    return posixpath.normpath(posixpath.join("/xl", target)).removeprefix("/")
