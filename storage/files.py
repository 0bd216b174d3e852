"""Files of workflows: artifacts with a name."""

from typing import Any, Final
from uuid import UUID, uuid4

from domain.errors import NotFound, TooLarge
from domain.identity import UserContext
from domain.workflows.files import FileEntry, StoredFile, checked_file_name, checked_media_type
from storage.database import Database
from storage.sql_files import load_statements

_SQL = load_statements("files")
_MEGABYTE: Final = 1024 * 1024
_SETTING: Final = "GOLDENPATH_FILE_MB"


class FileRepository:
    """The files of one user at a time, as a `FileStore`."""

    def __init__(self, database: Database, most_mb: int = 25) -> None:
        """No file is larger than `most_mb` megabytes."""
        self._database = database
        self._most_mb = most_mb

    @property
    def most_bytes(self) -> int:
        """How large a file may be."""
        return self._most_mb * _MEGABYTE

    def too_large(self) -> TooLarge:
        """The refusal of a larger one."""
        return TooLarge("The file", f"{self._most_mb} MB", _SETTING)

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

        A file with a given id is kept once. Raises `TooLarge` and `InvalidInput`.
        """
        if len(content) > self.most_bytes:
            raise self.too_large()
        kept_as = file_id or uuid4()
        parameters = {
            **_key(user, kept_as),
            "thread_id": thread_id,
            "name": checked_file_name(name),
            "media_type": checked_media_type(media_type),
            "content": content,
        }
        async with self._database.acting_for(user) as connection:
            await connection.execute(_SQL["save"], parameters)
        return kept_as

    async def read(self, user: UserContext, file_id: UUID) -> StoredFile:
        """One file; raises `NotFound`."""
        async with self._database.acting_for(user) as connection:
            cursor = await connection.execute(_SQL["read"], _key(user, file_id))
            row = await cursor.fetchone()
        if row is None:
            raise NotFound("file", str(file_id))
        return StoredFile(file_id, row["name"], row["media_type"], row["content"])

    async def list(self, user: UserContext, limit: int = 100, offset: int = 0) -> list[FileEntry]:
        """The user's files, the newest first."""
        owner = {"tenant_id": user.tenant_id, "user_id": user.user_id}
        parameters = {**owner, "limit": limit, "offset": offset}
        async with self._database.acting_for(user) as connection:
            cursor = await connection.execute(_SQL["list"], parameters)
            return [FileEntry(**row) for row in await cursor.fetchall()]

    async def delete(self, user: UserContext, file_id: UUID) -> None:
        """Delete a file; raises `NotFound`."""
        async with self._database.acting_for(user) as connection:
            cursor = await connection.execute(_SQL["delete"], _key(user, file_id))
            if await cursor.fetchone() is None:
                raise NotFound("file", str(file_id))


def _key(user: UserContext, file_id: UUID) -> dict[str, Any]:
    return {"tenant_id": user.tenant_id, "user_id": user.user_id, "file_id": file_id}
