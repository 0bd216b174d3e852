"""Google Sheets, with a service account that the sheet is shared with."""

from collections.abc import Mapping
from typing import Any, Final, cast
from urllib.parse import quote

from domain.connections import ConnectionField, ConnectionKind
from domain.errors import ProviderRefused
from tools.google_sign_in import ServiceAccount, access_token
from tools.integration import Action, Call, Integration
from tools.integrations.google_sheets_shapes import (
    MOST_ROWS,
    AppendedRow,
    Cell,
    FoundRow,
    NewCells,
    NewRow,
    SheetRows,
    UpdatedCells,
    WhichRow,
    WhichRows,
)
from tools.provider_api import Ask, Explained, ProviderApi
from tools.sheet_ranges import first_cell, header_names, row_number
from tools.task_shapes import address_field, address_of

_NAME: Final = "Google Sheets"
_ADDRESS: Final = "https://sheets.googleapis.com"
_SCOPE: Final = "https://www.googleapis.com/auth/spreadsheets"
#: Values as they are typed in, so that no text becomes a formula.
_INPUT: Final = {"valueInputOption": "RAW"}
_OUTPUT: Final = {
    "valueRenderOption": "UNFORMATTED_VALUE",
    "dateTimeRenderOption": "FORMATTED_STRING",
}


def _explain(body: Any) -> Explained:
    fields = cast("dict[str, Any]", body) if isinstance(body, dict) else {}
    error = fields.get("error")
    if not isinstance(error, dict):
        return Explained("")
    said = cast("dict[str, Any]", error)
    reason, status = str(said.get("message") or ""), said.get("status")
    next_step = {
        "PERMISSION_DENIED": "Share the spreadsheet with the service account's address as editor.",
        "NOT_FOUND": "Check the spreadsheet's id, and share it with the service account.",
        "UNAUTHENTICATED": "Check the key of the connection: it may have been taken back.",
    }.get(str(status))
    return Explained(f"{reason} ({status})" if status else reason, next_step)


async def _ask(call: Call, ask: Ask) -> Any:
    account = ServiceAccount.parsed(call.secrets["service_account"])
    token = await access_token(call, account, _SCOPE)
    api = ProviderApi(
        name=_NAME,
        client=call.http,
        base_url=address_of(call.secrets.settings, _ADDRESS),
        headers={"Authorization": f"Bearer {token}"},
        explain=_explain,
    )
    try:
        return await api.ask(ask)
    except ProviderRefused:
        # It may be the token that was refused; the next call gets a new one.
        call.ports.tokens.forget(call.secrets["service_account"])
        raise


def _values(spreadsheet_id: str, cells: str) -> str:
    return f"/v4/spreadsheets/{quote(spreadsheet_id, safe='')}/values/{quote(cells, safe='')}"


async def _cells(call: Call, spreadsheet_id: str, cells: str) -> list[list[Cell]]:
    path = _values(spreadsheet_id, cells)
    found = await _ask(call, Ask("GET", path, query={"majorDimension": "ROWS", **_OUTPUT}))
    # Sheets leaves out empty cells at the end of rows, and empty rows at the end.
    return found.get("values", [])


async def _read_rows(call: Call, params: WhichRows) -> SheetRows:
    lines = await _cells(call, params.spreadsheet_id, params.range)
    if not params.has_header:
        rows = lines[: params.limit]
        return SheetRows(
            columns=[], rows=[], values=rows, row_count=len(lines), is_cut=len(rows) < len(lines)
        )
    columns = header_names(lines[0]) if lines else []
    below = lines[1:]
    return SheetRows(
        columns=columns,
        rows=[_record(columns, line) for line in below[: params.limit]],
        values=below[: params.limit],
        row_count=len(below),
        is_cut=len(below) > params.limit,
    )


def _record(columns: list[str], line: list[Cell]) -> dict[str, Cell]:
    filled = [*line, *([None] * (len(columns) - len(line)))]
    return dict(zip(columns, filled, strict=False))


async def _append_row(call: Call, params: NewRow) -> AppendedRow:
    query = {**_INPUT, "insertDataOption": "INSERT_ROWS"}
    path = f"{_values(params.spreadsheet_id, params.range)}:append"
    line = await _line(call, params)
    body = {"majorDimension": "ROWS", "values": [line]}
    made = await _ask(call, Ask("POST", path, changes=True, query=query, json=body))
    cells = made["updates"]["updatedRange"]
    return AppendedRow(updated_range=cells, row_number=row_number(cells))


async def _line(call: Call, params: NewRow) -> list[Cell]:
    """The cells in order; those given by name go below their headings."""
    if isinstance(params.values, list):
        return params.values
    lines = await _cells(call, params.spreadsheet_id, params.range)
    columns = header_names(lines[0]) if lines else []
    if unknown := [name for name in params.values if name not in columns]:
        raise ProviderRefused(
            _NAME,
            f"the first row of {params.range} has no heading {unknown[0]}",
            f"It has {', '.join(columns)}." if columns else "Write headings there first.",
        )
    return [params.values.get(column) for column in columns]


