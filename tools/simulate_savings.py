"""Tool: what the savings measures would bring."""

import asyncio

from langchain_core.tools import tool

from domain.costs.facts import UsageFacts
from domain.costs.money import show_share, show_usd
from domain.costs.prices import PriceBook
from domain.costs.savings import SavingsPlan
from domain.costs.savings import simulate_savings as simulate_in_facts
from tools.usage_access import NO_USAGE, Runtime, ToolData, data_of, load_facts, think


@tool
async def simulate_savings(runtime: Runtime) -> ToolData:
    """Simulate six ways to spend less, in order, each on what the former leaves.

    Gives calls, USD, share, confidence, risk and assumptions of each, or what is missing for it.
    """
    facts = await load_facts(runtime)
    if facts.coverage.is_empty:
        return NO_USAGE
    # Hundreds of groups times six measures: too much for the event loop.
    plan = await asyncio.to_thread(_simulate, facts)
    think(runtime, _found(plan))
    return data_of(plan)


def _simulate(facts: UsageFacts) -> SavingsPlan:
    return simulate_in_facts(facts, PriceBook())


def _found(plan: SavingsPlan) -> str:
    largest = plan.largest(1)
    if not largest:
        return "With the data there is, no saving can be shown."
    return (
        f"Together the measures would save {show_usd(plan.total_usd)} ({show_share(plan.share)}); "
        f"the largest is “{largest[0].title}” with {show_usd(largest[0].saving_usd)}."
    )
