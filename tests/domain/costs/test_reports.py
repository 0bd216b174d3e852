"""A report holds every result, survives JSON, and renders safely."""

import csv
import io
from dataclasses import replace
from decimal import Decimal
from html.parser import HTMLParser
from xml.etree import ElementTree

from domain.costs.facts import BilledDay, UsageFacts
from domain.costs.rendering_csv import render_csv
from domain.costs.rendering_html import render_html
from domain.costs.rendering_markdown import render_markdown
from domain.costs.report_charts import all_charts
from domain.costs.report_sections import report_sections
from domain.costs.reports import Report, build_report
from tests.domain.costs.facts_for_tests import (
    MONDAY,
    PRICES,
    facts_of_days,
    facts_of_groups,
    group,
)


def month_of_facts() -> UsageFacts:
    """Two weeks with one anomaly, and calls that every measure but caching can cheapen."""
    facts = facts_of_days([10] * 9 + [70] + [10] * 5)
    calls = facts_of_groups(
        group(is_waste=True),
        group(is_duplicate=True),
        group(is_short=True),
        group(excess_output_tokens=400, excess_requests=2),
    )
    bill = BilledDay(MONDAY, "acme", Decimal(12))
    return replace(calls, days=facts.days, coverage=facts.coverage, bills=(bill,))


def hostile_report() -> Report:
    """A report whose labels try to be markup and formulas."""
    facts = facts_of_groups(
        group(workload="=cmd()|x", is_waste=True), group(workload="<script>alert(1)</script>")
    )
    return build_report(facts, PRICES, "@title <b>")


def test_a_report_survives_json() -> None:
    report = build_report(month_of_facts(), PRICES)
    assert Report.from_json(report.to_json()) == report


def test_the_summary_names_the_three_largest_savings() -> None:
    report = build_report(month_of_facts(), PRICES)
    text = " ".join(report.summary)
    # 14 days at 10 and one at 70.
    assert "$210.00" in text
    assert "The largest three savings" in text
    assert "send short answers to a smaller model: $0.13" in text
    assert "1 day stands out, most of all 2026-03-11 with $70.00 instead of about $10.00" in text
    # The mean of the 14 ordinary days is 10: 304.375 a month.
    assert "$304.38" in text


def test_headline_figures_are_the_results() -> None:
    report = build_report(month_of_facts(), PRICES)
    values = {figure.label: figure.value for figure in report.headline}
    assert values["Spend"] == "$210.00"
    assert values["Anomalous days"] == "1"
    assert values["Next month"] == "$304.38"


def test_a_bill_that_differs_is_in_the_data_quality() -> None:
    report = build_report(month_of_facts(), PRICES)
    (note,) = [note for note in report.quality if note.topic == "Usage against bill"]
    assert "the difference is $2.00" in note.text


def test_an_empty_report_says_what_to_do() -> None:
    report = build_report(UsageFacts(), PRICES)
    assert report.summary == (
        "There is no usage to analyse yet. Import an export, or the bundled sample.",
    )
    assert "No usage" in render_markdown(report)


def test_every_chart_has_its_table() -> None:
    report = build_report(month_of_facts(), PRICES)
    charts = all_charts(report.spend, report.anomalies, report.savings)
    tables = {table.chart for section in report_sections(report) for table in section.tables}
    # The day table holds calls and cost, which the line divides.
    assert set(charts) - {"cost_per_call"} <= tables
    assert {"spend_by_day", "savings", "cost_per_call"} <= set(charts)


def test_tables_are_rectangular() -> None:
    for section in report_sections(build_report(month_of_facts(), PRICES)):
        for table in section.tables:
            assert {len(row) for row in table.rows} <= {len(table.columns)}


def test_markdown_tables_hold_the_same_figures() -> None:
    text = render_markdown(build_report(month_of_facts(), PRICES))
    assert text.startswith("# AI cost report\n\n## Summary")
    assert "| 2026-03-11 | 10 | $70.00 |" in text
    assert "| chat | 150 |" in text


def test_markdown_keeps_labels_from_being_markup() -> None:
    text = render_markdown(hostile_report())
    assert "<script>" not in text
    assert "=cmd()\\|x" in text


def test_csv_keeps_labels_from_being_formulas() -> None:
    rows = list(csv.reader(io.StringIO(render_csv(hostile_report()))))
    cells = [cell for row in rows for cell in row]
    assert "'@title <b>" in cells
    assert "'=cmd()|x" in cells
    assert not any(cell.startswith(("=", "@", "+", "\t")) for cell in cells)


def test_csv_has_amounts_in_full() -> None:
    rows = list(csv.reader(io.StringIO(render_csv(build_report(month_of_facts(), PRICES)))))
    start = rows.index(["Spend by day", "spend_by_day"])
    assert rows[start + 1] == ["Day", "Calls", "Cost"]
    days = rows[start + 2 : start + 17]
    assert sum(Decimal(day[2]) for day in days) == 210


class _Page(HTMLParser):
    """Notes what a page loads and which tags it leaves open."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.loads: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.loads += [str(value) for name, value in attrs if name in ("src", "href", "srcset")]


def test_html_needs_nothing_from_outside_and_holds_no_foreign_markup() -> None:
    page = _Page()
    text = render_html(hostile_report())
    page.feed(text)
    assert page.loads == []
    assert "script" not in page.tags
    assert "http://www.w3.org/2000/svg" in text
    assert page.tags.count("h1") == 1
    assert "@media (prefers-color-scheme: dark)" in text


def test_charts_in_html_are_well_formed() -> None:
    report = build_report(month_of_facts(), PRICES)
    charts = all_charts(report.spend, report.anomalies, report.savings)
    page = render_html(report)
    for chart in charts.values():
        ElementTree.fromstring(chart)
        assert chart in page
