"""Tool: usage and spend, grouped by what the question asks for."""

from typing import Literal

from langchain_core.tools import tool

from domain.costs.facts import UsageFacts
from domain.costs.json_data import as_json
from domain.costs.money import show_share, show_usd
from domain.costs.spend import DayLine, SpendLine, summarise_spend
from tools.usage_access import NO_USAGE, Runtime, ToolData, load_facts, think

Dimension = Literal["model", "workload", "team", "user", "day"]

#: A model reads no more lines than this; the report has them all.
MOST_LINES = 50


@tool
async def query_usage(runtime: Runtime, group_by: Dimension = "model", limit: int = 10) -> ToolData:
    """Group calls, tokens and cost by model, workload (the feature served), team, user or day.

    Lines come largest first, days newest first. `limit` is the number of lines, at most 50.
    """
    facts = await load_facts(runtime)
    if facts.coverage.is_empty:
        return NO_USAGE
    lines = usage_lines(facts, group_by)
    shown = lines[: max(1, min(limit, MOST_LINES))]
    think(runtime, _found(lines, group_by))
    return {
        "status": "ok",
        "group_by": group_by,
        "line_count": len(lines),
        "lines": as_json(shown),
    }


def usage_lines(facts: UsageFacts, group_by: Dimension) -> tuple[SpendLine | DayLine, ...]:
    """Spend by what the question asks for, largest first, days newest first."""
    summary = summarise_spend(facts)
    if group_by == "day":
        return tuple(reversed(summary.by_day))
    by_dimension: dict[str, tuple[SpendLine, ...]] = {
        "model": summary.by_model,
        "workload": summary.by_workload,
        "team": summary.by_team,
        "user": summary.by_user,
    }
    return by_dimension[group_by]


def _found(lines: tuple[SpendLine | DayLine, ...], group_by: Dimension) -> str:
    if not lines:
        return f"No line can be shown by {group_by}."
    largest = max(lines, key=lambda line: line.cost_usd)
    if isinstance(largest, DayLine):
        days = "1 day has" if len(lines) == 1 else f"{len(lines)} days have"
        return f"{days} usage; the dearest is {largest.day} with {show_usd(largest.cost_usd)}."
    return (
        f"By {group_by}, most is spent on {largest.label}: {show_usd(largest.cost_usd)}, "
        f"{show_share(largest.share)} of all."
    )
