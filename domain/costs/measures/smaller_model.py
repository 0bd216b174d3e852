"""Measure 4: a smaller model for calls that a rule marks as simple."""

from collections.abc import Mapping

from domain.costs.facts import UsageFacts
from domain.costs.measures.call_states import (
    About,
    CallState,
    Change,
    SavingsAssumptions,
    Setting,
    Support,
)
from domain.costs.measures.prompt_caching import is_cacheable
from domain.costs.prices import Rates

#: The smaller sibling of a model family, by the start of the model's name; the longest start wins
#: and an empty name says that the model is small already. Used only where the list prices both.
SMALLER_MODELS = {
    "gpt-4": "gpt-4o-mini",
    "gpt-4o": "gpt-4o-mini",
    "gpt-4o-mini": "",
    "gpt-4.1": "gpt-4.1-mini",
    "gpt-4.1-mini": "gpt-4.1-nano",
    "gpt-4.1-nano": "",
    "o1": "o4-mini",
    "o3": "o4-mini",
    "o1-mini": "",
    "o3-mini": "",
    "gpt-5": "gpt-5-mini",
    "gpt-5-mini": "gpt-5-nano",
    "gpt-5-nano": "",
    "gpt-5.4": "gpt-5.4-mini",
    "gpt-5.4-mini": "gpt-5.4-nano",
    "gpt-5.4-nano": "",
    "gpt-5.5": "gpt-5.4-mini",
    "gpt-5.6": "gpt-5.6-luna",
    "gpt-5.6-luna": "",
    "gpt-6": "gpt-6-luna",
    "gpt-6-luna": "",
    "claude-3": "claude-3-5-haiku-latest",
    "claude-3-haiku": "",
    "claude-3-5-haiku": "",
    "claude-opus": "claude-haiku-4-5",
    "claude-sonnet": "claude-haiku-4-5",
    "claude-opus-5-5": "claude-haiku-5-5",
    "claude-sonnet-5-5": "claude-haiku-5-5",
    "gemini-1.5-pro": "gemini-1.5-flash",
    "gemini-2.5-pro": "gemini-2.5-flash",
    "gemini-2.5-flash": "gemini-2.5-flash-lite",
    "gemini-2.5-flash-lite": "",
    "gemini-3-pro": "gemini-3-flash-preview",
    "gemini-3.1-pro": "gemini-3.1-flash-lite",
    "gemini-3.5-flash": "gemini-3.5-flash-lite",
    "gemini-3.5-flash-lite": "",
    "mistral-large": "mistral-small-latest",
    "grok-4": "grok-4-fast",
    "grok-4-fast": "",
}


def about(assumptions: SavingsAssumptions) -> About:
    """What the measure is and takes for granted."""
    return About(
        key="smaller_model",
        title="Send short answers to a smaller model",
        formula=(
            "cost at today's model - cost at the smaller one for the same tokens "
            "- fallback rate x today's cost"
        ),
        confidence="medium",
        risk="needs a quality check",
        assumptions=(
            "A call is simple when it answers with at most 20 tokens, calls no tool, and fits the "
            "smaller model's context.",
            f"{assumptions.fallback_rate * 100:.0f} % of them still need today's model.",
            "The smaller model uses as many tokens, and a discount on list prices stays the same.",
        ),
    )


def support(facts: UsageFacts, assumptions: SavingsAssumptions) -> Support:
    """The rule needs single calls; tool calls show only in the finish reason."""
    if not any(profile.requests for profile in facts.outputs):
        return Support(
            "insufficient",
            "The usage has no single calls, only totals of many, so short answers cannot be told.",
            "Import a log with one row a call.",
        )
    if not facts.coverage.fields.finish_reason:
        return Support(
            "partial",
            "No finish reason is recorded, so calls that used tools cannot be left out, and no "
            "quality scores are recorded.",
            "Log `finish_reason` with each call, and evaluate a sample on the smaller model first.",
        )
    return Support(
        "partial",
        "Short answers and tool calls are recorded, quality scores are not.",
        "Evaluate a sample of these calls on the smaller model first.",
    )


def changes(states: list[CallState], setting: Setting) -> Mapping[int, Change]:
    """Short calls move to the smaller sibling of their model, where that is cheaper."""
    found: dict[int, Change] = {}
    for index, state in enumerate(states):
        if state.is_gone or state.rates is None or not state.group.is_short:
            continue
        smaller = smaller_rates(state, setting)
        if smaller is None:
            continue
        after = _moved(state, smaller, setting)
        if after.cost_usd < state.cost_usd:
            found[index] = Change(after, state.group.requests, state.group.sample_keys)
    return found


def smaller_rates(state: CallState, setting: Setting) -> Rates | None:
    """Rates of the smaller sibling, if there is one that is priced and holds the longest call."""
    if state.rates is None:
        return None
    name = smaller_model(state.rates.model)
    if not name:
        return None
    size = state.tokens.input_tokens // max(1, state.group.requests)
    rates = setting.prices.rates_for(
        name, state.rates.provider, input_tokens_per_request=size
    ) or setting.prices.rates_for(name, input_tokens_per_request=size)
    if rates is None or (rates.context_window or 0) < state.group.max_context_tokens:
        return None
    return rates


def smaller_model(model: str) -> str:
    """Name of the smaller sibling of a model; empty when there is none."""
    # Routers put the provider in front: "openai/gpt-4o".
    name = model.lower().rpartition("/")[2]
    starts = [start for start in SMALLER_MODELS if name.startswith(start)]
    return SMALLER_MODELS[max(starts, key=len)] if starts else ""


def _moved(state: CallState, smaller: Rates, setting: Setting) -> CallState:
    rate = setting.assumptions.fallback_rate
    planned = state.on_model(smaller, rate, state.tokens)
    # Recompute the cache plan: a prefix may be too short for the smaller model's cache.
    if state.tokens != state.group.tokens and not is_cacheable(planned, setting):
        return state.on_model(smaller, rate, state.group.tokens)
    return planned
