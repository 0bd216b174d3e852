"""A report's tables as one CSV file, safe to open in a spreadsheet."""

import csv
import io
from decimal import Decimal

from domain.costs.money import to_micro
from domain.costs.report_sections import Cell, report_sections
from domain.costs.reports import Report
from domain.csv_cells import safe_cell


def render_csv(report: Report) -> str:
    """Every table under its key, title and header, an empty line between; amounts in full."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([safe_cell(report.title)])
    for section in report_sections(report):
        if section.bullets:
            writer.writerow([])
            writer.writerow([safe_cell(section.title)])
            writer.writerows([[safe_cell(bullet)] for bullet in section.bullets])
        for table in section.tables:
            writer.writerow([])
            writer.writerow([safe_cell(table.title), table.key])
            writer.writerow([safe_cell(column.name) for column in table.columns])
            writer.writerows([[_raw(cell) for cell in row] for row in table.rows])
    return out.getvalue()


def _raw(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, Decimal):
        # A number of ours, so that a minus sign is one.
        return format(to_micro(cell), "f")
    return safe_cell(cell) if isinstance(cell, str) else str(cell)
