"""What could be saved: six measures, applied one after the other to what the former left.

The order is that of the measures: calls that need not happen, then what is cached, then where and
how the rest runs, then how long answers are. Adding the measures up one by one counts some money
twice; that plain sum is an upper bound and labelled so. All amounts are for the period of the data.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from domain.costs.facts import Sufficiency, UsageFacts
from domain.costs.measures import (
    batching,
    duplicates,
    prompt_caching,
    shorter_output,
    smaller_model,
    waste,
)
from domain.costs.measures.call_states import (
    CallState,
    Change,
    MeasureModule,
    SavingsAssumptions,
    Setting,
    Support,
    initial_states,
)
from domain.costs.money import ZERO, share_of
from domain.costs.prices import PriceBook

#: In the order of the waterfall.
MEASURES: tuple[MeasureModule, ...] = (
    waste,
    duplicates,
    prompt_caching,
    smaller_model,
    batching,
    shorter_output,
)
#: Rows named as evidence for a measure, and details listed for it.
MAX_EVIDENCE = 5
MAX_DETAILS = 5


@dataclass(frozen=True, slots=True)
class Detail:
    """Where a measure saves: one workload and model, and what its calls become."""

    workload: str | None
    model: str
    change: str
    calls: int
    saving_usd: Decimal


@dataclass(frozen=True, slots=True)
class Measure:
    """One way to spend less, and what it brings."""

    number: int
    key: str
    title: str
    formula: str
    calls: int
    #: In its place in the order, and applied alone.
    saving_usd: Decimal
    alone_usd: Decimal
    #: `saving_usd` over all priced usage.
    share: Decimal
    confidence: str
    risk: str
    assumptions: tuple[str, ...]
    sufficiency: Sufficiency
    reason: str
    next_step: str
    details: tuple[Detail, ...]
    #: Source keys of some of the rows.
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SavingsPlan:
    """The measures in order, and what they come to together."""

    baseline_usd: Decimal
    measures: tuple[Measure, ...]

    @property
    def total_usd(self) -> Decimal:
        """What all measures save together, applied in order."""
        return sum((measure.saving_usd for measure in self.measures), ZERO)

    @property
    def share(self) -> Decimal:
        """`total_usd` over the baseline."""
        return share_of(self.total_usd, self.baseline_usd)

    @property
    def after_usd(self) -> Decimal:
        """What remains to be paid."""
        return self.baseline_usd - self.total_usd

    @property
    def upper_bound_usd(self) -> Decimal:
        """The measures added up as if each stood alone: more than can be had together."""
        return sum((measure.alone_usd for measure in self.measures), ZERO)

    def largest(self, count: int) -> tuple[Measure, ...]:
        """The measures that save most, if they save at all."""
        saving = [measure for measure in self.measures if measure.saving_usd > 0]
        return tuple(sorted(saving, key=lambda measure: -measure.saving_usd)[:count])


def simulate_savings(
    facts: UsageFacts, prices: PriceBook, assumptions: SavingsAssumptions | None = None
) -> SavingsPlan:
    """What each measure saves on the given usage; formulas are in the measures' modules.

    A measure that the data cannot carry saves 0 and says what is missing.
    """
    assumptions = assumptions or SavingsAssumptions()
    untouched = initial_states(facts, prices)
    baseline_usd = sum((cell.cost_usd for cell in facts.days), ZERO)
    states = untouched
    measures: list[Measure] = []
    for number, module in enumerate(MEASURES, start=1):
        support = module.support(facts, assumptions)
        in_order: Mapping[int, Change] = {}
        alone: Mapping[int, Change] = {}
        if support.sufficiency != "insufficient":
            in_order = module.changes(states, Setting(facts, prices, assumptions, in_order=True))
            alone = module.changes(untouched, Setting(facts, prices, assumptions, in_order=False))
        effect = _Effect(states, in_order, _saved(untouched, alone), baseline_usd)
        measures.append(_measure(number, module, support, assumptions, effect))
        states = [
            in_order[index].after if index in in_order else state
            for index, state in enumerate(states)
        ]
    return SavingsPlan(baseline_usd, tuple(measures))


@dataclass(frozen=True, slots=True)
class _Effect:
    states: list[CallState]
    changes: Mapping[int, Change]
    alone_usd: Decimal
    baseline_usd: Decimal


def _measure(
    number: int,
    module: MeasureModule,
    support: Support,
    assumptions: SavingsAssumptions,
    effect: _Effect,
) -> Measure:
    about = module.about(assumptions)
    saving_usd = _saved(effect.states, effect.changes)
    return Measure(
        number=number,
        key=about.key,
        title=about.title,
        formula=about.formula,
        calls=sum(change.calls for change in effect.changes.values()),
        saving_usd=saving_usd,
        # Calls that an earlier measure removes may have cost a later one (a cache write that
        # nobody reads), so that it saves more in its place than alone.
        alone_usd=max(effect.alone_usd, saving_usd),
        share=share_of(saving_usd, effect.baseline_usd),
        confidence=about.confidence,
        risk=about.risk,
        assumptions=about.assumptions,
        sufficiency=support.sufficiency,
        reason=support.reason,
        next_step=support.next_step,
        details=_details(effect),
        evidence=_evidence(effect),
    )


def _saved(states: list[CallState], changes: Mapping[int, Change]) -> Decimal:
    return sum(
        (states[index].cost_usd - change.after.cost_usd for index, change in changes.items()), ZERO
    )


def _details(effect: _Effect) -> tuple[Detail, ...]:
    calls: dict[tuple[str | None, str, str], int] = {}
    saved: dict[tuple[str | None, str, str], Decimal] = {}
    for index, change in effect.changes.items():
        before = effect.states[index]
        key = (before.group.workload, before.group.model, _describe(before, change.after))
        calls[key] = calls.get(key, 0) + change.calls
        saved[key] = saved.get(key, ZERO) + before.cost_usd - change.after.cost_usd
    largest = sorted(saved, key=lambda key: (-saved[key], key[1], key[0] or ""))[:MAX_DETAILS]
    return tuple(Detail(*key, calls[key], saved[key]) for key in largest)


def _describe(before: CallState, after: CallState) -> str:
    if after.is_gone:
        return "not sent"
    if before.rates and after.rates and before.rates.model != after.rates.model:
        return f"to {after.rates.model}"
    if after.batch and not before.batch:
        return "in batches"
    if after.tokens.output_tokens != before.tokens.output_tokens:
        return "shorter answers"
    return f"prefix {before.group.prefix_id} cached"


def _evidence(effect: _Effect) -> tuple[str, ...]:
    largest = sorted(
        effect.changes,
        key=lambda index: effect.changes[index].after.cost_usd - effect.states[index].cost_usd,
    )
    keys = [key for index in largest for key in effect.changes[index].sample_keys]
    return tuple(dict.fromkeys(keys))[:MAX_EVIDENCE]
