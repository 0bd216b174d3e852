"""A cost report beside the chat: headline figures, charts, tables and downloads."""

from collections.abc import Mapping
from typing import Any, Final

from domain.costs.report_charts import all_charts
from domain.costs.report_sections import report_sections
from domain.costs.reports import Report
from ui.markup import escaped, icon
from ui.report_html import figures_html, section_html

DOWNLOADS: Final = (("md", "Markdown"), ("csv", "CSV"), ("html", "HTML"))


def panel_html(answer: Mapping[str, Any], report_id: str) -> str:
    """The whole panel for a report as the API answers it."""
    title = str(answer.get("title") or "Report")
    try:
        body = report_html(Report.from_json(answer["content"]))
    except (KeyError, ValueError):
        # Written by another version: what it said is still there as text.
        body = f'<pre class="gp-plain">{escaped(answer.get("markdown", ""))}</pre>'
    return (
        f'<article class="gp-report" data-report="{escaped(report_id)}" data-testid="report">'
        f'<header class="gp-head"><h2>{escaped(title)}</h2>{download_links(report_id)}'
        '<button type="button" class="gp-icon-button" data-toggle="panel"'
        f' aria-label="Close the report" title="Close">{icon("close")}</button></header>'
        f'<div class="gp-report-body" tabindex="0">{body}</div></article>'
    )


def report_html(report: Report) -> str:
    """Figures first, then the sections."""
    charts = all_charts(report.spend, report.anomalies, report.savings)
    sections = "".join(
        section_html(section, charts, without=("headline",)) for section in report_sections(report)
    )
    return figures_html(report.headline) + sections


def download_links(report_id: str) -> str:
    """The report as files."""
    links = "".join(
        f'<a href="/reports/{escaped(report_id)}/download?format={name}" download>{label}</a>'
        for name, label in DOWNLOADS
    )
    return (
        f'<details class="gp-menu"><summary class="gp-button gp-small">{icon("download")}'
        f"<span>Download</span></summary><div>{links}</div></details>"
    )
