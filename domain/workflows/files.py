"""Files that workflows read and write: named content, kept for their user under an opaque id."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol
from uuid import UUID

from domain.errors import InvalidInput
from domain.identity import UserContext

MOST_FILE_NAME_CHARACTERS: Final = 200

#: What nobody knows more about.
ANY_MEDIA_TYPE: Final = "application/octet-stream"
_MEDIA_TYPE: Final = re.compile(r"[a-z0-9][a-z0-9.+-]*/[a-z0-9][a-z0-9.+-]*")
_MOST_MEDIA_TYPE_CHARACTERS: Final = 100


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file's content."""

    file_id: UUID
    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class FileEntry:
    """What is known of a file without its content."""

    file_id: UUID
    name: str
    media_type: str
    byte_count: int
    thread_id: UUID | None
    created_at: datetime


class FileStore(Protocol):
    """Where files are kept."""

    async def save(
        self,
        user: UserContext,
        name: str,
        media_type: str,
        content: bytes,
        thread_id: UUID | None,
        *,
        file_id: UUID | None = None,
    ) -> UUID:
        """Keep a file, with a thread if it belongs to one; returns its id.

        A file with a given id is kept once, however often this is asked. Raises `TooLarge` and
        `InvalidInput`.
        """
        ...

    async def read(self, user: UserContext, file_id: UUID) -> StoredFile:
        """One file; raises `NotFound`."""
        ...


def checked_file_name(name: str) -> str:
    """The last part of a name that may come with folders; raises `InvalidInput`."""
    last = re.split(r"[/\\]", name.strip())[-1].strip()
    if last in ("", ".", "..") or len(last) > MOST_FILE_NAME_CHARACTERS or not last.isprintable():
        raise InvalidInput(
            f"name: give the file a name of 1 to {MOST_FILE_NAME_CHARACTERS} characters on one "
            "line, such as orders.csv."
        )
    return last


def checked_media_type(media_type: str | None) -> str:
    """A media type without parameters; what is none says nothing."""
    bare = (media_type or "").partition(";")[0].strip().lower()
    is_one = len(bare) <= _MOST_MEDIA_TYPE_CHARACTERS and _MEDIA_TYPE.fullmatch(bare)
    return bare if is_one else ANY_MEDIA_TYPE
