"""The charts of a report or of a spend summary, by the name of the table that has their figures."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

from domain.charts.bars import Bar, BarChart, WaterfallChart, horizontal_bars, waterfall
from domain.charts.columns import Column, ColumnChart, Segment, stacked_columns
from domain.charts.lines import LineChart, Point, line
from domain.costs.anomalies import AnomalyFindings
from domain.costs.money import ZERO, show_share, show_unit_usd, show_usd
from domain.costs.savings import SavingsPlan
from domain.costs.spend import (
    NO_TEAM,
    NO_USER,
    NO_WORKLOAD,
    DayLine,
    SpendLine,
    SpendSummary,
)

#: Bars in a ranking; the rest are one bar.
MAX_BARS = 8
#: More days than this are drawn as weeks.
MAX_COLUMNS = 92


def spend_charts(spend: SpendSummary, anomalies: AnomalyFindings) -> dict[str, str]:
    """Spend by day, feature, model, team and user as SVG, those that have something to compare."""
    charts: dict[str, str] = {}
    if len(spend.by_day) > 1:
        charts["spend_by_day"] = _days(spend.by_day, anomalies)
        charts["cost_per_call"] = _cost_per_call(spend.by_day)
    for name, noun, lines, unnamed in (
        ("spend_by_workload", "feature", spend.by_workload, NO_WORKLOAD),
        ("spend_by_model", "model", spend.by_model, ""),
        ("spend_by_team", "team", spend.by_team, NO_TEAM),
        ("spend_by_user", "user", spend.by_user, NO_USER),
    ):
        if any(entry.label != unnamed for entry in lines):
            charts[name] = _ranking(f"Spend by {noun}", lines)
    return charts


def savings_chart(plan: SavingsPlan) -> dict[str, str]:
    """The waterfall of savings as SVG, if there are any."""
    steps = tuple(
        Bar(measure.title, measure.saving_usd, show_share(measure.share))
        for measure in plan.measures
        if measure.saving_usd > 0
    )
    if not steps:
        return {}
    chart = WaterfallChart(
        title="What the measures save, one after the other",
        start=Bar("Spend in this period", plan.baseline_usd),
        steps=steps,
        end_label="After all measures",
        show=show_usd,
    )
    return {"savings": waterfall(chart)}


def _days(lines: Sequence[DayLine], anomalies: AnomalyFindings) -> str:
    marks = {
        found.day: f"usually about {show_usd(found.usual_usd)}" for found in anomalies.anomalies
    }
    columns = [
        Column(
            f"{line.day.day} {line.day:%b}",
            tuple(Segment(part.label, part.cost_usd) for part in line.parts),
            marks.get(line.day),
        )
        for line in _without_gaps(lines)
    ]
    if len(columns) > MAX_COLUMNS:
        weeks = tuple(_week(columns[start : start + 7]) for start in range(0, len(columns), 7))
        return stacked_columns(ColumnChart("Spend by week", weeks, show_usd))
    return stacked_columns(ColumnChart("Spend by day", tuple(columns), show_usd))


def _without_gaps(lines: Sequence[DayLine]) -> list[DayLine]:
    """Every day from the first to the last, so that columns are evenly spaced in time."""
    known = {line.day: line for line in lines}
    first: date = lines[0].day
    days = (first + timedelta(days=n) for n in range((lines[-1].day - first).days + 1))
    return [known.get(day, DayLine(day, 0, ZERO, ())) for day in days]


def _week(columns: Sequence[Column]) -> Column:
    totals: dict[str, Decimal] = {}
    for column in columns:
        for segment in column.segments:
            totals[segment.series] = totals.get(segment.series, ZERO) + segment.value
    marks = [f"{column.label}: {column.mark}" for column in columns if column.mark]
    segments = tuple(Segment(series, value) for series, value in totals.items())
    return Column(columns[0].label, segments, "; ".join(marks) or None)


def _cost_per_call(lines: Sequence[DayLine]) -> str:
    points = tuple(
        Point(f"{day.day.day} {day.day:%b}", day.cost_usd / day.requests)
        for day in lines
        if day.requests
    )
    return line(LineChart("Cost per call", points, show_unit_usd))


def _ranking(title: str, lines: Sequence[SpendLine]) -> str:
    shown = lines if len(lines) <= MAX_BARS else lines[: MAX_BARS - 1]
    bars = [Bar(entry.label, entry.cost_usd, show_share(entry.share)) for entry in shown]
    rest = lines[len(shown) :]
    if rest:
        cost_usd = sum((entry.cost_usd for entry in rest), ZERO)
        share = sum((entry.share for entry in rest), ZERO)
        bars.append(Bar(f"{len(rest)} more", cost_usd, show_share(share)))
    return horizontal_bars(BarChart(title, tuple(bars), show_usd))


def all_charts(
    spend: SpendSummary, anomalies: AnomalyFindings, plan: SavingsPlan
) -> Mapping[str, str]:
    """Every chart of a report."""
    return {**spend_charts(spend, anomalies), **savings_chart(plan)}
