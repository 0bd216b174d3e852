"""Tool: what all the usage cost, and how well that is known."""

from langchain_core.tools import tool

from domain.costs.json_data import as_json
from domain.costs.money import show_usd
from domain.costs.report_texts import show_period
from domain.costs.spend import summarise_spend
from tools.usage_access import NO_USAGE, Runtime, ToolData, load_facts, think


@tool
async def price_usage(runtime: Runtime) -> ToolData:
    """Total the cost of all usage, with tokens, calls without a price, and bills compared."""
    facts = await load_facts(runtime)
    if facts.coverage.is_empty:
        return NO_USAGE
    summary = summarise_spend(facts)
    per_call = show_usd(summary.cost_per_request_usd)
    think(
        runtime,
        f"All usage together cost {show_usd(summary.total_usd)}, which is {per_call} a call.",
    )
    return {
        "status": "ok",
        "period": show_period(facts.coverage),
        "total": show_usd(summary.total_usd),
        "total_usd": as_json(summary.total_usd),
        "cost_per_call": per_call,
        "requests": summary.requests,
        "error_requests": summary.error_requests,
        "unpriced_requests": summary.unpriced_requests,
        "bill_only_usd": as_json(summary.bill_only_usd),
        "tokens": as_json(summary.tokens),
        "reconciliations": as_json(summary.reconciliations),
    }
