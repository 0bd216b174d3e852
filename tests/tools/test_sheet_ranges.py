"""Corners of ranges in A1 notation."""

import pytest

from tools.sheet_ranges import first_cell, header_names, row_number


@pytest.mark.parametrize(
    ("cells", "row"),
    [("Payments", 1), ("Payments!A7:C7", 7), ("B12", 12), ("'My ! sheet'!$C$5", 5), ("A:D", 1)],
)
def test_the_first_row_of_a_range(cells: str, row: int) -> None:
    assert row_number(cells) == row


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        ("Payments", "Payments!A1:B3"),
        ("Payments!Z2", "Payments!Z2:AA4"),
        ("C3:D9", "C3:D5"),
        ("'New orders'!B:C", "'New orders'!B1:C3"),
    ],
)
def test_so_many_cells_from_the_first_one_on(cells: str, found: str) -> None:
    assert first_cell(cells, height=3, width=2) == found


def test_headings_are_told_apart() -> None:
    assert header_names(["Name", "", "Name", None, 7]) == [
        *("Name", "column 2", "Name 2", "column 4", "7"),
    ]
