"""Uploads on disk: written as they arrive, unpacked as they are read, never whole in memory."""

import asyncio
import gzip
import hashlib
import lzma
import tempfile
import zipfile
import zlib
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, cast

from domain.costs.formats.limits import Limits
from domain.errors import TooLarge, UnreadableFile
from storage.archives import ArchiveLimits, opened_archive
from storage.workbooks import Workbook, is_workbook

_CHUNK_BYTES = 256 * 1024
_MEGABYTE = 1024 * 1024
#: How Microsoft's compound files begin.
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BROKEN_ARCHIVE = (
    *(zipfile.BadZipFile, gzip.BadGzipFile, zlib.error, lzma.LZMAError),
    *(EOFError, NotImplementedError, RuntimeError),
)


@dataclass(frozen=True, slots=True)
class UploadLimits:
    """How much may come in, and how much it may be unpacked."""

    upload_bytes: int = 100 * _MEGABYTE
    #: Usage exports shrink to a tenth; what grows further is a bomb or another kind of file.
    archive: ArchiveLimits = field(default_factory=ArchiveLimits)
    #: What is read of a file.
    reading: Limits = field(default_factory=Limits)


@asynccontextmanager
async def spooled(chunks: AsyncIterator[bytes], limits: UploadLimits) -> AsyncGenerator[Path]:
    """The upload in a file that lives as long as the context; raises `TooLarge`."""
    with tempfile.NamedTemporaryFile(prefix="goldenpath-", suffix=".upload") as file:
        size = 0
        async for chunk in chunks:
            size += len(chunk)
            if size > limits.upload_bytes:
                limit = f"{limits.upload_bytes // _MEGABYTE} MB"
                raise TooLarge("The upload", limit, "GOLDENPATH_UPLOAD_MB")
            await asyncio.to_thread(file.write, chunk)
        await asyncio.to_thread(file.flush)
        yield Path(file.name)


def fingerprint(paths: Sequence[Path]) -> tuple[str, int]:
    """SHA-256 (hex) and length of the files' bytes, one after the other."""
    digest = hashlib.sha256()
    size = 0
    for path in paths:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK_BYTES):
                digest.update(chunk)
                size += len(chunk)
    return digest.hexdigest(), size


def unpacked_chunks(path: Path, file_name: str, limits: UploadLimits) -> Iterator[bytes]:
    """The bytes of a file: gzip and zip (of one file) unpacked, workbooks as CSV.

    Raises `UnreadableFile` for a broken archive and `TooLarge` for one that unpacks too far.
    """
    size = 0
    most = limits.archive.unpacked_bytes
    try:
        for chunk in _chunks(path, file_name, limits):
            size += len(chunk)
            if size > most:
                limit = f"{most // _MEGABYTE} MB"
                raise TooLarge(f"{file_name}, unpacked,", limit, "GOLDENPATH_UNPACKED_MB")
            yield chunk
    except _BROKEN_ARCHIVE as error:
        raise UnreadableFile(
            file_name, f"the archive is broken ({error})", "Compress it again, or send it plain."
        ) from error


def first_bytes(chunks: Iterator[bytes], count: int) -> bytes:
    """The first `count` bytes or more, as chunks come."""
    head = b""
    for chunk in chunks:
        head += chunk
        if len(head) >= count:
            break
    return head


def _chunks(path: Path, file_name: str, limits: UploadLimits) -> Iterator[bytes]:
    with path.open("rb") as file:
        magic = file.read(8)
    if magic[:4] == b"PK\x03\x04":
        yield from _of_zip(path, file_name, limits)
    elif magic == _OLE:
        raise UnreadableFile(
            file_name,
            "it is a workbook with a password or of an old kind",
            "Save it as .xlsx without a password.",
        )
    elif magic[:2] == b"\x1f\x8b":
        with gzip.open(path, "rb") as unpacked:
            yield from _pieces(cast(BinaryIO, unpacked))
    else:
        with path.open("rb", buffering=0) as plain:
            yield from _pieces(plain)


def _of_zip(path: Path, file_name: str, limits: UploadLimits) -> Iterator[bytes]:
    with opened_archive(path, file_name, limits.archive) as archive:
        if is_workbook(archive):
            yield from Workbook(archive, file_name, limits.reading).csv_chunks()
            return
        members = [info for info in archive.infolist() if _is_wanted(info)]
        if len(members) != 1:
            raise UnreadableFile(
                file_name, f"the archive holds {len(members)} files", "Upload them one by one."
            )
        with archive.open(members[0]) as member:
            yield from _pieces(cast(BinaryIO, member))


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    while chunk := file.read(_CHUNK_BYTES):
        yield chunk


def _is_wanted(info: zipfile.ZipInfo) -> bool:
    return not info.is_dir() and not info.filename.startswith("__MACOSX/")
