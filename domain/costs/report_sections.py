"""A report's sections, tables and bullet lists: what Markdown, HTML and CSV all render."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from domain.costs.anomalies import AnomalyFindings
from domain.costs.money import show_share, show_unit_usd, show_usd
from domain.costs.projection import Projection
from domain.costs.reports import Report
from domain.costs.savings import Measure, SavingsPlan
from domain.costs.spend import NO_TEAM, NO_USER, NO_WORKLOAD, SpendLine, SpendSummary

Kind = Literal["text", "count", "usd", "unit_usd", "share"]
Cell = str | int | Decimal | None


@dataclass(frozen=True, slots=True)
class Column:
    """A table's column; its kind says how cells are shown."""

    name: str
    kind: Kind = "text"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells that match the columns; `key` names the table for machines."""

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    #: Name of the chart that shows the same figures.
    chart: str | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with what stands under it."""

    title: str
    paragraphs: tuple[str, ...] = ()
    bullets: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()


def report_sections(report: Report) -> tuple[Section, ...]:
    """All sections in reading order; a section without content is left out."""
    sections = (
        Section("Summary", bullets=report.summary, tables=(_headline(report),)),
        Section("Spend", tables=tuple(_spend_tables(report.spend))),
        _savings(report.savings),
        _anomalies(report.anomalies),
        _projection(report.projection),
        Section("Data quality", tables=tuple(_quality(report))),
        Section("Next actions", bullets=report.next_actions),
        Section("Assumptions", bullets=report.assumptions),
    )
    return tuple(s for s in sections if s.paragraphs or s.bullets or s.tables)


_SHOW = {"usd": show_usd, "unit_usd": show_unit_usd, "share": show_share}


def show_cell(cell: Cell, kind: Kind) -> str:
    """A cell as people read it."""
    if cell is None:
        return "–"  # noqa: RUF001 (an en dash is what stands for nothing in a table)
    if isinstance(cell, Decimal):
        return _SHOW[kind](cell)
    return f"{cell:,}" if isinstance(cell, int) else cell


def _headline(report: Report) -> Table:
    columns = (Column("Figure"), Column("Value"), Column("Basis"))
    rows = tuple((figure.label, figure.value, figure.detail) for figure in report.headline)
    return Table("headline", "Headline figures", columns, rows)


def _spend_tables(spend: SpendSummary) -> Iterable[Table]:
    by_day = _by_day(spend)
    if by_day:
        yield by_day
    for key, noun, lines, unnamed in (
        ("workload", "Feature", spend.by_workload, NO_WORKLOAD),
        ("model", "Model", spend.by_model, ""),
        ("team", "Team", spend.by_team, NO_TEAM),
        ("user", "User", spend.by_user, NO_USER),
    ):
        if any(line.label != unnamed for line in lines):
            yield _spend_table(key, noun, lines)


def _spend_table(key: str, noun: str, lines: tuple[SpendLine, ...]) -> Table:
    columns = (
        Column(noun),
        Column("Calls", "count"),
        Column("Input tokens", "count"),
        Column("Output tokens", "count"),
        Column("Cost", "usd"),
        Column("Share", "share"),
        Column("Per call", "unit_usd"),
    )
    rows = tuple(
        (
            line.label,
            line.requests,
            line.tokens.input_tokens,
            line.tokens.output_tokens,
            line.cost_usd,
            line.share,
            line.cost_per_request_usd,
        )
        for line in lines
    )
    return Table(f"spend_by_{key}", f"Spend by {noun.lower()}", columns, rows, f"spend_by_{key}")


def _by_day(spend: SpendSummary) -> Table | None:
    if not spend.by_day:
        return None
    labels = tuple(dict.fromkeys(part.label for day in spend.by_day for part in day.parts))
    columns = (
        Column("Day"),
        Column("Calls", "count"),
        Column("Cost", "usd"),
        *(Column(label, "usd") for label in labels if len(labels) > 1),
    )
    rows: list[tuple[Cell, ...]] = []
    for line in spend.by_day:
        costs = {part.label: part.cost_usd for part in line.parts}
        parts = tuple(costs.get(label) for label in labels if len(labels) > 1)
        rows.append((line.day.isoformat(), line.requests, line.cost_usd, *parts))
    return Table("spend_by_day", "Spend by day", columns, tuple(rows), "spend_by_day")


