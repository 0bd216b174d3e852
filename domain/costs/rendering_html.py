"""A report as one HTML file that needs nothing else: styles and charts are inside."""

import re
from collections.abc import Mapping
from html import escape

from domain.costs.report_charts import all_charts
from domain.costs.report_sections import Section, Table, report_sections, show_cell
from domain.costs.report_texts import Figure
from domain.costs.reports import Report

_STYLE = """
:root { color-scheme: light dark; --text: #18181b; --quiet: #52525b; --page: #fff; --line: #e4e4e7;
  --tint: #fafafa; --gp-accent: #4f46e5; --gp-accent-soft: #a5b4fc; --gp-neutral: #a1a1aa; }
@media (prefers-color-scheme: dark) { :root { --text: #f4f4f5; --quiet: #a1a1aa; --page: #18181b;
  --line: #3f3f46; --tint: #202024; --gp-accent: #818cf8; --gp-accent-soft: #4f4ba8;
  --gp-neutral: #71717a; --gp-attention: #fbbf24; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 960px; padding: 32px 20px 64px; background: var(--page);
  color: var(--text); font: 14px/1.55 system-ui, sans-serif; font-variant-numeric: tabular-nums; }
h1 { font-size: 22px; margin: 0 0 2px; } h2 { font-size: 16px; margin: 36px 0 8px; }
h3 { font-size: 13px; margin: 20px 0 6px; }
p, li { max-width: 76ch; } p { margin: 6px 0; } ul { margin: 6px 0; padding-left: 18px; }
.quiet { color: var(--quiet); }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr));
  margin: 20px 0; border: 1px solid var(--line); border-radius: 8px; overflow: hidden; gap: 1px;
  background: var(--line); }
.figures div { background: var(--page); padding: 10px 14px; }
.figures dt { color: var(--quiet); font-size: 12px; }
.figures dd { margin: 0; font-size: 20px; font-weight: 600; }
.figures dd + dd { color: var(--quiet); font-size: 12px; font-weight: 400; line-height: 1.4; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; min-width: 100%; font-size: 13px; }
th, td { border-bottom: 1px solid var(--line); padding: 6px 12px 6px 0; text-align: left;
  vertical-align: top; }
th { color: var(--quiet); font-weight: 600; font-size: 12px; white-space: nowrap; }
.number { text-align: right; white-space: nowrap; }
figure { margin: 12px 0 18px; }
code { background: var(--tint); border-radius: 4px; padding: 0 4px; font-size: 12px; }
details > summary { cursor: pointer; color: var(--quiet); font-size: 13px; }
@media print { body { max-width: none; padding: 0; } details[open] summary { display: none; } }
"""
#: Longer tables start closed: their chart says the same at a glance.
_OPEN_ROWS = 15
#: A further view of a table's figures: calls and cost, divided.
_SECOND_CHARTS = {"spend_by_day": "cost_per_call"}


def render_html(report: Report) -> str:
    """The whole report as a page, light or dark as the reader's system is."""
    charts = all_charts(report.spend, report.anomalies, report.savings)
    body = [f"<h1>{escape(report.title)}</h1>", _figures(report.headline)]
    body += [_section(section, charts) for section in report_sections(report)]
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(report.title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n"
        + "\n".join(body)
        + "\n</main>\n</body>\n</html>\n"
    )


def _figures(figures: tuple[Figure, ...]) -> str:
    entries = "".join(
        f"<div><dt>{escape(figure.label)}</dt><dd>{escape(figure.value)}</dd>"
        f"<dd>{escape(figure.detail)}</dd></div>"
        for figure in figures
    )
    return f'<dl class="figures">{entries}</dl>'


def _section(section: Section, charts: Mapping[str, str]) -> str:
    parts = [f"<section>\n<h2>{escape(section.title)}</h2>"]
    parts += [f"<p>{_words(paragraph)}</p>" for paragraph in section.paragraphs]
    if section.bullets:
        items = "".join(f"<li>{_words(bullet)}</li>" for bullet in section.bullets)
        parts.append(f"<ul>{items}</ul>")
    # The headline figures stand on top of the page already.
    parts += [_table(table, charts) for table in section.tables if table.key != "headline"]
    return "\n".join([*parts, "</section>"])


def _table(table: Table, charts: Mapping[str, str]) -> str:
    names = [table.chart, _SECOND_CHARTS.get(table.key)]
    figures = [f"<figure>{charts[name]}</figure>" for name in names if name and name in charts]
    caption = "<h3>Cost per call</h3>" if len(figures) > 1 else ""
    heading = f"<h3>{escape(table.title)}</h3>{caption.join(figures)}"
    if len(table.rows) <= _OPEN_ROWS:
        return heading + _rows(table)
    summary = f"<summary>All {len(table.rows)} rows</summary>"
    return f"{heading}<details>{summary}{_rows(table)}</details>"


def _rows(table: Table) -> str:
    classes = ['class="number"' if column.kind != "text" else "" for column in table.columns]
    head = "".join(
        f'<th scope="col" {css}>{escape(column.name)}</th>'
        for css, column in zip(classes, table.columns, strict=True)
    )
    rows = "".join(
        "<tr>"
        + "".join(
            f"<td {css}>{_words(show_cell(cell, column.kind))}</td>"
            for cell, css, column in zip(row, classes, table.columns, strict=True)
        )
        + "</tr>"
        for row in table.rows
    )
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(table.title)}">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _words(text: str) -> str:
    """Escaped text, with names between backticks set as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text))
