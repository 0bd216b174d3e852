"""A report's sections as HTML: paragraphs, charts, and the tables behind them."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from domain.costs.report_sections import Cell, Column, Section, Table, show_cell
from domain.costs.report_texts import Figure
from ui.markup import escaped

#: Tables with more rows or columns are folded away behind their chart or title.
SHORT_ROWS = 8
#: Charts that show a further view of a table's figures.
SECOND_CHARTS: Final[Mapping[str, str]] = {"spend_by_day": "cost_per_call"}
CODE: Final = re.compile(r"`([^`]+)`")


def figures_html(figures: Sequence[Figure]) -> str:
    """Headline figures in a row: value first, then what it is and rests on."""
    tiles = "".join(
        f"<div><dt>{escaped(figure.label)}</dt><dd><b>{escaped(figure.value)}</b>"
        f"<span>{escaped(figure.detail)}</span></dd></div>"
        for figure in figures
    )
    return f'<dl class="gp-figures">{tiles}</dl>' if tiles else ""


def section_html(section: Section, charts: Mapping[str, str], without: Sequence[str] = ()) -> str:
    """One section; `charts` holds SVG by the name that a table gives its chart."""
    paragraphs = "".join(f"<p>{words_html(text)}</p>" for text in section.paragraphs)
    bullets = "".join(f"<li>{words_html(text)}</li>" for text in section.bullets)
    tables = "".join(
        table_html(table, charts) for table in section.tables if table.key not in without
    )
    return (
        f'<section class="gp-section"><h3>{escaped(section.title)}</h3>{paragraphs}'
        f"{f'<ul>{bullets}</ul>' if bullets else ''}{tables}</section>"
    )


def table_html(table: Table, charts: Mapping[str, str], level: int = 4) -> str:
    """A table, below its chart if it has one; then, or when long, it opens on demand."""
    names = (table.chart or "", SECOND_CHARTS.get(table.chart or "", ""))
    drawn = [charts[name] for name in names if name in charts]
    chart = "".join(f'<figure class="gp-chart">{svg}</figure>' for svg in drawn)
    body = rows_html(table.columns, table.rows)
    title = escaped(table.title)
    heading = f'<h{level} class="gp-title">{title}</h{level}>'
    if chart or len(table.rows) > SHORT_ROWS:
        words = f"{title}: table" if chart else title
        return f"{heading}{chart}<details><summary>{words}</summary>{body}</details>"
    return f"{heading}{body}"


def rows_html(columns: Sequence[Column], rows: Sequence[Sequence[Cell]]) -> str:
    """The table element; numbers are right-aligned and a wide table scrolls in its own box."""
    head = "".join(
        f'<th scope="col"{_alignment(column)}>{escaped(column.name)}</th>' for column in columns
    )
    body = "".join(
        "<tr>"
        + "".join(
            f"<td{_alignment(column)}>{escaped(show_cell(cell, column.kind))}</td>"
            for cell, column in zip(row, columns, strict=True)
        )
        + "</tr>"
        for row in rows
    )
    return (
        '<div class="gp-scroll" tabindex="0" role="group" aria-label="Table">'
        f'<table class="gp-table"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
    )


def words_html(text: str) -> str:
    """A sentence, with names in backticks set as code."""
    return CODE.sub(r"<code>\1</code>", escaped(text))


def _alignment(column: Column) -> str:
    return "" if column.kind == "text" else ' class="gp-number"'