def _savings(plan: SavingsPlan) -> Section:
    paragraphs = (
        f"Applied in this order, each to what the former leave, the measures save "
        f"{show_usd(plan.total_usd)} of {show_usd(plan.baseline_usd)} "
        f"({show_share(plan.share)}). Added up one by one they would come to "
        f"{show_usd(plan.upper_bound_usd)}: an upper bound, since some money is counted twice.",
    )
    tables = [_measures(plan)]
    details = _details(plan)
    if details.rows:
        tables.append(details)
    tables.append(_grounds(plan))
    return Section("Savings", paragraphs=paragraphs, tables=tuple(tables))


def _measures(plan: SavingsPlan) -> Table:
    columns = (
        Column("#", "count"),
        Column("Measure"),
        Column("Calls", "count"),
        Column("Saving", "usd"),
        Column("Share", "share"),
        Column("Alone", "usd"),
        Column("Confidence"),
        Column("Risk"),
        Column("Data"),
    )
    rows = tuple(_measure_row(measure) for measure in plan.measures)
    return Table("savings", "Measures", columns, rows, "savings")


def _measure_row(measure: Measure) -> tuple[Cell, ...]:
    if measure.sufficiency == "insufficient":
        unknown: tuple[Cell, ...] = (None, None, None, None, None, None)
        return (measure.number, measure.title, *unknown, "insufficient")
    return (
        measure.number,
        measure.title,
        measure.calls,
        measure.saving_usd,
        measure.share,
        measure.alone_usd,
        measure.confidence,
        measure.risk,
        measure.sufficiency,
    )


def _details(plan: SavingsPlan) -> Table:
    columns = (
        Column("Measure"),
        Column("Feature"),
        Column("Model"),
        Column("Change"),
        Column("Calls", "count"),
        Column("Saving", "usd"),
    )
    rows = tuple(
        (measure.title, d.workload or NO_WORKLOAD, d.model, d.change, d.calls, d.saving_usd)
        for measure in plan.measures
        for d in measure.details
    )
    return Table("saving_details", "Where the savings are", columns, rows)


def _grounds(plan: SavingsPlan) -> Table:
    columns = (Column("Measure"), Column("Formula"), Column("Data"), Column("Sample rows"))
    rows = tuple(
        (
            measure.title,
            measure.formula,
            f"{measure.reason} {measure.next_step}".strip(),
            ", ".join(measure.evidence) or None,
        )
        for measure in plan.measures
    )
    return Table("saving_grounds", "What the savings rest on", columns, rows)


def _anomalies(findings: AnomalyFindings) -> Section:
    if not findings.anomalies:
        nothing = "No day stands out. " if findings.sufficiency == "sufficient" else ""
        return Section("Anomalies", paragraphs=(nothing + findings.reason,))
    columns = (
        Column("Day"),
        Column("Cost", "usd"),
        Column("Usual", "usd"),
        Column("Beyond usual", "usd"),
        Column("Robust z-score"),
        Column("Driven by"),
    )
    rows = tuple(
        (
            found.day.isoformat(),
            found.cost_usd,
            found.usual_usd,
            found.excess_usd,
            f"{found.score:.1f}" if found.score is not None else "other days do not vary",
            "; ".join(
                f"{driver.dimension} {driver.label} (+{show_usd(driver.excess_usd)})"
                for driver in found.drivers
            )
            or None,
        )
        for found in findings.anomalies
    )
    return Section(
        "Anomalies",
        paragraphs=(f"{findings.reason} What is anomalous is no recurring saving.",),
        tables=(Table("anomalies", "Anomalous days", columns, rows),),
    )


def _projection(projection: Projection) -> Section:
    rows: list[tuple[Cell, ...]] = []
    if projection.month_usd is not None:
        rows += [
            ("Mean day", projection.mean_day_usd),
            ("Month", projection.month_usd),
            ("Month, low", projection.low_usd),
            ("Month, high", projection.high_usd),
        ]
    rows += [
        (f"For illustration only: {item.assumption}", item.month_usd)
        for item in projection.illustrations
    ]
    tables = [Table("projection", "One month", (Column("What"), Column("USD", "usd")), tuple(rows))]
    loads = (
        ("Calls per minute", projection.p95_requests_per_minute),
        ("Tokens per minute", projection.p95_tokens_per_minute),
    )
    columns = (Column("95th percentile of active minutes"), Column("Load", "count"))
    tables.append(Table("load", "Load to hold against rate limits", columns, loads))
    growth = f" Growth of {show_share(projection.growth)} is included." if projection.growth else ""
    return Section(
        "Projection",
        paragraphs=(projection.basis + growth,),
        tables=tuple(table for table in tables if table.rows),
    )


def _quality(report: Report) -> Iterable[Table]:
    if report.quality:
        rows = tuple((note.topic, note.text) for note in report.quality)
        yield Table(
            "quality", "What to know about the data", (Column("Topic"), Column("Note")), rows
        )
