"""Measure 2: the very same request again, which a response cache would answer."""

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


def about(assumptions: SavingsAssumptions) -> About:
    """What the measure is and takes for granted."""
    return About(
        key="duplicates",
        title="Answer exact repeats from a response cache",
        formula=(
            "cost of successful calls with the model and request key of an earlier one, at "
            "temperature 0, within 24 hours of the call that filled the entry"
        ),
        confidence="high",
        risk="low",
        assumptions=(
            "Entries live 24 hours from the call that filled them; reads do not extend them.",
            "Attempts that were repeated (measure 1) neither fill the cache nor are served.",
        ),
    )


def support(facts: UsageFacts, assumptions: SavingsAssumptions) -> Support:
    """Needs a request key, and the temperature to know that repeats may be served."""
    fields = facts.coverage.fields
    absent = [
        name
        for name, count in (
            ("request keys", fields.request_key),
            ("temperatures", fields.temperature),
        )
        if not count
    ]
    if absent:
        return Support(
            "insufficient",
            f"The usage has no {' and no '.join(absent)}.",
            "Export `cache_key` and `temperature` with each call.",
        )
    if min(fields.request_key, fields.temperature) < facts.coverage.row_count:
        return Support(
            "partial",
            f"{fields.request_key:,} of {facts.coverage.row_count:,} rows have a request key, "
            f"{fields.temperature:,} a temperature; the others are taken for unique.",
            "Export `cache_key` and `temperature` with every call.",
        )
    return Support("sufficient", "Every row has a request key and a temperature.")


def changes(states: list[CallState], setting: Setting) -> Mapping[int, Change]:
    """Repeats are served from the cache."""
    return {
        index: Change(state.gone(), state.group.requests, state.group.sample_keys)
        for index, state in enumerate(states)
        if state.group.is_duplicate and not state.is_gone
    }
