"""Moments as exports write them: ISO, epoch, spreadsheet serials and local date styles."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

DateOrder = Literal["day_first", "month_first"]

#: Usage of language models before this year or after that one is a misread number.
EARLIEST = datetime(2015, 1, 1, tzinfo=UTC)
LATEST = datetime(2100, 1, 1, tzinfo=UTC)

_SLASHED = re.compile(
    r"(?P<a>\d{1,2})[/.-](?P<b>\d{1,2})[/.-](?P<year>\d{4})"
    r"(?:[ T,]+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}(?:\.\d+)?))?"
    r"\s*(?P<half>[AaPp][Mm])?)?\s*(?:Z|UTC|GMT)?"
)
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_ZONE_NAME = re.compile(r"\s*(?:UTC|GMT)$")
#: Day 0 of the two spreadsheet epochs; 1900 counts a 29 February that never was.
_SERIAL_1900 = datetime(1899, 12, 30, tzinfo=UTC)
_SERIAL_1904 = datetime(1904, 1, 1, tzinfo=UTC)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: Serials of 2015 to 2099; every epoch second since 1971 is larger.
_LARGEST_SERIAL = 73_050


class AmbiguousDate(ValueError):
    """A date whose day and month can be exchanged, such as `05/06/2025`."""


@dataclass(frozen=True, slots=True)
class DateStyle:
    """What a column's cells have shown about how it writes dates."""

    order: DateOrder | None = None
    #: Spreadsheet serials count from 1904 instead of 1900.
    serials_from_1904: bool = False


def date_style(cells: Iterable[str]) -> DateStyle:
    """Decide day-first or month-first from the cells that can be read only one way."""
    for cell in cells:
        match = _SLASHED.fullmatch(cell.strip())
        if match is None:
            continue
        if int(match["a"]) > 12:
            return DateStyle("day_first")
        if int(match["b"]) > 12:
            return DateStyle("month_first")
    return DateStyle()


def parse_moment(text: str, style: DateStyle) -> datetime:
    """The moment in UTC; a text without a zone is taken as UTC.

    Raises `AmbiguousDate`, or `ValueError` when it is no moment of the years 2015 to 2099.
    """
    text = text.strip()
    if _NUMBER.fullmatch(text) and len(text.partition(".")[0]) != 8:
        moment = _from_number(text, style)
    elif match := _SLASHED.fullmatch(text):
        moment = _from_parts(match, style, text)
    else:
        moment = datetime.fromisoformat(_ZONE_NAME.sub("", text))
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    if not EARLIEST <= moment < LATEST:
        raise ValueError(f"{text!r} is outside the years 2015 to 2099")
    return moment


def from_epoch(number: float) -> datetime:
    """Epoch seconds, milliseconds, microseconds or nanoseconds, told apart by size."""
    seconds, exponent = number, 0
    while seconds >= 1e11 and exponent < 3:
        seconds, exponent = seconds / 1000, exponent + 1
    if isinstance(number, int):
        microseconds = number * 1_000_000 // 1000**exponent
    else:
        microseconds = round(seconds * 1_000_000)
    return _EPOCH + timedelta(microseconds=microseconds)


def milliseconds_between(start: datetime, end: datetime | None) -> int | None:
    """A duration in whole milliseconds; None without an end, or when it lies before the start."""
    if end is None or end < start:
        return None
    return round((end - start).total_seconds() * 1000)


def _from_number(text: str, style: DateStyle) -> datetime:
    whole, _, fraction = text.partition(".")
    if int(whole) > _LARGEST_SERIAL:
        try:
            return from_epoch(float(text) if fraction else int(whole))
        except OverflowError as error:
            raise ValueError(f"{text!r} is not a moment") from error
    epoch = _SERIAL_1904 if style.serials_from_1904 else _SERIAL_1900
    # Serials carry about 0.1 s of noise at their usual 5 to 10 decimals.
    return epoch + timedelta(milliseconds=round(float(text) * 86_400_000))


def _from_parts(match: re.Match[str], style: DateStyle, text: str) -> datetime:
    first, second = int(match["a"]), int(match["b"])
    if first > 12:
        order: DateOrder | None = "day_first"
    elif second > 12:
        order = "month_first"
    else:
        order = style.order
    if order is None and first != second:
        raise AmbiguousDate(text)
    day, month = (second, first) if order == "month_first" else (first, second)
    seconds = float(match["second"] or 0)
    midnight = datetime(int(match["year"]), month, day, tzinfo=UTC)
    return midnight + timedelta(
        hours=_hour(match), minutes=int(match["minute"] or 0), seconds=seconds
    )


def _hour(match: re.Match[str]) -> int:
    hour = int(match["hour"] or 0)
    half = match["half"]
    if half is None:
        if hour > 23:
            raise ValueError(f"{match[0]!r} has no such hour")
        return hour
    if not 1 <= hour <= 12:
        raise ValueError(f"{match[0]!r} has no such hour")
    return hour % 12 + (12 if half.lower() == "pm" else 0)
