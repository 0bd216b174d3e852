"""Tool: what a month will cost."""

import asyncio
from decimal import Decimal
from typing import Annotated

from langchain_core.tools import tool
from pydantic import Field

from domain.costs.money import ZERO, show_usd
from domain.costs.projection import Projection
from domain.costs.projection import project_month as project_from_facts
from tools.usage_access import NO_USAGE, Runtime, ToolData, data_of, load_facts, think


@tool
async def project_month(
    runtime: Runtime, growth_percent: Annotated[float, Field(ge=-100, le=10_000)] = 0
) -> ToolData:
    """Project the cost of one month at the present pace, times growth (50 is half more usage)."""
    facts = await load_facts(runtime)
    if facts.coverage.is_empty:
        return NO_USAGE
    growth = Decimal(str(growth_percent)) / 100
    # A thousand months are drawn: too much for the event loop.
    projection = await asyncio.to_thread(project_from_facts, facts, growth)
    think(runtime, _found(projection))
    return data_of(projection)


def _found(projection: Projection) -> str:
    if projection.month_usd is None:
        return f"A month cannot be projected. {projection.basis}"
    low, high = show_usd(projection.low_usd or ZERO), show_usd(projection.high_usd or ZERO)
    return (
        f"At this pace a month costs {show_usd(projection.month_usd)}, likely between {low} and "
        f"{high}."
    )
