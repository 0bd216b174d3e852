"""Numbers as people write them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.costs.written_numbers import (
    LARGEST_COUNT,
    AmbiguousNumber,
    NumberStyle,
    is_missing,
    number_style,
    parse_count,
    parse_number,
)

POINT, COMMA, OPEN = NumberStyle("."), NumberStyle(","), NumberStyle()


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1234", "1234"),
        ("1234.5", "1234.5"),
        ("0,5", "0.5"),
        ("0.125", "0.125"),
        ("1,234.5", "1234.5"),
        ("1.234,5", "1234.5"),
        ("1,234,567", "1234567"),
        ("1 234 567", "1234567"),
        ("1'234", "1234"),
        ("$0.12", "0.12"),
        ("0.12 USD", "0.12"),
        ("12k", "12000"),
        ("1.5M", "1500000"),
        ("-3", "-3"),
        ("1e-05", "0.00001"),
    ],
)
def test_one_reading_is_taken(text: str, number: str) -> None:
    assert parse_number(text, OPEN) == Decimal(number)


@pytest.mark.parametrize("text", ["1,234", "1.234", "12,000"])
def test_two_readings_are_never_guessed(text: str) -> None:
    with pytest.raises(AmbiguousNumber):
        parse_number(text, OPEN)


def test_the_column_decides() -> None:
    assert parse_number("1,234", POINT) == 1234
    assert parse_number("1,234", COMMA) == Decimal("1.234")
    assert number_style(["1,234", "5.50"]) == POINT
    assert number_style(["1.234", "5,50"]) == COMMA
    assert number_style(["1,234"]) == OPEN


def test_a_column_of_whole_numbers_has_no_decimals() -> None:
    assert number_style(["1,234"], whole_numbers=True) == POINT
    assert number_style(["1.234"], whole_numbers=True) == COMMA
    assert number_style(["1,000"], whole_numbers=True) == OPEN


@pytest.mark.parametrize("text", ["", "abc", "1,2,3", "1..2", "1.2.3,4,5", "--1", "12 tokens more"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        parse_number(text, OPEN)


@pytest.mark.parametrize("text", ["", " ", "#N/A", "#REF!", "NaN", "null", "-", "n/a"])
def test_error_texts_are_missing(text: str) -> None:
    assert is_missing(text)


@pytest.mark.parametrize(
    "text", ["-1", "1.5", str(LARGEST_COUNT + 1), "1e99", "9" * 40, "1e999999999"]
)
def test_impossible_counts_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        parse_count(text, POINT)


@given(st.integers(0, LARGEST_COUNT))
def test_counts_survive_every_way_of_writing_them(count: int) -> None:
    assert parse_count(str(count), OPEN) == count
    assert parse_count(f"{count:,}", POINT) == count
    assert parse_count(f"{count:,}".replace(",", "."), COMMA) == count
    assert parse_count(f"{count}.0", POINT) == count


@given(st.decimals(min_value=0, max_value=10**9, places=6, allow_nan=False))
def test_decimals_are_exact(number: Decimal) -> None:
    assert parse_number(f"{number:f}", POINT) == number
    assert parse_number(f"{number:f}".replace(".", ","), COMMA) == number
    assert parse_number(f"{number:,f}", POINT) == number


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused_but_never_breaks(text: str) -> None:
    for style in (OPEN, POINT, COMMA):
        try:
            assert parse_number(text, style).is_finite()
        except ValueError:
            continue
