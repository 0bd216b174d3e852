"""Multipart uploads, received with a limit: no more of the body is read than is allowed."""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from domain.costs.formats.limits import Limits
from domain.errors import InvalidInput, TooLarge
from server.settings import Settings
from storage.archives import ArchiveLimits
from storage.uploads import UploadLimits

_CHUNK_BYTES = 256 * 1024
_MEGABYTE = 1024 * 1024
#: Boundaries, headers and the other fields around the file.
_ENVELOPE_BYTES = 64 * 1024
_MOST_FIELDS = 20


def described_form(file: str, **fields: dict[str, Any]) -> dict[str, Any]:
    """What the API's description says of a route that takes such a form.

    `file` says what the file is; `fields` are JSON schemas of the others.
    """
    upload = {"type": "string", "format": "binary", "description": file}
    schema = {"type": "object", "required": ["file"], "properties": {"file": upload, **fields}}
    content = {"multipart/form-data": {"schema": schema}}
    return {"requestBody": {"required": True, "content": content}}


@dataclass(frozen=True, slots=True)
class UploadForm:
    """One file, on disk when it is large, and the fields sent with it."""

    file_name: str
    fields: Mapping[str, str]
    _file: UploadFile

    @property
    def media_type(self) -> str:
        """What the sender says that the file is."""
        return self._file.content_type or ""

    async def chunks(self) -> AsyncIterator[bytes]:
        """The file's bytes."""
        while chunk := await self._file.read(_CHUNK_BYTES):
            yield chunk


def upload_limits(settings: Settings) -> UploadLimits:
    """How much may come in, be unpacked and be read."""
    return UploadLimits(
        settings.upload_mb * _MEGABYTE,
        ArchiveLimits(
            settings.unpacked_mb * _MEGABYTE, settings.unpacked_ratio, settings.unpacked_files
        ),
        Limits(
            rows=settings.upload_rows,
            columns=settings.upload_columns,
            line_bytes=settings.upload_line_kb * 1024,
        ),
    )


@asynccontextmanager
async def received_form(request: Request, upload_bytes: int) -> AsyncGenerator[UploadForm]:
    """The form once it has arrived; its file is gone when the context ends.

    Raises `TooLarge` as soon as too much has come, and `InvalidInput` for any other form.
    """
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise InvalidInput("Send the file as multipart/form-data, in a field named file.")
    stream = _limited(request, upload_bytes)
    parser = MultiPartParser(
        request.headers, stream, max_files=1, max_fields=_MOST_FIELDS, max_part_size=_ENVELOPE_BYTES
    )
    try:
        form = await parser.parse()
    except MultiPartException as error:
        raise InvalidInput(f"The upload cannot be read: {error.message} Send it again.") from error
    try:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise InvalidInput("The upload has no file. Send it in a field named file.")
        fields = {name: value for name, value in form.items() if isinstance(value, str)}
        yield UploadForm(file.filename or "upload", fields, file)
    finally:
        await form.close()


async def _limited(request: Request, upload_bytes: int) -> AsyncGenerator[bytes]:
    received = 0
    async for chunk in request.stream():
        received += len(chunk)
        if received > upload_bytes + _ENVELOPE_BYTES:
            raise TooLarge("The upload", f"{upload_bytes // _MEGABYTE} MB", "GOLDENPATH_UPLOAD_MB")
        yield chunk
