"""What a group of calls costs while one measure after the other is applied to it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Protocol

from domain.costs.facts import CallGroup, Sufficiency, UsageFacts
from domain.costs.money import ZERO
from domain.costs.prices import PriceBook, Rates, cost_of
from domain.costs.tokens import TokenCounts

ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class SavingsAssumptions:
    """What the simulation takes for granted; each is named in the plan."""

    #: Share of calls that a smaller model fails and the dear one has to repeat.
    fallback_rate: Decimal = Decimal("0.05")
    #: Shortest cacheable prefix where the price list knows none: the largest in use.
    unknown_cache_min_tokens: int = 4096
    #: A workload can wait when more than this share of its calls falls into one nightly hour.
    one_hour_share: Decimal = Decimal("0.8")
    #: On fewer days than this an hour is no habit.
    min_days: int = 3


@dataclass(frozen=True, slots=True)
class CallState:
    """A group of calls as the measures applied so far leave it.

    `scale` is what the account pays over the list price, so that discounts keep their effect.
    `rates` is None when the list does not know the model: then only calls that go away save.
    """

    group: CallGroup
    rates: Rates | None
    scale: Decimal
    tokens: TokenCounts
    batch: bool
    cost_usd: Decimal
    #: Cost that later measures do not touch: calls that fall back to the dear model.
    fallback_usd: Decimal = ZERO
    is_gone: bool = False

    def gone(self) -> "CallState":
        """The calls do not happen."""
        return replace(self, cost_usd=ZERO, is_gone=True)

    def with_tokens(self, tokens: TokenCounts) -> "CallState":
        """The same calls with other tokens, priced anew."""
        return replace(self, tokens=tokens)._repriced()

    def in_batch(self) -> "CallState":
        """The same calls through the batch API."""
        return replace(self, batch=True)._repriced()

    def on_model(self, rates: Rates, fallback_rate: Decimal, tokens: TokenCounts) -> "CallState":
        """On another model, where a share of the calls has to be repeated at today's cost."""
        moved = replace(
            self, rates=rates, tokens=tokens, fallback_usd=self.cost_usd * fallback_rate
        )
        return moved._repriced()

    def _repriced(self) -> "CallState":
        if self.rates is None:
            return self
        listed_usd = cost_of(self.rates, self.tokens, self.batch)
        return replace(self, cost_usd=self.scale * listed_usd + self.fallback_usd)


@dataclass(frozen=True, slots=True)
class Change:
    """What a measure makes of a state, how many of its calls it touches, and some of their keys."""

    after: CallState
    calls: int
    sample_keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Setting:
    """What a measure may look at besides the states."""

    facts: UsageFacts
    prices: PriceBook
    assumptions: SavingsAssumptions
    #: Whether waste and duplicates are already gone, so that cache plans are those of the rest.
    in_order: bool


@dataclass(frozen=True, slots=True)
class Support:
    """Whether the data carries a measure; what is missing and what would help, if not."""

    sufficiency: Sufficiency
    reason: str
    next_step: str = ""


@dataclass(frozen=True, slots=True)
class About:
    """What a measure is, in words."""

    key: str
    title: str
    formula: str
    confidence: str
    risk: str
    assumptions: tuple[str, ...]


class MeasureModule(Protocol):
    """The shape of each module of this folder that is a measure."""

    def about(self, assumptions: SavingsAssumptions) -> About:
        """What the measure is and takes for granted."""
        ...

    def support(self, facts: UsageFacts, assumptions: SavingsAssumptions) -> Support:
        """Whether the data carries it."""
        ...

    def changes(self, states: list[CallState], setting: Setting) -> Mapping[int, Change]:
        """The states it makes cheaper, by their position."""
        ...


def initial_states(facts: UsageFacts, prices: PriceBook) -> list[CallState]:
    """The calls as they were, at what they cost."""
    return [_initial_state(group, prices) for group in facts.groups]


def _initial_state(group: CallGroup, prices: PriceBook) -> CallState:
    rates = prices.rates_for(
        group.model,
        group.provider,
        input_tokens_per_request=group.tokens.input_tokens // max(1, group.requests),
        output_tokens_per_request=group.tokens.output_tokens // max(1, group.requests),
    )
    listed_usd = cost_of(rates, group.tokens, group.batch) if rates else ZERO
    if not listed_usd:
        rates = None
    scale = group.cost_usd / listed_usd if listed_usd else ONE
    return CallState(group, rates, scale, group.tokens, group.batch, group.cost_usd)
