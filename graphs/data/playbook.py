"""What the data agent does without a chat model."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from langchain_core.messages import BaseMessage, HumanMessage

from domain.costs.money import show_usd
from nodes.read_tool_results import ToolResult, latest_by_name, results_since_request
from tools.playbook_model import Move, ToolRequest

_DIMENSIONS = {
    "workload": ("feature", "workload", "task", "product"),
    "team": ("team", "department"),
    "user": ("user", "customer", "who "),
    "day": ("day", "date", "when", "yesterday", "week"),
}
_SHOWN_LINES = 5


def play(messages: Sequence[BaseMessage]) -> Move:
    """Check, then total and group, then say what was found."""
    latest = latest_by_name(messages)
    if error := next((result.error for result in latest.values() if result.error), None):
        return Move(answer=f"I could not finish: {error}")
    if "check_usage_data" not in latest:
        return Move(calls=(ToolRequest("check_usage_data"),))
    if "price_usage" not in latest:
        groups = [ToolRequest("query_usage", {"group_by": name}) for name in _wanted(messages)]
        return Move(
            thought="Next I total the cost and see where it goes.",
            calls=(ToolRequest("price_usage"), *groups),
        )
    return Move(answer=_conclusion(latest, results_since_request(messages)))


def _wanted(messages: Sequence[BaseMessage]) -> list[str]:
    """By what to group: always by model, and by whatever the request names."""
    # The last of them is the agent's task, the one before it is what the user asked.
    questions = [str(message.text).lower() for message in messages if _is_human(message)]
    asked = questions[-2] if len(questions) > 1 else ""
    named = [name for name, words in _DIMENSIONS.items() if any(word in asked for word in words)]
    return ["model", *(named or ["workload"])]


def _is_human(message: BaseMessage) -> bool:
    return isinstance(message, HumanMessage)


def _conclusion(latest: Mapping[str, ToolResult], results: Sequence[ToolResult]) -> str:
    total = latest["price_usage"].data
    if total["requests"]:
        spent = (
            f"{total['requests']:,} calls cost **{total['total']}** ({total['period']}), "
            f"{total['cost_per_call']} a call."
        )
    else:
        spent = f"The imported bills come to **{total['total']}**."
    groups = [result.data for result in results if result.name == "query_usage"]
    tables = [table for group in groups if (table := _table(group))]
    return "\n\n".join([spent, *tables, *_gaps(latest["check_usage_data"].data)])


def _table(group: Mapping[str, Any]) -> str:
    """The largest lines; none where there is only one, which the total already says."""
    lines = group["lines"][:_SHOWN_LINES]
    if group["line_count"] < 2:
        return ""
    header = f"| {group['group_by'].capitalize()} | Calls | Cost |\n| --- | ---: | ---: |"
    rows = [
        f"| {line.get('label') or line.get('day')} | {line['requests']:,} "
        f"| {show_usd(Decimal(line['cost_usd']))} |"
        for line in lines
    ]
    more = group["line_count"] - len(lines)
    return "\n".join([header, *rows]) + (f"\n\nand {more} more." if more > 0 else "")


def _gaps(coverage: Mapping[str, Any]) -> list[str]:
    missing = coverage["missing"]
    if not missing:
        return []
    gaps = "; ".join(
        f"without {gap['field'].replace('_', ' ')} {gap['consequence']}" for gap in missing
    )
    return [f"What the data lacks: {gaps}."]
