"""The sentences and headline figures of a report; every number in them was computed before."""

from dataclasses import dataclass
from datetime import datetime

from domain.costs.anomalies import AnomalyFindings
from domain.costs.facts import Coverage
from domain.costs.money import ZERO, show_share, show_unit_usd, show_usd
from domain.costs.projection import Projection
from domain.costs.savings import SavingsPlan
from domain.costs.spend import NO_WORKLOAD, SpendLine, SpendSummary

#: Savings named in the summary, and next actions listed at most.
TOP_SAVINGS = 3
MAX_ACTIONS = 7
MAX_NAMED_MODELS = 3


@dataclass(frozen=True, slots=True)
class Figure:
    """A headline figure, ready to read, and what it rests on."""

    label: str
    value: str
    detail: str


@dataclass(frozen=True, slots=True)
class QualityNote:
    """Something about the data that the figures should be read with."""

    topic: str
    text: str


@dataclass(frozen=True, slots=True)
class Findings:
    """All results that a report words."""

    coverage: Coverage
    spend: SpendSummary
    anomalies: AnomalyFindings
    savings: SavingsPlan
    projection: Projection
    price_sources: tuple[str, ...]


def headline(findings: Findings) -> tuple[Figure, ...]:
    """The four or five figures that come first."""
    spend, savings = findings.spend, findings.savings
    figures = [
        Figure("Spend", show_usd(spend.total_usd), show_period(findings.coverage)),
        Figure("Calls", f"{spend.requests:,}", _tokens(spend)),
        Figure("Cost per call", show_unit_usd(spend.cost_per_request_usd), "mean of priced calls"),
        Figure(
            "Possible savings",
            show_usd(savings.total_usd),
            f"{show_share(savings.share)} of the spend in this period",
        ),
        _projected(findings.projection),
    ]
    if findings.anomalies.anomalies:
        count = len(findings.anomalies.anomalies)
        beyond = show_usd(findings.anomalies.excess_usd)
        figures.append(Figure("Anomalous days", str(count), f"{beyond} beyond usual"))
    return tuple(figures)


def show_period(coverage: Coverage) -> str:
    """The covered time in words, UTC."""
    if coverage.first_at is None or coverage.last_at is None:
        return "no calls"
    first, last = coverage.first_at, coverage.last_at
    if first.date() == last.date():
        return f"{_day(first)}, {first:%H:%M} to {last:%H:%M} UTC"
    return f"{_day(first)} to {_day(last)}, UTC"


def _day(at: datetime) -> str:
    return f"{at.day} {at:%b %Y}"


def _tokens(spend: SpendSummary) -> str:
    tokens = spend.tokens
    return f"{tokens.input_tokens:,} input and {tokens.output_tokens:,} output tokens"


def _projected(projection: Projection) -> Figure:
    if projection.month_usd is None:
        return Figure("Next month", "not projected", "the usage covers too little time")
    between = f"{show_usd(projection.low_usd or ZERO)} to {show_usd(projection.high_usd or ZERO)}"
    return Figure("Next month", show_usd(projection.month_usd), between)


def summary(findings: Findings) -> tuple[str, ...]:
    """What a reader in a hurry needs, a sentence each."""
    if findings.coverage.is_empty:
        return ("There is no usage to analyse yet. Import an export, or the bundled sample.",)
    sentences = [_what_was_spent(findings), _largest_part(findings.spend)]
    sentences += _savings(findings.savings)
    sentences += _anomalies(findings.anomalies)
    sentences.append(_month(findings.projection))
    return tuple(sentence for sentence in sentences if sentence)


def _what_was_spent(findings: Findings) -> str:
    spend, coverage = findings.spend, findings.coverage
    names = ", ".join(coverage.models[:MAX_NAMED_MODELS])
    more = len(coverage.models) - MAX_NAMED_MODELS
    models = f"{names} and {more} more" if more > 0 else names
    calls = f"{spend.requests:,} calls to {models}" if models else "Bills without usage detail"
    return f"{calls} cost {show_usd(spend.total_usd)} ({show_period(coverage)})."


def _largest_part(spend: SpendSummary) -> str:
    lines = spend.by_workload if _is_named(spend.by_workload) else spend.by_model
    noun = "feature" if lines is spend.by_workload else "model"
    if len(lines) < 2:
        return ""
    first = lines[0]
    return (
        f"The largest {noun} is {first.label}: {show_usd(first.cost_usd)}, "
        f"{show_share(first.share)} of the spend at "
        f"{show_unit_usd(first.cost_per_request_usd)} a call."
    )


def _is_named(lines: tuple[SpendLine, ...]) -> bool:
    return any(line.label != NO_WORKLOAD for line in lines)


