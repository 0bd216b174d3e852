"""Measure 1: calls that were paid for and brought nothing."""

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
        key="waste",
        title="Stop paying for failed and repeated attempts",
        formula="cost of billed failures and of attempts that a later call repeats, each once",
        confidence="high",
        risk="low",
        assumptions=(
            "A call repeats another when it names it (retry_of), or has the same cache key within "
            "10 minutes after an error or a cut-off answer.",
            "The causes can be removed altogether.",
        ),
    )


def support(facts: UsageFacts, assumptions: SavingsAssumptions) -> Support:
    """Failures show in every export; repeats only with a key or `retry_of`."""
    fields = facts.coverage.fields
    if fields.request_key or fields.retry_of:
        return Support("sufficient", "Failures and repeated attempts are both recorded.")
    if facts.coverage.error_requests:
        return Support(
            "partial",
            "Failures are recorded, repeated attempts are not.",
            "Export the cache key or `retry_of` with each call.",
        )
    return Support(
        "insufficient",
        "The usage names neither failed calls nor which calls repeat others.",
        "Import a proxy's log (LiteLLM spend logs), which has status and cache key.",
    )


def changes(states: list[CallState], setting: Setting) -> Mapping[int, Change]:
    """Wasted calls do not happen."""
    return {
        index: Change(state.gone(), state.group.requests, state.group.sample_keys)
        for index, state in enumerate(states)
        if state.group.is_waste and not state.is_gone
    }
