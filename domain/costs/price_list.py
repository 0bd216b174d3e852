"""The bundled price list, as this package needs it: one model's prices by date and request size.

The only module that knows `genai-prices`. Its traps are handled here: long-context tiers belong to
one request, batch prices are known only from a date on and otherwise silently standard, and an
unknown provider or model is an answer (None), never a guess.
"""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

from genai_prices.data_snapshot import DataSnapshot, get_snapshot
from genai_prices.types import (
    ConditionalPrice,
    ModelInfo,
    ModelPrice,
    Provider,
    TieredPrices,
    TimeOfDateConstraint,
)

#: What exports call a provider → its id in the list. None: a gateway that says nothing about who
#: serves the model, so the model's name has to do.
_PROVIDER_IDS: dict[str, str | None] = {
    "aws.bedrock": "aws",
    "azure.ai.inference": "azure",
    "azure.ai.openai": "azure",
    "azure_ai": "azure",
    "azure_openai": "azure",
    "bedrock": "aws",
    "bedrock_converse": "aws",
    "fireworks_ai": "fireworks",
    "gcp.gemini": "google",
    "gcp.gen_ai": "google",
    "gcp.vertex_ai": "google",
    "gemini": "google",
    "litellm": None,
    "litellm_proxy": None,
    "mistral_ai": "mistral",
    "moonshot": "moonshotai",
    "openai_like": None,
    "text-completion-openai": "openai",
    "together_ai": "together",
    "vertex_ai": "google",
    "x_ai": "x-ai",
    "xai": "x-ai",
}
_BATCH = {"processing": "batch"}


@dataclass(frozen=True, slots=True)
class TokenPrices:
    """USD per million tokens; None where nothing is published."""

    input: Decimal
    cache_read: Decimal | None
    cache_write_5m: Decimal | None
    cache_write_1h: Decimal | None
    output: Decimal


@dataclass(frozen=True, slots=True, eq=False)
class Tariff:
    """All prices of one model at one provider, over dates, times of day and request sizes."""

    provider: str
    model: str
    context_window: int | None
    _info: ModelInfo
    #: Whether the provider itself offers the model: another's request variants do not apply.
    _is_own: bool
    _tier_starts: tuple[int, ...] = field(init=False)
    _varies_by_time_of_day: bool = field(init=False)

    def __post_init__(self) -> None:
        starts = {tier.start for price in _tiered(self._info) for tier in price.tiers}
        object.__setattr__(self, "_tier_starts", tuple(sorted(starts)))
        varies = any(
            isinstance(price.constraint, TimeOfDateConstraint) for price in _dated(self._info)
        )
        object.__setattr__(self, "_varies_by_time_of_day", varies)

    def period(self, at: datetime) -> int:
        """A number that is equal for two moments (UTC) only if the same prices hold at both."""
        day = at.toordinal()
        return day * 1440 + at.hour * 60 + at.minute if self._varies_by_time_of_day else day

    def tier(self, input_tokens: int) -> int:
        """Which long-context tier a request of that size falls into; 0 is the base price."""
        if not self._tier_starts:
            return 0
        return bisect_left(self._tier_starts, input_tokens)

    def prices(self, at: datetime, input_tokens: int) -> TokenPrices | None:
        """Standard prices of such a request; None when it is not priced by tokens."""
        return _token_prices(self._info.get_prices(at), input_tokens)

    def batch_prices(self, at: datetime, input_tokens: int) -> TokenPrices | None:
        """Prices of the batch API, only if they are on record for that date."""
        if not self._is_own:
            return None
        applies = any(
            variant.when == _BATCH and (variant.constraint is None or variant.constraint.active(at))
            for variant in self._info.price_variants or ()
        )
        return _token_prices(self._info.get_prices(at, _BATCH), input_tokens) if applies else None


class BundledPrices:
    """Looks models up in the list that came with the package; never goes online."""

    def __init__(self) -> None:
        self._snapshot: DataSnapshot = get_snapshot()

    @property
    def loaded_at(self) -> datetime:
        """When this process read the list, UTC."""
        return self._snapshot.timestamp.astimezone(UTC)

    def find(self, model: str, provider: str | None) -> Tariff | None:
        """The tariff of a model as an export names it; None when the list does not have it."""
        for name, provider_id in _candidates(model, provider):
            try:
                found, info = self._snapshot.find_provider_model(name, None, provider_id, None)
            except LookupError:
                continue
            return _tariff(found, info)
        return None


def _candidates(model: str, provider: str | None) -> Iterator[tuple[str, str | None]]:
    """Readings of a model's name, most exact first."""
    name = model.strip().lower()
    provider_id = provider.strip().lower() if provider else None
    if provider_id:
        provider_id = _PROVIDER_IDS.get(provider_id, provider_id)
    prefix, slash, rest = name.partition("/")
    yield name, provider_id
    if slash:
        # "azure/gpt-4o": the prefix is the provider, unless the export names one.
        yield rest, provider_id or _PROVIDER_IDS.get(prefix, prefix)
    elif provider_id is None:
        # Fine-tuned and embedding models are not recognised by name alone.
        yield name, "openai"


def _tariff(provider: Provider, info: ModelInfo) -> Tariff:
    is_own = any(info is model for model in provider.models)
    return Tariff(provider.id, info.id, info.context_window, info, is_own)


def _dated(info: ModelInfo) -> list[ConditionalPrice]:
    if isinstance(info.prices, ModelPrice):
        return [ConditionalPrice(prices=info.prices)]
    return info.prices


def _tiered(info: ModelInfo) -> Iterator[TieredPrices]:
    lists = [price.prices for price in _dated(info)]
    lists += [variant.prices for variant in info.price_variants or ()]
    for prices in lists:
        for value in vars(prices).values():
            if isinstance(value, TieredPrices):
                yield value


def _token_prices(prices: ModelPrice, input_tokens: int) -> TokenPrices | None:
    price_of_input = _at_size(prices.input_mtok, input_tokens)
    if price_of_input is None:
        return None
    # `cache_write_mtok` is the short-lived cache; embeddings have no output and no price for it.
    return TokenPrices(
        input=price_of_input,
        cache_read=_at_size(prices.cache_read_mtok, input_tokens),
        cache_write_5m=_at_size(prices.cache_write_mtok, input_tokens),
        cache_write_1h=_at_size(prices.cache_write_1h_mtok, input_tokens),
        output=_at_size(prices.output_mtok, input_tokens) or Decimal(0),
    )


def _at_size(price: Decimal | TieredPrices | None, input_tokens: int) -> Decimal | None:
    """The price of the whole request: crossing a tier's start applies its rate to all tokens."""
    if not isinstance(price, TieredPrices):
        return price
    applicable = price.base
    for tier in price.tiers:
        if input_tokens > tier.start:
            applicable = tier.price
    return applicable
