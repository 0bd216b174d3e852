"""Measure 5: the batch API for calls that nobody waits for."""

import re
from collections import defaultdict
from collections.abc import Mapping

from domain.costs.facts import HourOfDay, UsageFacts
from domain.costs.measures.call_states import (
    About,
    CallState,
    Change,
    SavingsAssumptions,
    Setting,
    Support,
)

#: Names of workloads whose owners say that they can wait.
_CAN_WAIT = re.compile(r"(^|[^a-z])(batch|nightly|offline|backfill|bulk|cron|eval)([^a-z]|$)")
#: Hours (UTC) that count as night.
NIGHT = frozenset((22, 23, 0, 1, 2, 3, 4, 5))


def about(assumptions: SavingsAssumptions) -> About:
    """What the measure is and takes for granted."""
    return About(
        key="batch",
        title="Send what can wait through the batch API",
        formula="(1 - batch factor) x cost of calls that nobody waits for",
        confidence="medium",
        risk="results come within 24 hours instead of at once",
        assumptions=(
            "A workload can wait when its name says so (batch, nightly, offline, backfill, bulk, "
            f"cron, eval), or when more than {assumptions.one_hour_share * 100:.0f} % of its calls "
            f"fall into one hour between 22 and 6 UTC on {assumptions.min_days} days or more and "
            "none names an end user.",
            "Only models with a known batch price count.",
        ),
    )


def support(facts: UsageFacts, assumptions: SavingsAssumptions) -> Support:
    """Needs workloads; habits need several days."""
    if not facts.coverage.fields.workload:
        return Support(
            "insufficient",
            "No workload is named, so calls that can wait cannot be told from live ones.",
            "Send a `workload` tag with each call.",
        )
    day_count = len({cell.day for cell in facts.days})
    if day_count < assumptions.min_days:
        return Support(
            "partial",
            f"The usage covers {'1 day' if day_count == 1 else f'{day_count} days'}: only "
            "workloads whose name says that they can wait are found.",
            f"Import at least {assumptions.min_days} days, or tag such workloads `batch`.",
        )
    return Support("sufficient", "Workloads and their hours are known.")


def changes(states: list[CallState], setting: Setting) -> Mapping[int, Change]:
    """Calls of workloads that can wait are sent in batches, where that is cheaper."""
    patient = patient_workloads(setting.facts, setting.assumptions)
    found: dict[int, Change] = {}
    for index, state in enumerate(states):
        if state.is_gone or state.batch or state.group.workload not in patient:
            continue
        if state.rates is None or state.rates.batch_factor >= 1:
            continue
        after = state.in_batch()
        if after.cost_usd < state.cost_usd:
            found[index] = Change(after, state.group.requests, state.group.sample_keys)
    return found


def patient_workloads(facts: UsageFacts, assumptions: SavingsAssumptions) -> set[str]:
    """Workloads that nobody waits for, by their name or by their hours."""
    hours: dict[str, list[HourOfDay]] = defaultdict(list)
    for hour in facts.hours:
        if hour.workload is not None:
            hours[hour.workload].append(hour)
    return {
        workload
        for workload, seen in hours.items()
        if _CAN_WAIT.search(workload.lower()) or _runs_at_night(seen, assumptions)
    }


def _runs_at_night(hours: list[HourOfDay], assumptions: SavingsAssumptions) -> bool:
    busiest = max(hours, key=lambda hour: hour.requests)
    total = sum(hour.requests for hour in hours)
    return (
        busiest.hour in NIGHT
        and busiest.day_count >= assumptions.min_days
        and busiest.requests > assumptions.one_hour_share * total
        and not any(hour.requests_with_user for hour in hours)
    )
