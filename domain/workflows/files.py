"""Files that workflows read and write: named content, kept for their user under an opaque id."""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from domain.identity import UserContext


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file's content."""

    file_id: UUID
    name: str
    media_type: str
    content: bytes


class FileStore(Protocol):
    """Where files are kept."""

    async def save(
        self, user: UserContext, name: str, media_type: str, content: bytes, thread_id: UUID | None
    ) -> UUID:
        """Keep a file, with a thread if it belongs to one; returns its id."""
        ...

    async def read(self, user: UserContext, file_id: UUID) -> StoredFile:
        """One file; raises `NotFound`."""
        ...
