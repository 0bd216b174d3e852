"""Amounts read with two decimals, with more where two would say nothing."""

from decimal import Decimal

import pytest

from domain.costs.money import share_of, show_share, show_unit_usd, show_usd


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        ("0", "$0.00"),
        ("1234567.891", "$1,234,567.89"),
        ("0.01", "$0.01"),
        ("0.009", "$0.0090"),
        ("0.0047", "$0.0047"),
        ("0.00123", "$0.0012"),
        ("0.0000123", "$0.000012"),
        ("0.0000001", "<$0.000001"),
        ("-2.5", "-$2.50"),
        ("2.675", "$2.68"),
        ("2.665", "$2.66"),
    ],
)
def test_amounts(amount: str, shown: str) -> None:
    assert show_usd(Decimal(amount)) == shown


def test_prices_of_one_call_have_four_decimals() -> None:
    assert show_unit_usd(Decimal("0.01144")) == "$0.0114"
    assert show_unit_usd(Decimal("3.5")) == "$3.50"
    assert show_unit_usd(Decimal("0.00012345")) == "$0.00012"


def test_shares() -> None:
    assert show_share(Decimal("0.1234")) == "12.3 %"
    assert show_share(Decimal("0.0001")) == "<0.1 %"
    assert show_share(Decimal(0)) == "0.0 %"
    assert share_of(Decimal(1), Decimal(0)) == 0
