"""Zip archives from outside: their directory is looked at before anything in them is."""

import struct
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from zipfile import ZipFile, ZipInfo

from domain.errors import TooLarge, UnreadableFile

_MEGABYTE: Final = 1024 * 1024
#: Below this no ratio is a bomb: a sheet of zeros packs well.
_HARMLESS_BYTES: Final = _MEGABYTE
#: Of the directory, for each file: names of workbooks' parts take 30 to 60 characters.
_ENTRY_BYTES: Final = 512
#: The record at a zip's end, and how far a comment may push it forward.
_END: Final = struct.Struct("<4s4H2LH")
_END_MARK: Final = b"PK\x05\x06"
_LONGEST_COMMENT: Final = 65_535


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """How far an archive may unpack."""

    unpacked_bytes: int = 1000 * _MEGABYTE
    #: How many times larger a file may get.
    ratio: int = 200
    entries: int = 1000


@contextmanager
def opened_archive(path: Path, file_name: str, limits: ArchiveLimits) -> Generator[ZipFile]:
    """An archive whose directory is within the limits.

    Raises `TooLarge`, `UnreadableFile` for encrypted files, and what `zipfile` raises for broken
    ones. Sizes are as the directory says: `zipfile` reads no file further than that.
    """
    _check_directory_size(path, file_name, limits)
    with ZipFile(path) as archive:
        _check(archive.infolist(), file_name, limits)
        yield archive


def _check_directory_size(path: Path, file_name: str, limits: ArchiveLimits) -> None:
    """Refuse a directory that takes more memory than its archive: `zipfile` reads it whole."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - _END.size - _LONGEST_COMMENT))
        tail = file.read()
    at = tail.rfind(_END_MARK)
    if at < 0 or len(tail) - at < _END.size:
        return
    _, _, _, _, count, directory_bytes, _, _ = _END.unpack_from(tail, at)
    if count > limits.entries or directory_bytes > limits.entries * _ENTRY_BYTES:
        raise _too_many(file_name, limits)


def _check(members: list[ZipInfo], file_name: str, limits: ArchiveLimits) -> None:
    if len(members) > limits.entries:
        raise _too_many(file_name, limits)
    if sum(member.file_size for member in members) > limits.unpacked_bytes:
        limit = f"{limits.unpacked_bytes // _MEGABYTE} MB"
        raise TooLarge(f"{file_name}, unpacked,", limit, "GOLDENPATH_UNPACKED_MB")
    for member in members:
        if member.flag_bits & 1:
            raise UnreadableFile(file_name, "it is protected by a password", "Save it without one.")
        packed = max(1, member.compress_size)
        if member.file_size > _HARMLESS_BYTES and member.file_size > limits.ratio * packed:
            noun = f"A file in {file_name}, unpacked,"
            raise TooLarge(noun, f"{limits.ratio} times its size", "GOLDENPATH_UNPACKED_RATIO")


def _too_many(file_name: str, limits: ArchiveLimits) -> TooLarge:
    return TooLarge(
        f"The archive {file_name}", f"{limits.entries} files", "GOLDENPATH_UNPACKED_FILES"
    )
