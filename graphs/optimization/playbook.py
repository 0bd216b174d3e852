"""What the optimization agent does without a chat model."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from langchain_core.messages import BaseMessage, HumanMessage

from domain.costs.money import show_share, show_usd
from nodes.read_tool_results import latest_by_name
from tools.playbook_model import Move, ToolRequest

_SHOWN_MEASURES = 3
#: Beyond this a number beside "growth" is something else.
_MAX_GROWTH_PERCENT = 1000
_GROWTH = re.compile(r"grow\w*\D{0,40}?(\d+(?:\.\d+)?)\s*(?:%|per ?cent)", re.IGNORECASE)
_MORE_USAGE = re.compile(
    r"(\d+(?:\.\d+)?)\s*(?:%|per ?cent)\s+(?:more|growth|increase)", re.IGNORECASE
)


def play(messages: Sequence[BaseMessage]) -> Move:
    """Run the three analyses side by side, then say what they found."""
    latest = latest_by_name(messages)
    if error := next((result.error for result in latest.values() if result.error), None):
        return Move(answer=f"I could not finish: {error}")
    growth = _growth_percent(messages)
    analyses = {
        "find_anomalies": ToolRequest("find_anomalies"),
        "simulate_savings": ToolRequest("simulate_savings"),
        "project_month": ToolRequest("project_month", {"growth_percent": growth} if growth else {}),
    }
    missing = tuple(request for name, request in analyses.items() if name not in latest)
    if missing:
        return Move(thought="These analyses do not depend on each other.", calls=missing)
    return Move(
        answer="\n\n".join(
            [
                _savings(latest["simulate_savings"].data),
                _anomalies(latest["find_anomalies"].data),
                _month(latest["project_month"].data),
            ]
        )
    )


def _growth_percent(messages: Sequence[BaseMessage]) -> float | None:
    """The growth that the user named, if any."""
    for message in reversed(messages):
        if isinstance(message, HumanMessage):
            text = str(message.text)
            found = _GROWTH.search(text) or _MORE_USAGE.search(text)
            if found and 0 < float(found[1]) <= _MAX_GROWTH_PERCENT:
                return float(found[1])
    return None


def _savings(plan: Mapping[str, Any]) -> str:
    measures = sorted(
        (measure for measure in plan["measures"] if Decimal(measure["saving_usd"]) > 0),
        key=lambda measure: -Decimal(measure["saving_usd"]),
    )
    if not measures:
        return "No saving can be shown with the data there is."
    lines = [
        f"- **{measure['title']}**: {_usd(measure['saving_usd'])} "
        f"({show_share(Decimal(measure['share']))}), confidence {measure['confidence']}; "
        f"{measure['risk']}"
        for measure in measures[:_SHOWN_MEASURES]
    ]
    total = (
        f"All measures together, each on what the former leave, save **{_usd(plan['total_usd'])}** "
        f"of {_usd(plan['baseline_usd'])} in this period. The largest:"
    )
    return "\n".join([total, "", *lines])


def _anomalies(findings: Mapping[str, Any]) -> str:
    if findings["sufficiency"] == "insufficient":
        return f"Anomalies: {findings['reason']}"
    if not findings["anomalies"]:
        return f"None of the {findings['day_count']} days stands out."
    days = ", ".join(
        f"{anomaly['day']} ({_usd(anomaly['excess_usd'])} beyond usual)"
        for anomaly in findings["anomalies"]
    )
    return f"Days that stand out: {days}."


def _month(projection: Mapping[str, Any]) -> str:
    if projection["month_usd"] is None:
        return f"A month cannot be projected. {projection['basis']}"
    between = f"{_usd(projection['low_usd'])} to {_usd(projection['high_usd'])}"
    month = _usd(projection["month_usd"])
    return f"A month costs about **{month}** ({between}). {projection['basis']}"


def _usd(amount: str) -> str:
    return show_usd(Decimal(amount))
