"""The parts of a workbook, each a listener to its XML that keeps no more than it must."""

from datetime import datetime
from typing import Any, Final, cast
from xml.sax.handler import ContentHandler  # nosec B406
from xml.sax.xmlreader import AttributesImpl  # nosec B406

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format
from openpyxl.utils import datetime as excel_dates

from domain.costs.formats.limits import Limits
from domain.errors import TooLarge

#: Deeper nesting than any workbook's.
_DEEPEST: Final = 64
#: Texts that cells share.
_MOST_TEXTS: Final = 2_000_000
#: Empty rows between others are kept, so that lines can be found again; more are passed over.
_KEPT_GAP: Final = 1000
#: Of a cell's place, such as XFD.
_MOST_LETTERS: Final = 3


class BrokenPart(Exception):
    """XML that is none of a workbook; says why."""


class Part(ContentHandler):
    """What an XML parser tells; names come without the prefix of their namespace."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = 0

    def startElement(self, name: str, attrs: "AttributesImpl[str]") -> None:
        """An element begins."""
        self._depth += 1
        if self._depth > _DEEPEST:
            raise BrokenPart("its XML is nested too deeply")
        self.opened(_local(name), attrs)

    def endElement(self, name: str) -> None:
        """An element ends."""
        self._depth -= 1
        self.closed(_local(name))

    def opened(self, name: str, attrs: "AttributesImpl[str]") -> None:
        """An element begins."""

    def closed(self, name: str) -> None:
        """An element ends."""


class Sheets(Part):
    """The workbook itself: its visible sheets in order, by the ids of relationships."""

    def __init__(self) -> None:
        super().__init__()
        self.relationship_ids: list[str] = []
        self.epoch: datetime = excel_dates.WINDOWS_EPOCH

    def opened(self, name: str, attrs: "AttributesImpl[str]") -> None:
        """A sheet, or how dates count."""
        if name == "sheet" and attrs.get("state", "visible") == "visible":
            ids = (attrs[key] for key in attrs.getNames() if _local(key) == "id")
            self.relationship_ids.extend(ids)
        elif name == "workbookPr" and attrs.get("date1904") in ("1", "true"):
            self.epoch = excel_dates.MAC_EPOCH


class Relationships(Part):
    """Which part each id of the workbook means."""

    def __init__(self) -> None:
        super().__init__()
        self.targets: dict[str, str] = {}

    def opened(self, name: str, attrs: "AttributesImpl[str]") -> None:
        """One relationship; what lies outside the file is nowhere."""
        if name == "Relationship" and attrs.get("TargetMode") != "External":
            self.targets[attrs.get("Id", "")] = attrs.get("Target", "")


class Styles(Part):
    """Which of the cells' styles show a number as a date."""

    def __init__(self) -> None:
        super().__init__()
        self._formats: dict[str, str] = {str(key): text for key, text in BUILTIN_FORMATS.items()}
        self._in_cells = False
        self.are_dates: list[bool] = []

    def opened(self, name: str, attrs: "AttributesImpl[str]") -> None:
        """A number format, or a style that uses one."""
        if name == "numFmt":
            self._formats[attrs.get("numFmtId", "")] = attrs.get("formatCode", "")
        elif name == "cellXfs":
            self._in_cells = True
        elif name == "xf" and self._in_cells:
            text = self._formats.get(attrs.get("numFmtId", ""), "")
            self.are_dates.append(is_date_format(text) and not is_timedelta_format(text))

    def closed(self, name: str) -> None:
        """The styles of cells end."""
        if name == "cellXfs":
            self._in_cells = False


