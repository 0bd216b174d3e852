"""Measure 6: answers held to a target length."""

from collections.abc import Mapping
from dataclasses import replace

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
        key="shorter_output",
        title="Hold answers to a target length",
        formula="sum of max(0, output - target) x output price",
        confidence="low",
        risk="needs a quality check",
        assumptions=(
            "The target of a model in a workload is the length that 9 of 10 of its answers keep "
            "already.",
            "Longer answers lose nothing that matters when they are held to it.",
        ),
    )


def support(facts: UsageFacts, assumptions: SavingsAssumptions) -> Support:
    """Needs single calls; whether the length was needed is in no export."""
    if not facts.outputs:
        return Support(
            "insufficient",
            "The usage has too few single calls to know how long answers usually are.",
            "Import a log with one row a call.",
        )
    if not facts.coverage.fields.workload:
        return Support(
            "partial",
            "Lengths are known by model only, since no workload is named.",
            "Send a `workload` tag with each call.",
        )
    return Support(
        "partial",
        "Lengths are recorded; whether they were needed is not.",
        "Read some of the longest answers before setting a limit.",
    )


def changes(states: list[CallState], setting: Setting) -> Mapping[int, Change]:
    """Output beyond the target is not produced."""
    found: dict[int, Change] = {}
    for index, state in enumerate(states):
        excess = state.group.excess_output_tokens
        if state.is_gone or state.rates is None or not excess:
            continue
        kept = replace(state.tokens, output_tokens=max(0, state.tokens.output_tokens - excess))
        found[index] = Change(
            state.with_tokens(kept), state.group.excess_requests, state.group.excess_sample_keys
        )
    return found
