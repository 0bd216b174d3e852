"""Amounts of exports in the one currency we count in."""

from decimal import Decimal

from domain.costs.formats.fields import Fields, UnusableRow


def in_usd(fields: Fields, column: str, currency: str | None) -> Decimal | None:
    """The amount; raises `UnusableRow` when it is in another currency, as no rate is known."""
    amount = fields.number(column)
    if amount is not None and currency is not None and currency.upper() != "USD":
        raise UnusableRow(column, f"{amount} {currency}", "other_currency", _OTHER_CURRENCY)
    return amount


_OTHER_CURRENCY = (
    "The amount is not in US dollars, and no exchange rate is known.",
    "Export the amounts in USD.",
)