class SharedTexts(Part):
    """The texts that cells name by number."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._pieces: list[str] = []
        self._is_text = False
        self._is_phonetic = False

    def opened(self, name: str, attrs: "AttributesImpl[str]") -> None:
        """A text, or a piece of one."""
        self._is_text = name == "t"
        self._is_phonetic = self._is_phonetic or name == "rPh"

    def characters(self, content: str) -> None:
        """Some of a text; how it is pronounced is left out."""
        if self._is_text and not self._is_phonetic:
            self._pieces.append(content)

    def closed(self, name: str) -> None:
        """A piece or a text ends."""
        self._is_text = False
        if name == "rPh":
            self._is_phonetic = False
        elif name == "si":
            if len(self.texts) >= _MOST_TEXTS:
                raise BrokenPart(f"it has more than {_MOST_TEXTS:,} texts")
            self.texts.append("".join(self._pieces))
            self._pieces = []


class SheetRows(Part):
    """The rows of a sheet as texts, for whoever takes them out of `rows` in time."""

    def __init__(self, texts: list[str], are_dates: list[bool], epoch: datetime, limits: Limits):
        super().__init__()
        self._texts, self._are_dates, self._epoch, self._limits = texts, are_dates, epoch, limits
        self.rows: list[list[str]] = []
        self._row: list[str] = []
        self._number = 0
        self._empty = 0
        self._kind = self._style = ""
        self._pieces: list[str] = []
        self._characters = 0
        self._is_value = False

    def opened(self, name: str, attrs: "AttributesImpl[str]") -> None:
        """A row, a cell or its value."""
        if name == "row":
            number = attrs.get("r", "")
            before, self._number = self._number, int(number) if _is_count(number) else 0
            self._number = max(self._number, before + 1)
            self._empty += min(self._number - before - 1, _KEPT_GAP)
            self._row, self._characters = [], 0
        elif name == "c":
            self._kind, self._style = attrs.get("t", "n"), attrs.get("s", "")
            self._pieces = []
            self._move_to(attrs.get("r", ""))
        elif name in ("v", "t"):
            self._is_value = True

    def characters(self, content: str) -> None:
        """Some of a value."""
        if self._is_value:
            self._characters += len(content)
            if self._characters > self._limits.line_bytes:
                limit = f"{self._limits.line_bytes // 1024} KB"
                raise TooLarge("A row of the sheet", limit, "GOLDENPATH_UPLOAD_LINE_KB")
            self._pieces.append(content)

    def closed(self, name: str) -> None:
        """A value, a cell or a row ends."""
        if name in ("v", "t"):
            self._is_value = False
        elif name == "c":
            # Rows are lines here.
            self._row[-1] = " ".join(self._value("".join(self._pieces)).splitlines())
        elif name == "row":
            self._end_row()

    def _end_row(self) -> None:
        if not any(self._row):
            self._empty = min(self._empty + 1, _KEPT_GAP)
            return
        # Empty rows count only when something comes behind them.
        self.rows.extend([] for _ in range(self._empty))
        self.rows.append(self._row)
        self._empty = 0

    def _move_to(self, place: str) -> None:
        """Make room up to the cell's column; one without a place comes next."""
        column = _column(place) or len(self._row) + 1
        if column > self._limits.columns:
            columns = f"{self._limits.columns} columns"
            raise TooLarge("A row of the sheet", columns, "GOLDENPATH_UPLOAD_COLUMNS")
        if column <= len(self._row):
            raise BrokenPart("its cells are not in order")
        self._row.extend("" for _ in range(column - len(self._row)))

    def _value(self, text: str) -> str:
        if self._kind == "s":
            at = int(text) if _is_count(text) else -1
            return self._texts[at] if 0 <= at < len(self._texts) else ""
        if self._kind == "n" and text and self._is_date():
            return _date(text, self._epoch)
        return text

    def _is_date(self) -> bool:
        at = int(self._style) if _is_count(self._style) else -1
        return 0 <= at < len(self._are_dates) and self._are_dates[at]


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


def _column(place: str) -> int:
    """The column of a place such as AB12, from 1; 0 when there is none."""
    letters = place.rstrip("0123456789")
    if not letters:
        return 0
    if len(letters) > _MOST_LETTERS or not (letters.isascii() and letters.isalpha()):
        raise BrokenPart("its cells are at places that no sheet has")
    column = 0
    for letter in letters.upper():
        column = 26 * column + ord(letter) - ord("A") + 1
    return column


def _date(text: str, epoch: datetime) -> str:
    convert = cast(Any, excel_dates).from_excel
    try:
        return str(convert(float(text), epoch))
    except (ValueError, OverflowError):
        return text
