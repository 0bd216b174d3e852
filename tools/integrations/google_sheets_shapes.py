"""What the tasks of Google Sheets are given and give back."""

from typing import Annotated, Final

from pydantic import AfterValidator, Field

from tools.task_shapes import TaskParams, TaskResult

#: Of one reading and one writing.
MOST_ROWS: Final = 1_000
_MOST_COLUMNS: Final = 500

#: A cell as JSON has it.
Cell = bool | int | float | str | None


def _id(value: str) -> str:
    """The id, also out of the address that a browser shows."""
    _, marker, behind = value.partition("/spreadsheets/d/")
    return behind.partition("/")[0] if marker else value


SpreadsheetId = Annotated[
    str,
    AfterValidator(_id),
    Field(
        title="Spreadsheet",
        description="Its id or its address.",
        examples=["1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms"],
        pattern=r"^[A-Za-z0-9_-]{10,}$|/spreadsheets/d/[A-Za-z0-9_-]{10,}",
        max_length=500,
    ),
]
Range = Annotated[
    str,
    Field(
        title="Range",
        description="A sheet, or cells of it in A1 notation.",
        examples=["Payments", "Payments!A1:F", "'New orders'!A:D"],
        min_length=1,
        max_length=200,
    ),
]
Row = Annotated[list[Cell], Field(max_length=_MOST_COLUMNS)]


class WhichRows(TaskParams):
    """Which rows to read."""

    spreadsheet_id: SpreadsheetId
    range: Range
    has_header: bool = Field(
        default=True,
        title="The first row has headings",
        description="Rows are then named values, else lists.",
    )
    limit: int = Field(default=MOST_ROWS, title="At most", ge=1, le=MOST_ROWS)


class SheetRows(TaskResult):
    """Rows of a sheet."""

    columns: list[str] = Field(description="The headings.")
    rows: list[dict[str, Cell]] = Field(description="Each row by its headings.")
    values: list[list[Cell]] = Field(description="Each row as a list.")
    row_count: int = Field(description="How many there are.")
    is_cut: bool = Field(description="Whether there are more than these.")


class NewRow(TaskParams):
    """A row for the end of a table."""

    spreadsheet_id: SpreadsheetId
    range: Range = "Sheet1"
    values: Row | dict[str, Cell] = Field(
        title="Values",
        description="In the order of the columns, or by the headings of the first row.",
        examples=[["Asha", 499, "INR"], {"Name": "{{trigger_data.customer.name}}"}],
        min_length=1,
    )


class AppendedRow(TaskResult):
    """Where a row was added."""

    updated_range: str = Field(examples=["Payments!A7:C7"])
    row_number: int = Field(description="From 1.", examples=[7])


class NewCells(TaskParams):
    """Cells to write."""

    spreadsheet_id: SpreadsheetId
    range: Range = Field(description="Its first cell counts.", examples=["Payments!B2"])
    values: list[Annotated[Row, Field(min_length=1)]] = Field(
        title="Values",
        description="Rows of cells; an empty one (null) is left as it is.",
        examples=[[["paid", 499]]],
        min_length=1,
        max_length=MOST_ROWS,
    )


class UpdatedCells(TaskResult):
    """What was written."""

    updated_range: str = Field(examples=["Payments!B2:C2"])
    updated_cells: int = Field(examples=[2])


class WhichRow(TaskParams):
    """Which row to look for."""

    spreadsheet_id: SpreadsheetId
    range: Range = Field(description="Its first row has the headings.", examples=["Payments!A1:F"])
    column: str = Field(title="Column", description="Its heading.", examples=["Order"])
    value: bool | int | float | str = Field(
        title="Value", description="Large and small letters count as the same.", examples=["A-17"]
    )


class FoundRow(TaskResult):
    """The first row that fits."""

    found: bool
    row: dict[str, Cell] = Field(description="By the headings; empty when there is none.")
    row_number: int | None = Field(description="Its number in the sheet, from 1.")