def _savings(savings: SavingsPlan) -> list[str]:
    largest = savings.largest(TOP_SAVINGS)
    if not largest:
        return ["No saving can be shown with the data there is; see what is missing below."]
    named = "; ".join(
        f"{_inside_sentence(measure.title)}: {show_usd(measure.saving_usd)} "
        f"({show_share(measure.share)})"
        for measure in largest
    )
    count = {1: "saving", 2: "two savings", 3: "three savings"}[len(largest)]
    return [
        f"The largest {count}: {named}.",
        f"All measures together, each on what the former leave, save "
        f"{show_usd(savings.total_usd)} ({show_share(savings.share)}) and leave "
        f"{show_usd(savings.after_usd)}.",
    ]


def _inside_sentence(title: str) -> str:
    return title[0].lower() + title[1:]


def _anomalies(findings: AnomalyFindings) -> list[str]:
    if not findings.anomalies:
        return []
    worst = max(findings.anomalies, key=lambda anomaly: anomaly.excess_usd)
    drivers = ", ".join(f"{driver.dimension} {driver.label}" for driver in worst.drivers)
    cause = f" (driven by {drivers})" if drivers else ""
    count = len(findings.anomalies)
    return [
        f"{'1 day stands' if count == 1 else f'{count} days stand'} out, most of all "
        f"{worst.day.isoformat()} with {show_usd(worst.cost_usd)} instead of about "
        f"{show_usd(worst.usual_usd)}{cause}."
    ]


def _month(projection: Projection) -> str:
    if projection.month_usd is None:
        return f"A month cannot be projected. {projection.basis}"
    return f"At this pace a month costs {show_usd(projection.month_usd)}. {projection.basis}"


def quality_notes(findings: Findings) -> tuple[QualityNote, ...]:
    """What the data lacks or leaves open."""
    coverage = findings.coverage
    notes: list[QualityNote] = []
    if coverage.rejected_rows:
        text = f"{coverage.rejected_rows:,} rows could not be read; the import lists why."
        notes.append(QualityNote("Rejected rows", text))
    if coverage.duplicate_rows:
        text = f"{coverage.duplicate_rows:,} rows were in an earlier import and count once."
        notes.append(QualityNote("Overlapping imports", text))
    notes += [QualityNote("Import", note) for note in coverage.import_notes]
    notes += _reconciled(findings.spend)
    notes += [
        QualityNote(
            f"No {gap.label}" if gap.field != "price" else "Unpriced calls",
            f"{gap.consequence[0].upper()}{gap.consequence[1:]}. {gap.next_step}",
        )
        for gap in coverage.missing
    ]
    if findings.anomalies.sufficiency == "insufficient":
        notes.append(QualityNote("Anomalies", findings.anomalies.reason))
    return tuple(notes)


def _reconciled(spend: SpendSummary) -> list[QualityNote]:
    notes = [
        QualityNote(
            "Usage against bill",
            f"{line.provider}: billed {show_usd(line.billed_usd)}, usage accounts for "
            f"{show_usd(line.usage_usd)} on {line.day_count} common days; the difference is "
            f"{show_usd(line.difference_usd)}. The spend counts the usage.",
        )
        for line in spend.reconciliations
    ]
    if spend.bill_only_usd:
        text = (
            f"{show_usd(spend.bill_only_usd)} come from cost files for days without priced usage: "
            "part of the spend, but of no saving."
        )
        notes.append(QualityNote("Bills without usage", text))
    return notes


def assumptions(findings: Findings) -> tuple[str, ...]:
    """What all figures and each measure that saves take for granted."""
    sources = ", ".join(findings.price_sources)
    general = [
        "Amounts are US dollars; days are UTC.",
        "A call costs what its export reported, else the list price of its time.",
        "Savings are for the period of the data, not for a month or a year.",
    ]
    if sources:
        general.append(f"What-if prices: {sources}, as of now.")
    measures = [
        f"{measure.title}: {assumption}"
        for measure in findings.savings.measures
        if measure.saving_usd > 0
        for assumption in measure.assumptions
    ]
    return (*general, *measures)


def next_actions(findings: Findings) -> tuple[str, ...]:
    """What to do now: the largest savings first, then what would make the next report better."""
    largest = findings.savings.largest(TOP_SAVINGS)
    actions = [
        f"{measure.title}: {show_usd(measure.saving_usd)} in this period"
        + (f". First: {measure.next_step}" if measure.next_step else ".")
        for measure in largest
    ]
    if findings.anomalies.anomalies:
        actions.append("Find out what happened on the anomalous days; they are no habit to cut.")
    if findings.projection.month_usd is None:
        actions.append(findings.projection.basis)
    actions += [
        measure.next_step
        for measure in findings.savings.measures
        if measure.sufficiency == "insufficient" and measure.next_step
    ]
    actions += [gap.next_step for gap in findings.coverage.missing]
    return tuple(dict.fromkeys(actions))[:MAX_ACTIONS]
