"""Usage imports: upload an export, see what came in and what could not, try the sample."""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from domain.costs.formats.registry import AUTO, FORMATS
from domain.costs.imports import UsageImport
from domain.costs.records import RejectedRow
from domain.csv_cells import safe_cell
from server.dependencies import ServicesDep, UserDep
from server.file_headers import file_headers
from server.pagination import OffsetDep
from server.shapes import problems
from server.upload_forms import UploadForm, described_form, received_form, upload_limits
from storage.uploads import UploadLimits
from storage.usage_imports import ImportRequest

router = APIRouter(prefix="/usage/imports", tags=["usage"])

#: Rejects shown with an import; the CSV has all that are kept.
_SHOWN_REJECTS = 50

_UPLOAD: Final = described_form(
    "The export: "
    + "; ".join(known.title for known in FORMATS.values())
    + ". May be compressed (.gz, or .zip with one file), or a workbook (.xlsx), of which the first "
    "sheet is read.",
    format={
        "type": "string",
        "enum": [AUTO, *FORMATS],
        "default": AUTO,
        "description": "What the file is; `auto` recognises it.",
    },
    model={
        "type": "string",
        "description": "The model of an export that names none.",
        "examples": ["gpt-4o"],
    },
)


_CSV: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/csv": {}}, "description": "The rows as CSV."}
}


class NoteShape(BaseModel):
    """Something to know about a file as a whole."""

    code: str = Field(examples=["partial"])
    text: str


class RejectShape(BaseModel):
    """A row that could not be used, and what would make it usable."""

    line: int = Field(description="Line of the file, from 1; for JSON the element.")
    column: str | None
    value: str | None = Field(description="The value that is wrong, cut to 80 characters.")
    code: str = Field(examples=["bad_count"])
    message: str
    next_step: str


class ImportShape(BaseModel):
    """An import. `rows_read` = imported + duplicate + rejected."""

    import_id: UUID
    file_name: str
    byte_count: int
    format: str = Field(description="What the file was read as.", examples=["litellm"])
    model: str | None = Field(description="The model named at import, if any.")
    rows_read: int
    rows_imported: int
    rows_duplicate: int = Field(description="Rows that were there already; nothing is doubled.")
    rows_rejected: int
    notes: list[NoteShape]
    first_at: datetime | None = Field(description="Time of the earliest row, UTC.")
    last_at: datetime | None = Field(description="Time of the latest row, UTC.")
    created_at: datetime


class ImportDetail(ImportShape):
    """An import with the first rows that could not be used."""

    rejects: list[RejectShape]


class SampleRequest(BaseModel):
    """How to read the sample, which names no model."""

    model: str = Field("gpt-4o", min_length=1, max_length=200, description="Model to price it as.")


@router.post(
    "",
    status_code=201,
    openapi_extra=_UPLOAD,
    responses={200: {"model": ImportShape, "description": "This very file was imported before."}}
    | problems(413, 422, 503),
)
async def import_usage(
    request: Request, response: Response, services: ServicesDep, user: UserDep
) -> ImportShape:
    """Import a usage export; all of its usable rows, or none if it fails.

    Overlapping exports do not double. Prompts and answers in the file are not kept.
    """
    limits = upload_limits(services.settings)
    async with received_form(request, limits.upload_bytes) as form:
        result = await services.usage_imports.import_stream(user, _request(form, limits))
    if not result.is_new:
        response.status_code = 200
    return _import_shape(result.usage_import)


@router.post("/sample", status_code=201, responses=problems(422, 503))
async def import_sample(body: SampleRequest, services: ServicesDep, user: UserDep) -> ImportShape:
    """Import the bundled sample: an hour of two real services' traffic, priced as one model.

    Source: Azure LLM inference trace 2023 (CC BY 4.0). Repeating is harmless.
    """
    import_id = await services.usage_imports.import_sample(user, body.model)
    return _import_shape(await services.usage_imports.get(user, import_id))


@router.get("", responses=problems(422, 503))
async def list_imports(
    services: ServicesDep,
    user: UserDep,
    limit: Annotated[int, Query(ge=1, le=200, description="How many at most.")] = 20,
    offset: OffsetDep = 0,
) -> list[ImportShape]:
    """Your imports, newest first."""
    return [_import_shape(item) for item in await services.usage_imports.list(user, limit, offset)]


@router.get("/{import_id}", responses=problems(404, 422, 503))
async def get_import(import_id: UUID, services: ServicesDep, user: UserDep) -> ImportDetail:
    """One import, with the first 50 rows that could not be used."""
    found = await services.usage_imports.get(user, import_id)
    rejects = await services.usage_imports.rejects(user, import_id, _SHOWN_REJECTS)
    return ImportDetail.model_validate(
        asdict(found) | {"rejects": [asdict(reject) for reject in rejects]}
    )


@router.delete("/{import_id}", status_code=204, responses=problems(404, 422, 503))
async def delete_import(import_id: UUID, services: ServicesDep, user: UserDep) -> None:
    """Take an import back: all the rows it brought, and its rejects.

    Reports that were made with it stay as they are.
    """
    await services.usage_imports.delete(user, import_id)


@router.get(
    "/{import_id}/rejects.csv",
    response_class=StreamingResponse,
    responses=_CSV | problems(404, 422, 503),
)
async def download_rejects(
    import_id: UUID, services: ServicesDep, user: UserDep
) -> StreamingResponse:
    """All kept rows that could not be used, with reasons, as CSV."""
    found = await services.usage_imports.get(user, import_id)
    rejects = await services.usage_imports.rejects(user, import_id)
    return StreamingResponse(
        _csv_lines(found.file_name, rejects),
        media_type="text/csv; charset=utf-8",
        headers=file_headers(f"rejects-{import_id}.csv"),
    )


def _request(form: UploadForm, limits: UploadLimits) -> ImportRequest:
    return ImportRequest(
        file_name=form.file_name,
        content=form.chunks(),
        format=form.fields.get("format") or AUTO,
        model=form.fields.get("model"),
        limits=limits,
    )


def _import_shape(found: UsageImport) -> ImportShape:
    return ImportShape.model_validate(asdict(found))


def _csv_lines(file_name: str, rejects: Iterable[RejectedRow]) -> Iterator[str]:
    header = ("file", "line", "column", "value", "code", "message", "next_step")
    yield _csv_line(header)
    for reject in rejects:
        cells = (reject.column, reject.value, reject.code, reject.message, reject.next_step)
        texts = [safe_cell(cell or "") for cell in cells]
        yield _csv_line((safe_cell(file_name), str(reject.line), *texts))


def _csv_line(cells: Iterable[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerow(cells)
    return buffer.getvalue()
