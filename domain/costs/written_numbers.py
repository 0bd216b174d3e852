"""Numbers as people and spreadsheets write them, read exactly or not at all."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

DecimalMark = Literal[".", ","]

#: What programs write where there is no number: missing, never zero.
MISSING_TEXTS = frozenset(
    {
        "",
        "-",
        "n/a",
        "na",
        "nan",
        "nil",
        "none",
        "null",
        "#n/a",
        "#div/0!",
        "#name?",
        "#null!",
        "#num!",
        "#ref!",
        "#value!",
    }
)
#: More is a slip of the key or another column's content.
LARGEST_COUNT = 10**12
LARGEST_NUMBER = 10**9

_PLAIN = re.compile(r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
_GROUPED = re.compile(r"[+-]?\d{1,3}(?:(?P<mark>[.,' \u00a0\u202f])\d{3})+")
_AFFIXES = re.compile(r"^(?:usd|us\$|\$)\s*|\s*(?:usd|us\$|\$|tokens?|tok)$", re.IGNORECASE)
_SCALES = {"k": Decimal(1_000), "m": Decimal(1_000_000), "b": Decimal(1_000_000_000)}
_SPACES = "' \u00a0\u202f"


class AmbiguousNumber(ValueError):
    """A text that reads as two different numbers, such as `1,234`."""


@dataclass(frozen=True, slots=True)
class NumberStyle:
    """Which mark a column puts before decimals; None while no cell has shown it."""

    decimal_mark: DecimalMark | None = None


def is_missing(text: str) -> bool:
    """Whether the text stands for "no value", spreadsheet errors included."""
    return text.strip().lower() in MISSING_TEXTS


def number_style(cells: Iterable[str], whole_numbers: bool = False) -> NumberStyle:
    """Decide a column's marks from the cells that can be read only one way.

    In a column of whole numbers, a mark before three digits that are not all zero groups thousands.
    """
    for cell in cells:
        mark = _decimal_mark(_strip_affixes(cell.strip())[0], whole_numbers)
        if mark is not None:
            return NumberStyle(mark)
    return NumberStyle()


def parse_number(text: str, style: NumberStyle) -> Decimal:
    """The exact number; raises `AmbiguousNumber`, or `ValueError` when it is none at all.

    Reads signs, exponents, thousands marks, `$` and `USD`, and the suffixes k, M and B.
    """
    body, scale = _strip_affixes(text.strip())
    mark = style.decimal_mark or _decimal_mark(body, whole_numbers=False)
    if mark is None and _is_ambiguous(body):
        raise AmbiguousNumber(text)
    decimal_mark = mark or "."
    group_mark = "," if decimal_mark == "." else "."
    whole, found, fraction = body.partition(decimal_mark)
    if decimal_mark in fraction or group_mark in fraction:
        raise ValueError(f"{text!r} is not a number")
    digits = _ungrouped(whole, group_mark) + ("." + fraction if found else "")
    if not _PLAIN.fullmatch(digits):
        raise ValueError(f"{text!r} is not a number")
    try:
        return Decimal(digits) * scale
    except ArithmeticError as error:
        raise ValueError(f"{text!r} is not a number") from error


def parse_count(text: str, style: NumberStyle) -> int:
    """A whole number from 0 to `LARGEST_COUNT`; raises as `parse_number` does."""
    if text.isdecimal() and text.isascii():
        count = int(text) if len(text) <= 16 else LARGEST_COUNT + 1
    else:
        number = parse_number(text, style)
        if number.adjusted() > 16 or number != number.to_integral_value():
            raise ValueError(f"{text!r} is not a whole number")
        count = int(number)
    if not 0 <= count <= LARGEST_COUNT:
        raise ValueError(f"{text!r} is not a possible count")
    return count


def _strip_affixes(text: str) -> tuple[str, Decimal]:
    body = _AFFIXES.sub("", text)
    scale = _SCALES.get(body[-1:].lower())
    return (body[:-1].rstrip(), scale) if scale else (body, Decimal(1))


def _ungrouped(whole: str, group_mark: str) -> str:
    match = _GROUPED.fullmatch(whole)
    if match and (match["mark"] == group_mark or match["mark"] in _SPACES):
        marks = {character for character in whole if not character.isdigit()} - {"+", "-"}
        if len(marks) == 1:
            return whole.replace(match["mark"], "")
    return whole


def _is_ambiguous(body: str) -> bool:
    """One mark of either kind before exactly three digits, with one to three before it."""
    match = _GROUPED.fullmatch(body)
    if match is None or match["mark"] not in ".,":
        return False
    whole = body.lstrip("+-").partition(match["mark"])[0]
    return body.count(match["mark"]) == 1 and not whole.startswith("0")


def _decimal_mark(body: str, whole_numbers: bool) -> DecimalMark | None:
    """The decimal mark that this one text proves."""
    dots, commas = body.count("."), body.count(",")
    if dots and commas:
        return "." if body.rfind(".") > body.rfind(",") else ","
    if dots > 1:
        return ","
    if commas > 1:
        return "."
    if dots + commas != 1:
        return None
    mark: DecimalMark = "." if dots else ","
    if not _is_ambiguous(body):
        return mark
    if whole_numbers and not body.endswith("000"):
        return "," if mark == "." else "."
    return None
