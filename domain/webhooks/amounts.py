"""Amounts as providers send them: whole numbers of the currency's smallest unit."""

from decimal import Decimal
from typing import Final

#: ISO 4217: currencies with another number of decimals than two.
_DECIMALS: Final = {
    **dict.fromkeys(
        (
            *("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG"),
            *("RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF", "XPF"),
        ),
        0,
    ),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}


def major_amount(amount_minor: int, currency: str) -> Decimal:
    """An amount in the currency's main unit, with all its decimals."""
    return Decimal(amount_minor).scaleb(-_DECIMALS.get(currency.upper(), 2))


def number_of(amount: Decimal) -> int | float:
    """The same as a JSON number; whole amounts without decimals."""
    return int(amount) if amount == amount.to_integral_value() else float(amount)
