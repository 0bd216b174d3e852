"""Uploads on disk: written as they arrive, unpacked as they are read, never whole in memory."""

import asyncio
import gzip
import hashlib
import tempfile
import zipfile
import zlib
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from domain.errors import TooLarge, UnreadableFile

_CHUNK_BYTES = 256 * 1024
_MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class UploadLimits:
    """How much may come in, and how much it may be unpacked."""

    upload_bytes: int = 100 * _MEGABYTE

    @property
    def unpacked_bytes(self) -> int:
        """Usage exports shrink about that much; more is a bomb or another kind of file."""
        return 10 * self.upload_bytes


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
    """The bytes of a file, gzip and zip (of one file) unpacked.

    Raises `UnreadableFile` for a broken archive and `TooLarge` for one that unpacks too far.
    """
    size = 0
    try:
        with _open(path, file_name) as file:
            while chunk := file.read(_CHUNK_BYTES):
                size += len(chunk)
                if size > limits.unpacked_bytes:
                    limit = f"{limits.unpacked_bytes // _MEGABYTE} MB"
                    raise TooLarge(f"{file_name}, unpacked,", limit, "GOLDENPATH_UPLOAD_MB")
                yield chunk
    except (zipfile.BadZipFile, gzip.BadGzipFile, zlib.error, EOFError, RuntimeError) as error:
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


def _open(path: Path, file_name: str) -> BinaryIO:
    with path.open("rb") as file:
        magic = file.read(4)
    if magic[:2] == b"\x1f\x8b":
        return cast(BinaryIO, gzip.open(path, "rb"))
    if magic == b"PK\x03\x04":
        return _only_member(path, file_name)
    return path.open("rb", buffering=0)


def _only_member(path: Path, file_name: str) -> BinaryIO:
    with zipfile.ZipFile(path) as archive:
        members = [info for info in archive.infolist() if _is_wanted(info)]
        if len(members) != 1:
            raise UnreadableFile(
                file_name, f"the archive holds {len(members)} files", "Upload them one by one."
            )
        # The member keeps the archive's file open until it is closed itself.
        return cast(BinaryIO, archive.open(members[0]))


def _is_wanted(info: zipfile.ZipInfo) -> bool:
    return not info.is_dir() and not info.filename.startswith("__MACOSX/")
