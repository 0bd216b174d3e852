"""One row's values by name: a bad value that is needed rejects the row, others are dropped."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, cast

import jiter

from domain.costs.records import CallStatus
from domain.costs.written_dates import AmbiguousDate, DateStyle, from_epoch, parse_moment
from domain.costs.written_numbers import (
    LARGEST_COUNT,
    LARGEST_NUMBER,
    AmbiguousNumber,
    NumberStyle,
    is_missing,
    parse_count,
    parse_number,
)

#: One row of any source: a CSV line or a JSON object.
Row = Mapping[str, Any]

_NO_STYLE = NumberStyle()
_NO_DATE_STYLE = DateStyle()


class UnusableRow(ValueError):
    """A row that cannot become a record: which value is wrong, and what would make it right."""

    def __init__(self, column: str | None, value: object, code: str, reason: tuple[str, str]):
        message, next_step = reason
        super().__init__(message)
        self.column = column
        self.value = None if value is None else str(value)
        self.code = code
        self.message = message
        self.next_step = next_step


class Fields:
    """A row's values by name. Several names may be given: the first that has a value counts."""

    __slots__ = ("_dates", "_numbers", "dropped", "values")

    def __init__(
        self,
        values: Mapping[str, Any],
        numbers: Mapping[str, NumberStyle] | None = None,
        dates: Mapping[str, DateStyle] | None = None,
    ) -> None:
        self.values = values
        self._numbers = numbers or {}
        self._dates = dates or {}
        #: Names of optional values that could not be used.
        self.dropped: list[str] = []

    def find(self, *names: str) -> tuple[str, Any]:
        """The first name that has a value, and the value; (first name, None) if none has."""
        for name in names:
            value = self.values.get(name)
            if value is not None and not (isinstance(value, str) and is_missing(value)):
                return name, value
        return names[0], None

    def text(self, *names: str) -> str | None:
        """Text without surrounding blanks."""
        value = self.find(*names)[1]
        if value is None or isinstance(value, Mapping | list):
            return None
        return str(value).strip()

    def needed_text(self, *names: str) -> str:
        """Text that the row cannot do without."""
        text = self.text(*names)
        if not text:
            raise _missing(names[0])
        return text

    def count(self, *names: str) -> int | None:
        """A whole number; a value that is none rejects the row."""
        name, value = self.find(*names)
        return None if value is None else self._count(name, value)

    def needed_count(self, *names: str) -> int:
        """A whole number that the row cannot do without."""
        count = self.count(*names)
        if count is None:
            raise _missing(names[0])
        return count

    def optional_count(self, *names: str) -> int | None:
        """A whole number; a value that is none is dropped and remembered."""
        try:
            return self.count(*names)
        except UnusableRow as error:
            self.dropped.append(str(error.column))
            return None

    def number(self, *names: str) -> Decimal | None:
        """An exact number; a value that is none rejects the row."""
        name, value = self.find(*names)
        if value is None:
            return None
        try:
            if isinstance(value, int | Decimal) and not isinstance(value, bool):
                number = Decimal(value)
            else:
                number = parse_number(str(value), self._numbers.get(name, _NO_STYLE))
            # Also false for what is no finite number.
            if not abs(number) <= LARGEST_NUMBER:
                raise ValueError(f"{value} is not a possible amount")
            return number
        except AmbiguousNumber as error:
            raise _ambiguous_number(name, value) from error
        except ValueError as error:
            raise UnusableRow(name, value, "bad_number", _BAD_NUMBER) from error

    def optional_number(self, *names: str) -> Decimal | None:
        """An exact number; a value that is none is dropped and remembered."""
        try:
            return self.number(*names)
        except UnusableRow as error:
            self.dropped.append(str(error.column))
            return None

    def optional_setting(self, *names: str) -> float | None:
        """A model's parameter such as the temperature; a value that is none is dropped."""
        number = self.optional_number(*names)
        return None if number is None else float(round(number, 4))

    def needed_moment(self, *names: str) -> datetime:
        """A moment in UTC that the row cannot do without."""
        moment = self.moment(*names)
        if moment is None:
            raise _missing(names[0])
        return moment

    def moment(self, *names: str) -> datetime | None:
        """A moment in UTC; a value that is none rejects the row."""
        name, value = self.find(*names)
        if value is None:
            return None
        try:
            if isinstance(value, int | Decimal):
                return from_epoch(value if isinstance(value, int) else float(value))
            return parse_moment(str(value), self._dates.get(name, _NO_DATE_STYLE))
        except AmbiguousDate as error:
            raise UnusableRow(name, value, "ambiguous_date", _AMBIGUOUS_DATE) from error
        except (ValueError, OverflowError) as error:
            raise UnusableRow(name, value, "bad_date", _BAD_DATE) from error

    def optional_moment(self, *names: str) -> datetime | None:
        """A moment in UTC; a value that is none is dropped and remembered."""
        try:
            return self.moment(*names)
        except UnusableRow as error:
            self.dropped.append(str(error.column))
            return None

    def flag(self, *names: str) -> bool:
        """Whether the value says yes."""
        value = self.find(*names)[1]
        return value is True or str(value).strip().lower() in {"true", "1", "yes", "t"}

    def inner(self, *names: str) -> "Fields":
        """The object inside a value, parsed when it is JSON text; empty when there is none."""
        return Fields(as_object(self.find(*names)[1]))

    def items(self, *names: str) -> Sequence[Any]:
        """The list inside a value, parsed when it is JSON text; empty when there is none."""
        value = self.find(*names)[1]
        parsed = _from_json(value) if isinstance(value, str) else value
        return cast("list[Any]", parsed) if isinstance(parsed, list) else ()

    def _count(self, name: str, value: object) -> int:
        try:
            if isinstance(value, int) and not isinstance(value, bool):
                if 0 <= value <= LARGEST_COUNT:
                    return value
                raise ValueError(value)
            return parse_count(str(value).strip(), self._numbers.get(name, _NO_STYLE))
        except AmbiguousNumber as error:
            raise _ambiguous_number(name, value) from error
        except ValueError as error:
            raise UnusableRow(name, value, "bad_count", _BAD_COUNT) from error


