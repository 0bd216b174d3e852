"""Files that are kept here: tables and texts, read, written and converted."""

import asyncio
from typing import Annotated, Final
from uuid import NAMESPACE_OID, UUID, uuid5

from pydantic import Field

from domain.errors import InvalidInput
from domain.workflows.files import MOST_FILE_NAME_CHARACTERS
from tools.integration import Action, Call, Integration
from tools.table_files import (
    MEDIA_TYPES,
    Cell,
    Table,
    TableFormat,
    table_of,
    text_of,
    written,
)
from tools.task_shapes import FILE, MULTILINE, TaskParams, TaskResult

_MOST_ROWS: Final = 1_000
_MOST_WRITTEN: Final = 50_000
_MOST_CHARACTERS: Final = 200_000

FileId = Annotated[
    UUID,
    Field(
        title="File",
        description="The id of a file that was uploaded, or that a step wrote.",
        examples=["{{write.file_id}}"],
        json_schema_extra=FILE,
    ),
]
FileName = Annotated[
    str,
    Field(
        title="Name",
        examples=["payments.csv"],
        min_length=1,
        max_length=MOST_FILE_NAME_CHARACTERS,
    ),
]
Format = Annotated[TableFormat, Field(title="Format", examples=["xlsx"])]


class WhichTable(TaskParams):
    """Which rows of which file."""

    file_id: FileId
    sheet: str | None = Field(
        default=None, title="Sheet", description="Of a workbook; left empty, the first."
    )
    offset: int = Field(default=0, title="Leave out", description="So many rows.", ge=0)
    limit: int = Field(default=_MOST_ROWS, title="At most", ge=1, le=_MOST_ROWS)


class TableRows(TaskResult):
    """Rows of a table."""

    columns: list[str]
    rows: list[dict[str, Cell]] = Field(description="Each row by its columns.")
    row_count: int = Field(description="How many the table has.")
    is_cut: bool = Field(description="Whether it has more behind these.")


class NewTable(TaskParams):
    """A table to write."""

    name: FileName
    format: Format = "csv"
    rows: list[dict[str, Cell]] | list[list[Cell]] = Field(
        title="Rows",
        description="Objects by column, or lists in the columns' order.",
        examples=["{{read.rows}}", [{"Name": "Asha", "Amount": 499}]],
        max_length=_MOST_WRITTEN,
    )
    columns: list[str] | None = Field(
        default=None,
        title="Columns",
        description="Their order; needed for lists.",
        max_length=500,
    )


class WrittenFile(TaskResult):
    """A file that is kept now."""

    file_id: str = Field(description="What further steps call it by.")
    name: str
    media_type: str
    byte_count: int


class WhichFile(TaskParams):
    """Which file."""

    file_id: FileId


class FileText(TaskResult):
    """What a file says."""

    text: str
    name: str
    is_cut: bool = Field(description=f"Whether it goes on behind {_MOST_CHARACTERS:,} characters.")


class NewText(TaskParams):
    """A text to write."""

    name: FileName
    text: str = Field(
        title="Text", json_schema_extra=MULTILINE, max_length=2_000_000, examples=["Dear Asha,"]
    )


class Conversion(TaskParams):
    """A table and the form that it should have."""

    file_id: FileId
    to: Format
    sheet: str | None = Field(default=None, title="Sheet", description="Of a workbook.")


async def _read_table(call: Call, params: WhichTable) -> TableRows:
    file = await call.workflows.files.read(call.user, params.file_id)
    table = await asyncio.to_thread(table_of, file, params.sheet)
    end = params.offset + params.limit
    shown = Table(table.columns, table.rows[params.offset : end])
    return TableRows(
        columns=list(table.columns),
        rows=shown.records(),
        row_count=len(table.rows),
        is_cut=end < len(table.rows),
    )


async def _write_table(call: Call, params: NewTable) -> WrittenFile:
    content = await asyncio.to_thread(written, _given(params), params.format)
    name = _named(params.name, params.format)
    return await _kept(call, name, MEDIA_TYPES[params.format], content)


