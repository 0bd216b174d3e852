"""What tokens cost: the bundled price list, a tenant's own prices, and the one cost formula.

The bundled list is `genai-prices` (MIT): dated, in `Decimal`, never updated over the network here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from importlib.metadata import version
from typing import TYPE_CHECKING

from domain.costs.cache_minimums import cache_minimum_of
from domain.costs.records import UsageRecord
from domain.costs.tokens import TokenCounts

if TYPE_CHECKING:
    from domain.costs.price_list import BundledPrices, Tariff, TokenPrices

_MILLION = Decimal(1_000_000)
_NOTHING = Decimal(0)
_ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class Rates:
    """What one model charges, in USD per million tokens.

    A price of None is not published. Such tokens are charged at the nearest price that is: cache
    reads and writes at `input`, one-hour writes at `cache_write_5m`.
    """

    provider: str
    model: str
    input: Decimal
    cache_read: Decimal | None
    cache_write_5m: Decimal | None
    cache_write_1h: Decimal | None
    output: Decimal
    #: Batch price over standard price of input and output; 1 when no batch price is known.
    batch_factor: Decimal
    #: Shortest prefix that the provider caches; None when it is not known.
    cache_min_tokens: int | None
    context_window: int | None
    #: Where the figures come from, e.g. "genai-prices 0.2.3".
    source: str
    #: All prices of the batch API when they are known: cached input is not discounted everywhere.
    batch: "Rates | None" = None


class PriceBook:
    """Finds the rates that apply to a request, and remembers what it has found.

    `as_of` is what "now" means when a look-up names no time; without it, the moment this process
    read the bundled list. `own_rates`, by lower-case model name, win over the bundled list.
    """

    def __init__(
        self, as_of: datetime | None = None, own_rates: Mapping[str, Rates] | None = None
    ) -> None:
        self._given_as_of = as_of
        self._own_rates = dict(own_rates or {})
        self._tariffs: dict[tuple[str, str | None], Tariff | None] = {}
        self._rates: dict[tuple[Tariff, int, int], Rates | None] = {}

    @cached_property
    def _bundled(self) -> "BundledPrices":
        # Reading the list takes a fifth of a second, which a start does not wait for.
        from domain.costs.price_list import BundledPrices

        return BundledPrices()

    @property
    def _as_of(self) -> datetime:
        return self._given_as_of or self._bundled.loaded_at

    def rates_for(
        self,
        model: str,
        provider: str | None = None,
        at: datetime | None = None,
        input_tokens_per_request: int = 0,
        output_tokens_per_request: int = 0,
    ) -> Rates | None:
        """The rates of one request of that size at that time (UTC); None = unpriced.

        Long-context tiers are chosen by `input_tokens_per_request`: for a bucket of requests pass
        the mean. No published tier depends on the output's length so far.
        """
        if self._own_rates and (own := self._own_rates.get(model.lower())):
            return own
        name = (model, provider)
        if name not in self._tariffs:
            self._tariffs[name] = self._bundled.find(model, provider)
        tariff = self._tariffs[name]
        if tariff is None:
            return None
        at = at or self._as_of
        key = (tariff, tariff.period(at), tariff.tier(input_tokens_per_request))
        if key not in self._rates:
            self._rates[key] = _rates(tariff, at, input_tokens_per_request)
        return self._rates[key]

    def cost_of_record(self, record: UsageRecord) -> Decimal | None:
        """USD of a whole row, each of its requests priced at the mean size; None = unpriced."""
        if record.served_from_cache:
            return _NOTHING
        size = tokens_per_request(record)
        rates = self.rates_for(record.model, record.provider, record.occurred_at, size)
        if rates is None:
            return None
        tokens = TokenCounts(
            record.input_tokens,
            record.cache_read_tokens,
            record.cache_write_5m_tokens,
            record.cache_write_1h_tokens,
            record.output_tokens,
        )
        return cost_of(rates, tokens, record.batch)


def cost_of(rates: Rates, tokens: TokenCounts, batch: bool = False) -> Decimal:
    """USD of these tokens at these rates.

    β(N·p_in + R·p_cr + W5·p_cw5 + W1·p_cw1 + O·p_out) / 10⁶ with N the uncached input, and the
    batch API's own prices in place of β where they are known. Tokens of many requests may be given
    together when all are of the size that `rates` is for.
    """
    if batch and rates.batch is not None:
        rates = rates.batch
    cost = tokens.uncached_input_tokens * rates.input + tokens.output_tokens * rates.output
    if tokens.cache_read_tokens:
        cost += tokens.cache_read_tokens * _first_known(rates.cache_read, rates.input)
    if tokens.cache_write_5m_tokens or tokens.cache_write_1h_tokens:
        short = _first_known(rates.cache_write_5m, rates.input)
        cost += tokens.cache_write_5m_tokens * short
        cost += tokens.cache_write_1h_tokens * _first_known(rates.cache_write_1h, short)
    return cost / _MILLION


def tokens_per_request(record: UsageRecord) -> int:
    """The mean input of a row's calls, which decides about long-context prices.

    Where an export does not count its calls, what it says about their size, else short.
    """
    if record.requests == 1:
        return record.input_tokens
    if record.requests:
        return record.input_tokens // record.requests
    return int(record.extra.get("tokens_per_request", 0))


def _first_known(price: Decimal | None, otherwise: Decimal) -> Decimal:
    return otherwise if price is None else price


def _rates(tariff: "Tariff", at: datetime, input_tokens: int) -> Rates | None:
    standard = tariff.prices(at, input_tokens)
    if standard is None:
        return None
    batch = tariff.batch_prices(at, input_tokens)
    if batch is None:
        return _build(tariff, standard, _ONE, None)
    factor = _batch_factor(standard, batch)
    return _build(tariff, standard, factor, _build(tariff, batch, _ONE, None))


def _batch_factor(standard: "TokenPrices", batch: "TokenPrices") -> Decimal:
    """The smaller discount where input and output are not discounted alike."""
    pairs = [(batch.input, standard.input), (batch.output, standard.output)]
    return max((new / old for new, old in pairs if old), default=_ONE)


def _build(
    tariff: "Tariff", prices: "TokenPrices", batch_factor: Decimal, batch: Rates | None
) -> Rates:
    return Rates(
        provider=tariff.provider,
        model=tariff.model,
        input=prices.input,
        cache_read=prices.cache_read,
        cache_write_5m=prices.cache_write_5m,
        cache_write_1h=prices.cache_write_1h,
        output=prices.output,
        batch_factor=batch_factor,
        cache_min_tokens=cache_minimum_of(tariff.model),
        context_window=tariff.context_window,
        source=f"genai-prices {version('genai-prices')}",
        batch=batch,
    )
