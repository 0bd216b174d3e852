"""A cost report as data: what every rendering starts from, and what is stored."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import cast

from domain.costs.anomalies import AnomalyFindings, find_anomalies
from domain.costs.facts import Coverage, UsageFacts
from domain.costs.json_data import Json, as_json, from_json
from domain.costs.money import ZERO
from domain.costs.prices import PriceBook
from domain.costs.projection import Projection, project_month
from domain.costs.report_texts import (
    Figure,
    Findings,
    QualityNote,
    assumptions,
    headline,
    next_actions,
    quality_notes,
    summary,
)
from domain.costs.savings import SavingsPlan, simulate_savings
from domain.costs.spend import SpendSummary, summarise_spend

DEFAULT_TITLE = "AI cost report"


@dataclass(frozen=True, slots=True)
class Report:
    """Everything a cost report says. Amounts are USD, rounded to six decimals."""

    title: str
    first_at: datetime | None
    last_at: datetime | None
    headline: tuple[Figure, ...]
    summary: tuple[str, ...]
    coverage: Coverage
    spend: SpendSummary
    anomalies: AnomalyFindings
    savings: SavingsPlan
    projection: Projection
    quality: tuple[QualityNote, ...]
    assumptions: tuple[str, ...]
    next_actions: tuple[str, ...]

    def to_json(self) -> dict[str, Json]:
        """As JSON data; `from_json` of it is equal to this report."""
        return cast(dict[str, Json], as_json(self))

    @staticmethod
    def from_json(data: dict[str, Json]) -> "Report":
        """The report whose `to_json` this is; raises `ValueError` when it is none."""
        return from_json(Report, data)


def build_report(
    facts: UsageFacts, prices: PriceBook, title: str = DEFAULT_TITLE, growth: Decimal = ZERO
) -> Report:
    """Runs every analysis over the facts and words what stands out."""
    findings = Findings(
        coverage=facts.coverage,
        spend=summarise_spend(facts),
        anomalies=find_anomalies(facts),
        savings=simulate_savings(facts, prices),
        projection=project_month(facts, growth),
        price_sources=_price_sources(facts, prices),
    )
    report = Report(
        title=title,
        first_at=facts.coverage.first_at,
        last_at=facts.coverage.last_at,
        headline=headline(findings),
        summary=summary(findings),
        coverage=findings.coverage,
        spend=findings.spend,
        anomalies=findings.anomalies,
        savings=findings.savings,
        projection=findings.projection,
        quality=quality_notes(findings),
        assumptions=assumptions(findings),
        next_actions=next_actions(findings),
    )
    # Rounded once, here, so that what is shown now and what is read back later are the same.
    return Report.from_json(report.to_json())


def _price_sources(facts: UsageFacts, prices: PriceBook) -> tuple[str, ...]:
    names = dict.fromkeys((group.model, group.provider) for group in facts.groups)
    found = [prices.rates_for(model, provider) for model, provider in names]
    return tuple(dict.fromkeys(rates.source for rates in found if rates))
