"""The Costs page's HTML: figures, charts with their tables, imports and reports."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from domain.costs.anomalies import AnomalyFindings
from domain.costs.facts import Coverage
from domain.costs.json_data import from_json
from domain.costs.money import show_share, show_usd
from domain.costs.report_sections import Column, Table
from domain.costs.report_texts import Figure
from domain.costs.spend import SpendLine, SpendSummary
from ui import markup
from ui.api_models import ReportEntry, UsageImport
from ui.markup import button, counted, escaped, icon, moment
from ui.pages.chat.report_panel import download_links
from ui.pages.chat.views import reject_list
from ui.report_html import figures_html, table_html

#: Lines of a breakdown that tell something: a single one without a name does not.
NAMELESS = 1
#: Columns of the lists that hold numbers.
NUMBERS = ("Rows", "Already there", "Rejected")


@dataclass(frozen=True, slots=True)
class Costs:
    """What GET /usage/summary answers, as the analysis' own types."""

    coverage: Coverage
    spend: SpendSummary
    anomalies: AnomalyFindings
    charts: Mapping[str, str]

    @staticmethod
    def from_answer(answer: Mapping[str, Any]) -> "Costs":
        """Read the answer; raises ValueError when it is of another version."""
        return Costs(
            from_json(Coverage, answer["coverage"]),
            from_json(SpendSummary, answer["spend"]),
            from_json(AnomalyFindings, answer["anomalies"]),
            answer["charts"],
        )


def heading(menu: str, line: str) -> str:
    """The page's h1, one live sentence, and the primary action."""
    action = (
        f'<button type="button" class="gp-button gp-primary" data-toggle="import">{icon("upload")}'
        "<span>Import usage</span></button>"
    )
    return markup.heading("Costs", line, menu, action)


def live_line(costs: Costs) -> str:
    """What stands beside the heading: how much there is, and of when."""
    coverage = costs.coverage
    if coverage.first_at is None or coverage.last_at is None:
        return "No usage yet"
    first, last = f"{coverage.first_at:%-d %b %Y}", f"{coverage.last_at:%-d %b %Y}"
    period = first if first == last else f"{first} to {last}"
    return f"{counted(coverage.request_count, 'call')}, {period}"


def empty() -> str:
    """What appears here, and the one thing to try."""
    return (
        '<div class="gp-empty"><h2>Spend by day, feature, model and user appears here</h2>'
        "<p>Import a usage export of your provider, proxy or tracing tool. Rows are priced as "
        "they come in; what cannot be read is listed with the reason.</p>"
        f"{button('Import the bundled sample', 'sample', style='gp-primary')}"
        '<p class="gp-quiet">One hour of real calls of two services, priced as gpt-4o.</p></div>'
    )


def overview(costs: Costs) -> str:
    """Figures and spend over time."""
    spend, days = costs.spend, len(costs.spend.by_day)
    figures = [
        Figure("Spend", show_usd(spend.total_usd), counted(days, "day")),
        Figure("Calls", f"{spend.requests:,}", counted(spend.error_requests, "failed call")),
        Figure("Cost per call", show_usd(spend.cost_per_request_usd), "mean of priced calls"),
        Figure(
            "Tokens",
            f"{(spend.tokens.input_tokens + spend.tokens.output_tokens) / 1e6:,.1f} M",
            f"{spend.tokens.output_tokens / 1e6:,.1f} M of them output",
        ),
    ]
    if spend.unpriced_requests:
        names = ", ".join(costs.coverage.unpriced_models[:3])
        figures.append(Figure("Unpriced calls", f"{spend.unpriced_requests:,}", names))
    return figures_html(figures) + _over_time(costs)


def _over_time(costs: Costs) -> str:
    lines = costs.spend.by_day
    columns = (Column("Day"), Column("Calls", "count"), Column("Cost", "usd"))
    rows = tuple((line.day.isoformat(), line.requests, line.cost_usd) for line in lines)
    table = Table("spend_by_day", "Spend over time", columns, rows, "spend_by_day")
    note = ""
    if len(lines) == 1:
        note = '<p class="gp-quiet">One day so far; the chart begins with the second.</p>'
    return f'<section class="gp-section">{table_html(table, costs.charts, level=2)}{note}</section>'


def breakdowns(costs: Costs) -> str:
    """Spend by feature, model, user and team, side by side where there is room."""
    spend = costs.spend
    parts = "".join(
        f'<section class="gp-section">{_breakdown(key, noun, lines, costs.charts)}</section>'
        for key, noun, lines in (
            ("workload", "Feature", spend.by_workload),
            ("model", "Model", spend.by_model),
            ("user", "User", spend.by_user),
            ("team", "Team", spend.by_team),
        )
    )
    return f'<div class="gp-columns">{parts}</div>'


def _breakdown(key: str, noun: str, lines: Sequence[SpendLine], charts: Mapping[str, str]) -> str:
    name = f"spend_by_{key}"
    if name not in charts and len(lines) <= NAMELESS:
        return (
            f'<h2 class="gp-title">Spend by {noun.lower()}</h2>'
            f'<p class="gp-quiet">The usage does not say which {noun.lower()} a call was for.</p>'
        )
    columns = (
        Column(noun),
        Column("Calls", "count"),
        Column("Cost", "usd"),
        Column("Share", "share"),
        Column("Per call", "usd"),
    )
    rows = tuple(
        (line.label, line.requests, line.cost_usd, line.share, line.cost_per_request_usd)
        for line in lines
    )
    return table_html(Table(name, f"Spend by {noun.lower()}", columns, rows, name), charts, level=2)


