"""The audit log: who did what to which object, from where; for owners and admins."""

import csv
import io
from collections.abc import AsyncGenerator
from dataclasses import asdict
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Final

import orjson
from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime, BaseModel, Field

from domain.accounts.permissions import require
from domain.csv_cells import safe_cell
from domain.identity import UserContext
from server.dependencies import ServicesDep, UserDep
from server.file_headers import file_headers
from server.shapes import problems
from storage.audit_log import AuditEntry, AuditSearch, record
from storage.json_columns import to_json

router = APIRouter(prefix="/audit", tags=["audit"])

_LAST_ID: Final = 2**63 - 1
_COLUMNS: Final = (
    *("entry_id", "created_at", "user_id", "action", "object_type", "object_id"),
    *("address", "request_id", "details"),
)


class AuditEntryShape(BaseModel):
    """One thing that somebody did."""

    entry_id: int
    created_at: datetime
    user_id: str
    action: str = Field(examples=["thread.deleted"])
    object_type: str = Field(examples=["thread"])
    object_id: str
    address: str | None = Field(
        description="Where it was asked for; null for what the service did by itself."
    )
    request_id: str | None = Field(description="`X-Request-Id` of the request that did it.")
    details: dict[str, Any]


class AuditPage(BaseModel):
    """Some entries, newest first."""

    entries: list[AuditEntryShape]
    next_cursor: int | None = Field(description="Send it as `cursor` for what is older.")


class ExportFormat(StrEnum):
    """What the log can be downloaded as."""

    CSV = "csv"
    JSON_LINES = "jsonl"


_MEDIA_TYPES: Final = {
    ExportFormat.CSV: "text/csv; charset=utf-8",
    ExportFormat.JSON_LINES: "application/jsonl",
}


async def manager(user: UserDep) -> UserContext:
    """Who asks, if they look after the workspace; raises `NotAllowed`."""
    require(user, "manage")
    return user


def search(
    action: Annotated[str | None, Query(description="Only this, `thread.deleted` say.")] = None,
    object_type: Annotated[str | None, Query(description="Only objects of this type.")] = None,
    object_id: Annotated[str | None, Query(description="Only this object.")] = None,
    user_id: Annotated[str | None, Query(description="Only what this person did.")] = None,
    since: Annotated[AwareDatetime | None, Query(description="Not before, with its zone.")] = None,
    until: Annotated[AwareDatetime | None, Query(description="Before, with its zone.")] = None,
) -> AuditSearch:
    """Which entries."""
    texts = (action, object_type, object_id, user_id)
    # Nothing that is stored has a NUL character.
    plain = [None if text is None else text.replace("\x00", "") for text in texts]
    return AuditSearch(*plain, since=since, until=until)


ManagerDep = Annotated[UserContext, Depends(manager)]
SearchDep = Annotated[AuditSearch, Depends(search)]


@router.get("", responses=problems(403, 422, 503))
async def list_entries(
    services: ServicesDep,
    user: ManagerDep,
    wanted: SearchDep,
    limit: Annotated[int, Query(ge=1, le=1000, description="How many at most.")] = 50,
    cursor: Annotated[
        int | None, Query(ge=1, le=_LAST_ID, description="The `next_cursor` of the page before.")
    ] = None,
) -> AuditPage:
    """What people of your workspace did, newest first."""
    entries = await services.audit_log.page(user, wanted, limit, before=cursor)
    shapes = [AuditEntryShape.model_validate(asdict(entry)) for entry in entries]
    return AuditPage(
        entries=shapes, next_cursor=entries[-1].entry_id if len(entries) == limit else None
    )


@router.get(
    "/export",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "The entries that fit, newest first, as a file.",
            "content": {kind.partition(";")[0]: {} for kind in _MEDIA_TYPES.values()},
        },
        **problems(403, 422, 503),
    },
)
async def export_entries(
    services: ServicesDep,
    user: ManagerDep,
    wanted: SearchDep,
    format: Annotated[ExportFormat, Query(description="Which file.")] = ExportFormat.CSV,
) -> StreamingResponse:
    """All entries that fit, as CSV (safe for spreadsheets) or JSON Lines; noted itself."""
    details = {"format": format.value}
    await record(services.database, user, "audit_log.exported", "audit_log", "", details=details)
    lines = _csv_lines if format is ExportFormat.CSV else _json_lines
    return StreamingResponse(
        lines(services.audit_log.batches(user, wanted)),
        media_type=_MEDIA_TYPES[format],
        headers=file_headers(f"audit-log.{format.value}"),
    )


async def _json_lines(batches: AsyncGenerator[list[AuditEntry]]) -> AsyncGenerator[bytes]:
    async for entries in batches:
        yield b"".join(
            orjson.dumps(asdict(entry), option=orjson.OPT_APPEND_NEWLINE) for entry in entries
        )


async def _csv_lines(batches: AsyncGenerator[list[AuditEntry]]) -> AsyncGenerator[bytes]:
    yield _csv([list(_COLUMNS)])
    async for entries in batches:
        yield _csv([[_cell(getattr(entry, name)) for name in _COLUMNS] for entry in entries])


def _csv(rows: list[list[str]]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer).writerows(rows)
    return buffer.getvalue().encode()


def _cell(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return to_json(value)
    return safe_cell("" if value is None else str(value))
