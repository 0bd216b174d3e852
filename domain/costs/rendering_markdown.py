"""A report as Markdown (GitHub's tables)."""

from domain.costs.report_sections import Column, Section, Table, report_sections, show_cell
from domain.costs.reports import Report

#: Longer tables are cut here; CSV and HTML have every row.
MAX_ROWS = 31


def render_markdown(report: Report) -> str:
    """The whole report; text from the data cannot form markup."""
    blocks = [f"# {_plain(report.title)}"]
    for section in report_sections(report):
        blocks += _section(section)
    return "\n\n".join(blocks) + "\n"


def _section(section: Section) -> list[str]:
    blocks = [f"## {section.title}"]
    blocks += [_plain(paragraph) for paragraph in section.paragraphs]
    if section.bullets:
        blocks.append("\n".join(f"- {_plain(bullet)}" for bullet in section.bullets))
    for table in section.tables:
        blocks += _table(table)
    return blocks


def _table(table: Table) -> list[str]:
    head = _row([column.name for column in table.columns])
    rule = "|" + "|".join(_alignment(column) for column in table.columns) + "|"
    rows = [
        _row(
            [show_cell(cell, column.kind) for cell, column in zip(row, table.columns, strict=True)]
        )
        for row in table.rows[:MAX_ROWS]
    ]
    blocks = [f"### {table.title}", "\n".join([head, rule, *rows])]
    cut = len(table.rows) - MAX_ROWS
    if cut > 0:
        blocks.append(f"{cut} more rows are in the CSV and HTML versions.")
    return blocks


def _row(cells: list[str]) -> str:
    return "| " + " | ".join(_plain(cell) for cell in cells) + " |"


def _alignment(column: Column) -> str:
    return " --- " if column.kind == "text" else " ---: "


#: What could start a tag, a link, an emphasis or another cell.
_MARKUP = str.maketrans(
    {char: f"\\{char}" for char in "\\*[]|"} | {"<": "&lt;", ">": "&gt;", "\n": " ", "\r": " "}
)


def _plain(text: str) -> str:
    return text.translate(_MARKUP)