def anomaly_section(findings: AnomalyFindings) -> str:
    """Days that stand out, and what drove them; or why none can be told."""
    rows = "".join(
        f'<li><span class="gp-state" data-state="waiting">{icon("alert")}'
        f"{found.day:%-d %b %Y}</span> {show_usd(found.cost_usd)}, usually about "
        f"{show_usd(found.usual_usd)}"
        + "".join(
            f"; {escaped(driver.dimension)} {escaped(driver.label)} +{show_usd(driver.excess_usd)}"
            for driver in found.drivers
        )
        + "</li>"
        for found in findings.anomalies
    )
    said = "" if rows else f'<p class="gp-quiet">{escaped(findings.reason)}</p>'
    if not rows and findings.sufficiency == "sufficient":
        said = f"<p>No day stands out. {escaped(findings.reason)}</p>"
    return (
        '<section class="gp-section" data-testid="anomalies"><h2>Anomalies</h2>'
        f"{said}{f'<ul>{rows}</ul>' if rows else ''}</section>"
    )


def savings_section(chart: str, report: ReportEntry | None, share: str) -> str:
    """The waterfall of the newest report."""
    if report is None:
        return (
            '<section class="gp-section"><h2>Savings</h2><p>Ask in the chat for an analysis of '
            "your AI costs; what would cost less appears here.</p>"
            '<a class="gp-button" href="/app/">Open the chat</a></section>'
        )
    body = f'<figure class="gp-chart">{chart}</figure>' if chart else "<p>No savings found.</p>"
    link = f"/app/?thread={escaped(report.thread_id)}" if report.thread_id else ""
    source = f'<a class="gp-link" href="{link}">{escaped(report.title)}</a>' if link else ""
    return (
        f'<section class="gp-section" data-testid="savings"><h2>Savings</h2><p>{escaped(share)}'
        f" From {source or escaped(report.title)}, {moment(report.created_at)}.</p>{body}</section>"
    )


def share_line(saving: Any, share: Any) -> str:
    """How much all measures together would save."""
    return f"All measures together save {show_usd(saving)} ({show_share(share)})."


def report_list(reports: Sequence[ReportEntry]) -> str:
    """The reports with their files."""
    rows = "".join(
        f'<tr data-key="{escaped(entry.report_id)}" data-testid="report-row"><td>'
        + (
            f'<a href="/app/?thread={escaped(entry.thread_id)}">{escaped(entry.title)}</a>'
            if entry.thread_id
            else escaped(entry.title)
        )
        + f"</td><td>{moment(entry.created_at, 'full')}</td>"
        f'<td class="gp-number">{download_links(entry.report_id)}</td></tr>'
        for entry in reports
    )
    return _list("Reports", ("Title", "Written", ""), rows, "Reports of analyses appear here.")


def import_list(imports: Sequence[UsageImport]) -> str:
    """The uploads with what became of their rows."""
    rows = "".join(_import_row(entry) for entry in imports)
    names = ("File", "Read as", "Model", "Rows", "Already there", "Rejected", "When", "")
    return _list("Imports", names, rows, "Uploads appear here.")


def _import_row(entry: UsageImport) -> str:
    rejected = (
        f'<button type="button" class="gp-link gp-plain-button" data-action="rejects"'
        f' data-import="{escaped(entry.import_id)}">{entry.rows_rejected:,} · show</button>'
        if entry.rows_rejected
        else "0"
    )
    return (
        f'<tr data-key="{escaped(entry.import_id)}" data-testid="import-row">'
        f"<td>{escaped(entry.file_name)}</td><td>{escaped(entry.format)}</td>"
        f"<td>{escaped(entry.model or '')}</td>"
        f'<td class="gp-number">{entry.rows_imported:,}</td>'
        f'<td class="gp-number">{entry.rows_duplicate:,}</td>'
        f'<td class="gp-number">{rejected}</td>'
        f"<td>{moment(entry.created_at, 'full') if entry.created_at else ''}</td>"
        f'<td><button type="button" class="gp-link gp-plain-button" data-action="remove"'
        f' data-confirm="Remove for good?" aria-label="Remove {escaped(entry.file_name)}"'
        f' data-import="{escaped(entry.import_id)}">Remove</button></td></tr>'
    )


def rejects(entry: UsageImport) -> str:
    """The rejected rows of one import, opened."""
    body = reject_list(entry).replace("<details>", "<details open>", 1)
    return (
        f'<section class="gp-card" data-testid="rejects"><header>{icon("file")}'
        f"<strong>{escaped(entry.file_name)}</strong></header>{body}</section>"
    )


def _list(title: str, names: Sequence[str], rows: str, nothing: str) -> str:
    if not rows:
        body = f'<p class="gp-quiet">{nothing}</p>'
    else:
        head = "".join(_head_cell(name) for name in names)
        body = (
            f'<div class="gp-scroll" tabindex="0" role="group" aria-label="{title}">'
            f'<table class="gp-table"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'
            "</div>"
        )
    return f'<section class="gp-section gp-list"><h2>{title}</h2>{body}</section>'


def _head_cell(name: str) -> str:
    style = ' class="gp-number"' if name in NUMBERS else ""
    return f'<th scope="col"{style}>{name or "<span class=gp-unseen>Files</span>"}</th>'
