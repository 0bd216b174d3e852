"""Axes end at a round number at or above the data."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from domain.charts.scales import position, ticks


def test_ticks_are_round() -> None:
    assert ticks(Decimal(96)) == [0, 25, 50, 75, 100]
    assert ticks(Decimal("0.0031")) == [Decimal(n) / 1000 for n in (0, 1, 2, 3, 4)]
    assert ticks(Decimal(0)) == [0]


@given(st.decimals(min_value="0.000001", max_value=10**9, places=6))
def test_ticks_hold_the_largest_value_and_stay_few(largest: Decimal) -> None:
    found = ticks(largest)
    assert found[-1] >= largest
    assert 2 <= len(found) <= 6


def test_position_of_nothing_is_the_start() -> None:
    assert position(Decimal(0), Decimal(0), 100) == 0