async def _update_range(call: Call, params: NewCells) -> UpdatedCells:
    body = {"majorDimension": "ROWS", "values": params.values}
    path = _values(params.spreadsheet_id, params.range)
    made = await _ask(call, Ask("PUT", path, changes=True, query=_INPUT, json=body))
    return UpdatedCells(
        updated_range=made["updatedRange"], updated_cells=made.get("updatedCells", 0)
    )


async def _find_update(call: Call, params: NewCells) -> UpdatedCells | None:
    """Whether the cells hold what was to be written."""
    width = max(len(line) for line in params.values)
    corner = first_cell(params.range, len(params.values), width)
    held = await _cells(call, params.spreadsheet_id, corner)
    for place, line in enumerate(params.values):
        present = held[place] if place < len(held) else []
        for column, value in enumerate(line):
            # None leaves a cell as it was.
            found = present[column] if column < len(present) else ""
            if value is not None and found != value:
                return None
    count = sum(len(line) for line in params.values)
    return UpdatedCells(updated_range=corner, updated_cells=count)


async def _find_row(call: Call, params: WhichRow) -> FoundRow:
    lines = await _cells(call, params.spreadsheet_id, params.range)
    columns = header_names(lines[0]) if lines else []
    if params.column not in columns:
        raise ProviderRefused(
            _NAME,
            f"the first row of {params.range} has no heading {params.column}",
            f"Choose one of {', '.join(columns)}." if columns else "Write headings there first.",
        )
    place = columns.index(params.column)
    for index, line in enumerate(lines[1:], start=1):
        if place < len(line) and _is_same(line[place], params.value):
            number = row_number(params.range) + index
            return FoundRow(found=True, row=_record(columns, line), row_number=number)
    return FoundRow(found=False, row={}, row_number=None)


def _is_same(cell: Cell, value: Cell) -> bool:
    """Whether a cell holds a value; the sheet decides whether 12 is a number or a text."""
    return cell == value or str(cell).strip().casefold() == str(value).strip().casefold()


async def _test(call: Call) -> str:
    account = ServiceAccount.parsed(call.secrets["service_account"])
    call.ports.tokens.forget(call.secrets["service_account"])
    await access_token(call, account, _SCOPE)
    return f"Signed in to Google as {account.client_email}. Share your spreadsheets with it."


GOOGLE: Final = ConnectionKind(
    "google_service_account",
    "Google service account",
    "A robot's account of your Google Cloud project with the Sheets API on. Share each spreadsheet "
    "with its address, as with a person.",
    (
        ConnectionField(
            "service_account",
            "Key file",
            is_secret=True,
            help="The whole JSON file: IAM & Admin, Service accounts, Keys, Add key.",
            pattern=r"\{[\s\S]+\}",
        ),
        address_field(_ADDRESS),
    ),
)

_KIND: Final[Mapping[str, Any]] = {"connection_kind": GOOGLE.name}

INTEGRATION: Final = Integration(
    service="google_sheets",
    title="Google Sheets",
    description=f"Rows of spreadsheets, {MOST_ROWS:,} at a time.",
    actions=(
        Action(
            name="read_rows",
            title="Read rows",
            description="Read a range of cells, by the headings of its first row.",
            params=WhichRows,
            result=SheetRows,
            effect="read",
            run=_read_rows,
            phrases=(
                *("read the sheet", "read rows from", "read the spreadsheet", "get the rows"),
                *("load the google sheet", "read from google sheets"),
            ),
            **_KIND,
        ),
        Action(
            name="append_row",
            title="Add a row",
            description="Add a row below the last one of a table.",
            params=NewRow,
            result=AppendedRow,
            # Sheets takes no key, and two rows may be alike.
            effect="unsafe",
            run=_append_row,
            phrases=(
                *("add a row", "append a row", "add to the sheet", "add it to the sheet"),
                *("log it in google sheets", "write to the spreadsheet", "save to the sheet"),
                *("record it in a spreadsheet", "log to google sheets", "update the sheet with"),
            ),
            reference=lambda result: result.updated_range,
            **_KIND,
        ),
        Action(
            name="update_range",
            title="Write cells",
            description="Write a range of cells over what is there.",
            params=NewCells,
            result=UpdatedCells,
            effect="lookup",
            run=_update_range,
            find=_find_update,
            phrases=("update the cells", "write the cells", "overwrite the range", "set the cell"),
            reference=lambda result: result.updated_range,
            **_KIND,
        ),
        Action(
            name="find_row",
            title="Find a row",
            description="The first row with a value in a column.",
            params=WhichRow,
            result=FoundRow,
            effect="read",
            run=_find_row,
            phrases=("find the row", "look up in the sheet", "find in the spreadsheet"),
            **_KIND,
        ),
    ),
    kinds=(GOOGLE,),
    test=_test,
    aliases=("google sheet", "sheets", "sheet", "spreadsheet", "gsheet", "google spreadsheet"),
)