def as_object(value: object) -> Mapping[str, Any]:
    """The JSON object that a value is or holds as text; empty when it is none."""
    parsed = _from_json(value) if isinstance(value, str) else value
    return cast("dict[str, Any]", parsed) if isinstance(parsed, dict) else {}


def objects_in(value: object) -> Iterator[Row]:
    """The JSON objects in a list; none when it is no list."""
    if isinstance(value, list):
        for item in cast("list[Any]", value):
            if isinstance(item, dict):
                yield cast(Row, item)


def status_of(text: str | None) -> CallStatus:
    """Success or error, from a status word or an HTTP status; nothing said means success."""
    word = (text or "").strip().lower()
    is_error = word.startswith(("err", "fail", "4", "5")) or word in {"timeout", "cancelled"}
    return "error" if is_error else "success"


_BAD_NUMBER = (
    "This is not a number.",
    "Write it in digits, such as 1234.5, or leave the cell empty.",
)
_BAD_COUNT = (
    "This is not a whole number from 0 up.",
    "Write the count in digits, such as 1234, or leave the cell empty.",
)
_BAD_DATE = (
    "This is not a time of the years 2015 to 2099.",
    "Write it as 2025-06-05 14:30:00 (UTC) or as epoch seconds.",
)
_AMBIGUOUS_DATE = (
    "Day and month of this date can be exchanged, and no other row shows which comes first.",
    "Export the dates as 2025-06-05.",
)


def _missing(name: str) -> UnusableRow:
    reason = (f"The row has no {name}.", "Fill it in, or leave the row out.")
    return UnusableRow(name, None, "missing", reason)


def _ambiguous_number(name: str, value: object) -> UnusableRow:
    reason = (
        "The mark in this number may separate thousands or decimals, and no other row shows which.",
        "Export the numbers without thousands marks.",
    )
    return UnusableRow(name, value, "ambiguous_number", reason)


def _from_json(text: str) -> Any:
    stripped = text.strip()
    if stripped[:1] not in ("{", "["):
        return None
    try:
        return jiter.from_json(stripped.encode(), float_mode="decimal", cache_mode="keys")
    except ValueError:
        return None
