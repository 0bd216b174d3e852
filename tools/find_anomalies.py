"""Tool: days that cost far more than usual."""

from langchain_core.tools import tool

from domain.costs.anomalies import AnomalyFindings
from domain.costs.anomalies import find_anomalies as find_in_facts
from domain.costs.money import show_usd
from tools.usage_access import NO_USAGE, Runtime, ToolData, data_of, load_facts, think


@tool
async def find_anomalies(runtime: Runtime) -> ToolData:
    """Find days that cost far more than usual and what drove them. They are no recurring saving."""
    facts = await load_facts(runtime)
    if facts.coverage.is_empty:
        return NO_USAGE
    findings = find_in_facts(facts)
    think(runtime, _found(findings))
    return data_of(findings)


def _found(findings: AnomalyFindings) -> str:
    if findings.sufficiency == "insufficient":
        return findings.reason
    if not findings.anomalies:
        return f"None of the {findings.day_count} days stands out."
    worst = max(findings.anomalies, key=lambda anomaly: anomaly.excess_usd)
    return (
        f"{len(findings.anomalies)} of {findings.day_count} days stand out, most of all "
        f"{worst.day} with {show_usd(worst.excess_usd)} beyond usual."
    )
