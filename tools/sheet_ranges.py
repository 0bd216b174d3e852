"""Ranges of cells in A1 notation, as far as their corners matter."""

import re
from typing import Final

_CORNER: Final = re.compile(r"\$?([A-Za-z]{1,3})?\$?([1-9][0-9]{0,7})?")


def header_names(cells: list[bool | int | float | str | None]) -> list[str]:
    """The headings, each one only once: repeated ones get a number, empty ones their place."""
    names: list[str] = []
    for place, cell in enumerate(cells, start=1):
        name = str(cell).strip() if cell not in (None, "") else f"column {place}"
        known, number = name, 2
        while name in names:
            name, number = f"{known} {number}", number + 1
        names.append(name)
    return names


def row_number(cells: str) -> int:
    """The first row of a range, 1 where it says none."""
    return _corner(cells)[2]


def first_cell(cells: str, height: int, width: int) -> str:
    """The range of so many cells from the first one of `cells` on."""
    sheet, column, row = _corner(cells)
    last = f"{_letters(column + width - 1)}{row + height - 1}"
    return f"{sheet}{_letters(column)}{row}:{last}"


def _corner(cells: str) -> tuple[str, int, int]:
    """The sheet with its exclamation mark, and column and row of the first cell."""
    sheet, mark, rest = cells.rpartition("!")
    found = _CORNER.fullmatch(rest.partition(":")[0])
    if found is None or not (mark or ":" in cells or found[2]):
        # A name alone is a sheet, and stands for all its cells.
        return f"{cells}!", 1, 1
    return f"{sheet}{mark}", _number(found[1] or "A"), int(found[2] or 1)


def _number(letters: str) -> int:
    value = 0
    for letter in letters.upper():
        value = value * 26 + ord(letter) - ord("A") + 1
    return value


def _letters(number: int) -> str:
    found = ""
    while number:
        number, rest = divmod(number - 1, 26)
        found = chr(ord("A") + rest) + found
    return found
