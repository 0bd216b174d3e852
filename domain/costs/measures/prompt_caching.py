"""Measure 3: the provider's prompt cache for prefixes that many calls share.

Per model and prefix of at least the cacheable length, with an entry that lives 5 minutes and is
refreshed by use: reads x L (p_in - p_cr) - writes x L (p_cw - p_in), where that is more than 0.
Break-even reads per write: (p_cw - p_in) / (p_in - p_cr).
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace

from domain.costs.facts import CachePlan, UsageFacts
from domain.costs.measures.call_states import (
    About,
    CallState,
    Change,
    SavingsAssumptions,
    Setting,
    Support,
)
from domain.costs.tokens import TokenCounts


def about(assumptions: SavingsAssumptions) -> About:
    """What the measure is and takes for granted."""
    return About(
        key="prompt_caching",
        title="Cache shared prompt prefixes at the provider",
        formula=(
            "per model and prefix of length L: reads x L x (input - cache read price) "
            "- writes x L x (cache write - input price)"
        ),
        confidence="medium",
        risk="low",
        assumptions=(
            "An entry lives 5 minutes and each use refreshes it.",
            "The prefix comes first in the prompt and is the same to the byte.",
            "Where the shortest cacheable prefix is not known, "
            f"{assumptions.unknown_cache_min_tokens:,} tokens are taken.",
        ),
    )


def support(facts: UsageFacts, assumptions: SavingsAssumptions) -> Support:
    """Needs prefix ids and lengths."""
    rows = facts.coverage.fields.prefix
    if not rows:
        return Support(
            "insufficient",
            "The usage does not say which calls share a prompt prefix.",
            "Log `prompt_prefix_id` and `prompt_prefix_tokens` with each call.",
        )
    if rows < facts.coverage.row_count:
        return Support(
            "partial",
            f"{rows:,} of {facts.coverage.row_count:,} rows name their prompt prefix.",
            "Log `prompt_prefix_id` and `prompt_prefix_tokens` with every call.",
        )
    return Support("sufficient", "Every row names its prompt prefix.")


def changes(states: list[CallState], setting: Setting) -> Mapping[int, Change]:
    """Prefix tokens become cache reads and writes, where a prefix gains from it as a whole."""
    by_prefix: dict[tuple[str | None, str, str], dict[int, Change]] = defaultdict(dict)
    for index, state in enumerate(states):
        prefix = state.group.prefix_id
        plan = _plan(state, setting.in_order)
        if prefix is None or not plan.reads + plan.writes or not is_cacheable(state, setting):
            continue
        after = state.with_tokens(_cached(state.tokens, plan))
        key = (state.group.provider, state.group.model, prefix)
        by_prefix[key][index] = Change(after, plan.reads, state.group.sample_keys)
    return {
        index: change
        for group in by_prefix.values()
        if sum(states[index].cost_usd - change.after.cost_usd for index, change in group.items())
        > 0
        for index, change in group.items()
    }


def is_cacheable(state: CallState, setting: Setting) -> bool:
    """Whether the state's model offers a cache for prefixes as short as the group's."""
    if state.is_gone or state.rates is None or state.rates.cache_read is None:
        return False
    shortest = state.rates.cache_min_tokens
    if shortest is None:
        shortest = setting.assumptions.unknown_cache_min_tokens
    return (state.group.min_prefix_tokens or 0) >= shortest


def _plan(state: CallState, in_order: bool) -> CachePlan:
    return state.group.cache_left if in_order else state.group.cache_alone


def _cached(tokens: TokenCounts, plan: CachePlan) -> TokenCounts:
    return replace(
        tokens,
        cache_read_tokens=tokens.cache_read_tokens + plan.read_tokens,
        cache_write_5m_tokens=tokens.cache_write_5m_tokens + plan.write_tokens,
    )
