"""Files of workflows: put in, listed, taken out and deleted."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from domain.workflows.files import FileEntry
from server.dependencies import ServicesDep, UserDep
from server.file_headers import file_headers
from server.pagination import OffsetDep
from server.shapes import problems
from server.upload_forms import UploadForm, described_form, received_form, upload_limits

router = APIRouter(prefix="/files", tags=["files"])

_UPLOAD: Final = described_form("Any file, with its name.")
_CONTENT: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/octet-stream": {}}, "description": "The file as it was kept."}
}


class FileShape(BaseModel):
    """A file without its content."""

    file_id: UUID = Field(description="What a workflow's tasks call it by.")
    name: str = Field(examples=["orders.csv"])
    media_type: str = Field(examples=["text/csv"])
    byte_count: int
    thread_id: UUID | None = Field(description="The thread of the run that wrote it.")
    created_at: datetime


class UploadedFile(BaseModel):
    """A file that is kept now."""

    file_id: UUID
    name: str
    media_type: str
    byte_count: int


@router.post("", status_code=201, responses=problems(413, 422, 503), openapi_extra=_UPLOAD)
async def upload_file(request: Request, services: ServicesDep, user: UserDep) -> UploadedFile:
    """Keep a file for your workflows; it stays until you delete it."""
    limits = upload_limits(services.settings)
    async with received_form(request, limits.upload_bytes) as form:
        content = await _content(services, form)
        file_id = await services.files.save(user, form.file_name, form.media_type, content, None)
    kept = await services.files.read(user, file_id)
    return UploadedFile(
        file_id=file_id, name=kept.name, media_type=kept.media_type, byte_count=len(content)
    )


@router.get("", responses=problems(422, 503))
async def list_files(
    services: ServicesDep,
    user: UserDep,
    limit: Annotated[int, Query(ge=1, le=200, description="How many at most.")] = 100,
    offset: OffsetDep = 0,
) -> list[FileShape]:
    """Your files, the newest first."""
    return [_shape(each) for each in await services.files.list(user, limit, offset)]


@router.get("/{file_id}", responses={**_CONTENT, **problems(404, 422, 503)})
async def download_file(file_id: UUID, services: ServicesDep, user: UserDep) -> Response:
    """A file as it was kept."""
    file = await services.files.read(user, file_id)
    return Response(file.content, media_type=file.media_type, headers=file_headers(file.name))


@router.delete("/{file_id}", status_code=204, responses=problems(404, 422, 503))
async def delete_file(file_id: UUID, services: ServicesDep, user: UserDep) -> None:
    """Delete a file; steps that name it fail from then on."""
    await services.files.delete(user, file_id)


async def _content(services: ServicesDep, form: UploadForm) -> bytes:
    chunks: list[bytes] = []
    size = 0
    async for chunk in form.chunks():
        size += len(chunk)
        if size > services.files.most_bytes:
            raise services.files.too_large()
        chunks.append(chunk)
    return b"".join(chunks)


def _shape(entry: FileEntry) -> FileShape:
    return FileShape.model_validate(asdict(entry))
