"""A tenant's own price table: negotiated prices, and models that no public list has.

`{model: {provider, input, cache_read, cache_write, cache_write_1h?, output, batch_factor,
cache_min_tokens}}`, prices in USD per million tokens as decimal texts.
"""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any, cast

from domain.costs.prices import Rates
from domain.errors import InvalidInput

_KNOWN = frozenset(
    {
        "provider",
        "input",
        "cache_read",
        "cache_write",
        "cache_write_1h",
        "output",
        "batch_factor",
        "cache_min_tokens",
        "context_window",
    }
)


def parse_own_prices(table: Mapping[str, Any]) -> dict[str, Rates]:
    """Rates by lower-case model name, for `PriceBook`; raises `InvalidInput` naming the model."""
    return {model.lower(): _rates(model, entry) for model, entry in table.items()}


def _rates(model: str, entry: object) -> Rates:
    if not isinstance(entry, Mapping):
        raise _unusable(model, "it is not an object")
    values = cast("Mapping[str, Any]", entry)
    unknown = sorted(values.keys() - _KNOWN)
    if unknown:
        raise _unusable(model, f"there is no field {unknown[0]}")
    standard = Rates(
        provider=str(values.get("provider") or "own"),
        model=model,
        input=_needed(model, values, "input"),
        cache_read=_price(model, values, "cache_read"),
        cache_write_5m=_price(model, values, "cache_write"),
        cache_write_1h=_price(model, values, "cache_write_1h"),
        output=_needed(model, values, "output"),
        batch_factor=_price(model, values, "batch_factor") or Decimal(1),
        cache_min_tokens=_whole(model, values, "cache_min_tokens"),
        context_window=_whole(model, values, "context_window"),
        source="own prices",
    )
    if standard.batch_factor == 1:
        return standard
    return replace(standard, batch=_scaled(standard, standard.batch_factor))


def _scaled(rates: Rates, factor: Decimal) -> Rates:
    def scaled(price: Decimal | None) -> Decimal | None:
        return None if price is None else price * factor

    return replace(
        rates,
        input=rates.input * factor,
        cache_read=scaled(rates.cache_read),
        cache_write_5m=scaled(rates.cache_write_5m),
        cache_write_1h=scaled(rates.cache_write_1h),
        output=rates.output * factor,
        batch_factor=Decimal(1),
    )


def _needed(model: str, values: Mapping[str, Any], name: str) -> Decimal:
    price = _price(model, values, name)
    if price is None:
        raise _unusable(model, f"{name} is missing")
    return price


def _price(model: str, values: Mapping[str, Any], name: str) -> Decimal | None:
    value = values.get(name)
    if value is None:
        return None
    try:
        price = Decimal(str(value))
    except InvalidOperation as error:
        raise _unusable(model, f"{name} is not a number") from error
    if not price.is_finite() or price < 0:
        raise _unusable(model, f"{name} is not a number from 0 up")
    return price


def _whole(model: str, values: Mapping[str, Any], name: str) -> int | None:
    price = _price(model, values, name)
    return None if price is None else int(price)


def _unusable(model: str, reason: str) -> InvalidInput:
    return InvalidInput(
        f"The price of model {model} cannot be used: {reason}. Give USD per million tokens as "
        'texts, such as {"input": "2.50", "output": "10"}.'
    )