def _given(params: NewTable) -> Table:
    """The table; raises `InvalidInput` when rows and columns do not go together."""
    columns = params.columns
    records = [row for row in params.rows if isinstance(row, dict)]
    if columns is None:
        if len(records) < len(params.rows):
            raise InvalidInput("columns: name the columns, since the rows are lists.")
        columns = list(dict.fromkeys(name for record in records for name in record))
    rows: list[list[Cell]] = []
    for place, row in enumerate(params.rows, start=1):
        cells = [row.get(name) for name in columns] if isinstance(row, dict) else list(row)
        if len(cells) > len(columns):
            raise InvalidInput(
                f"rows: row {place} has {len(cells)} cells and there are {len(columns)} columns."
            )
        rows.append([*cells, *([None] * (len(columns) - len(cells)))])
    return Table(columns, rows)


def _named(name: str, kind: TableFormat) -> str:
    return name if name.lower().endswith(f".{kind}") else f"{name}.{kind}"


async def _read_text(call: Call, params: WhichFile) -> FileText:
    file = await call.workflows.files.read(call.user, params.file_id)
    text = text_of(file)
    return FileText(
        text=text[:_MOST_CHARACTERS], name=file.name, is_cut=len(text) > _MOST_CHARACTERS
    )


async def _write_text(call: Call, params: NewText) -> WrittenFile:
    return await _kept(call, params.name, "text/plain", params.text.encode())


async def _convert(call: Call, params: Conversion) -> WrittenFile:
    file = await call.workflows.files.read(call.user, params.file_id)
    table = await asyncio.to_thread(table_of, file, params.sheet)
    content = await asyncio.to_thread(written, table, params.to)
    stem = file.name.rpartition(".")[0] or file.name
    return await _kept(call, f"{stem}.{params.to}", MEDIA_TYPES[params.to], content)


async def _kept(call: Call, name: str, media_type: str, content: bytes) -> WrittenFile:
    """Keep a file under an id of the call's key: a repetition changes nothing."""
    file_id = await call.workflows.files.save(
        call.user,
        name,
        media_type,
        content,
        call.thread_id,
        file_id=uuid5(NAMESPACE_OID, f"goldenpath file {call.user.tenant_id} {call.key}"),
    )
    return WrittenFile(
        file_id=str(file_id), name=name, media_type=media_type, byte_count=len(content)
    )


INTEGRATION: Final = Integration(
    service="file",
    title="Files",
    description="Tables and texts in files that are kept here: CSV, XLSX, JSON and plain text.",
    actions=(
        Action(
            name="read_table",
            title="Read a table",
            description="The rows of a CSV, XLSX or JSON file.",
            params=WhichTable,
            result=TableRows,
            effect="read",
            run=_read_table,
            phrases=("read the file", "read the csv", "read the excel file", "load the table"),
        ),
        Action(
            name="write_table",
            title="Write a table",
            description="Rows as a CSV, XLSX or JSON file.",
            params=NewTable,
            result=WrittenFile,
            effect="keyed",
            run=_write_table,
            phrases=("write a csv", "export to excel", "save as csv", "create an excel file"),
            reference=lambda result: result.file_id,
        ),
        Action(
            name="read_text",
            title="Read a text",
            description="What a text file says.",
            params=WhichFile,
            result=FileText,
            effect="read",
            run=_read_text,
            phrases=("read the text file", "read the text of the file"),
        ),
        Action(
            name="write_text",
            title="Write a text",
            description="A text as a file.",
            params=NewText,
            result=WrittenFile,
            effect="keyed",
            run=_write_text,
            phrases=("write a text file", "save the text", "write it to a file"),
            reference=lambda result: result.file_id,
        ),
        Action(
            name="convert",
            title="Convert a table",
            description="A CSV, XLSX or JSON file in another of these forms.",
            params=Conversion,
            result=WrittenFile,
            effect="keyed",
            run=_convert,
            phrases=("convert the file", "convert to csv", "convert to excel", "turn into a csv"),
            reference=lambda result: result.file_id,
        ),
    ),
    aliases=("files", "csv", "excel", "spreadsheet file"),
)
