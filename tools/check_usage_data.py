"""Tool: which usage there is, and what it lacks."""

from langchain_core.tools import tool

from domain.costs.facts import Coverage
from domain.costs.report_texts import show_period
from tools.context import context_of
from tools.usage_access import NO_USAGE, Runtime, ToolData, data_of, think


@tool
async def check_usage_data(runtime: Runtime) -> ToolData:
    """Say which AI usage has been imported: calls, period, models, prices, and what is missing.

    Call this first. The status is "no_usage" when nothing has been imported.
    """
    context = context_of(runtime)
    coverage = await context.reach().usage.coverage(context.user)
    if coverage.is_empty:
        think(runtime, "There is no usage to analyse yet, so I have to ask for some.")
        return NO_USAGE
    think(runtime, _found(coverage))
    return {**data_of(coverage), "period": show_period(coverage)}


def _found(coverage: Coverage) -> str:
    models = ", ".join(coverage.models[:3]) + (" and others" if len(coverage.models) > 3 else "")
    if coverage.row_count:
        text = f"I found {coverage.request_count:,} calls to {models} ({show_period(coverage)})"
    else:
        text = f"I found {coverage.bill_rows:,} rows of bills, without the calls behind them"
    if coverage.unpriced_requests:
        return f"{text}; {coverage.unpriced_requests:,} of them have no price."
    return f"{text}, all of them priced." if coverage.row_count else f"{text}."
