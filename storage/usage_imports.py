"""Usage imports: an uploaded export becomes priced rows, all of them or none."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from domain.costs.formats.format import Format
from domain.costs.formats.limits import ReadOptions
from domain.costs.formats.reader import Item, UsageFile, read_usage
from domain.costs.formats.registry import AUTO, HEAD_BYTES, recognise
from domain.costs.imports import ImportResult, UsageImport
from domain.costs.prices import PriceBook
from domain.costs.records import Note, RejectedRow
from domain.errors import NotFound
from domain.identity import UserContext
from storage.audit_log import record
from storage.database import Connection, Database
from storage.json_columns import to_json
from storage.sql_files import load_statements
from storage.uploads import UploadLimits, fingerprint, first_bytes, spooled, unpacked_chunks
from storage.usage_copy import Batch, CopyWriter, reject_row
from storage.usage_import_rows import rejected_row, usage_import

_SQL = load_statements("usage_imports")

#: More rejects than this are counted but not kept.
KEPT_REJECTS = 10_000
#: Imports that parse at the same time; more would only take turns on the processor.
_PARSERS = 2
_NAME_CHARACTERS = 300
_SAMPLE = "azure_llm_inference_2023"


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """A file to import, and what its owner says about it."""

    file_name: str
    #: The bytes as they arrive, or a file that is there already.
    content: AsyncIterator[bytes] | Path
    #: A format's name, or `auto`.
    format: str = AUTO
    #: For files that name no model.
    model: str | None = None
    limits: UploadLimits = field(default_factory=UploadLimits)


@dataclass(frozen=True, slots=True)
class _Part:
    """One of the files that make up an import."""

    path: Path
    workload: str | None = None


@dataclass(frozen=True, slots=True)
class _Plan:
    """All that is known about an import before its rows are read."""

    import_id: UUID
    file_name: str
    parts: Sequence[_Part]
    known: Format
    model: str | None
    file_sha256: str
    byte_count: int
    limits: UploadLimits

    def columns(self, user: UserContext) -> dict[str, Any]:
        return {
            "import_id": self.import_id,
            "tenant_id": user.tenant_id,
            "user_id": user.user_id,
            "file_name": self.file_name,
            "file_sha256": self.file_sha256,
            "byte_count": self.byte_count,
            "format": self.known.name,
            "source": self.known.name,
            "is_bucketed": self.known.is_bucketed,
            "model": self.model,
        }


class UsageImporter:
    """Imports usage exports into the tenant's records."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._parsers = asyncio.Semaphore(_PARSERS)

    async def import_stream(self, user: UserContext, request: ImportRequest) -> ImportResult:
        """Import one file; the very same file again shows the import it already is.

        Raises `UnreadableFile`, `InvalidInput` (a model is needed) and `TooLarge`. No connection
        is held while the bytes arrive.
        """
        async with _on_disk(request) as path:
            return await self._import(user, request, [_Part(path)])

    async def import_sample(self, user: UserContext, model: str) -> UUID:
        """Import the bundled trace as calls of `model`; repeating is harmless."""
        with as_file(files("storage") / "samples" / _SAMPLE) as folder:
            parts = [
                _Part(folder / "code.csv", "code"),
                _Part(folder / "conv.csv", "conversation"),
            ]
            request = ImportRequest(f"{_SAMPLE} (sample)", folder, model=model)
            result = await self._import(user, request, parts)
        return result.usage_import.import_id

    async def get(self, user: UserContext, import_id: UUID) -> UsageImport:
        """One import; raises `NotFound`."""
        row = await self._one(user, "get", {"tenant_id": user.tenant_id, "import_id": import_id})
        if row is None:
            raise NotFound("import", str(import_id))
        return usage_import(row)

    async def list(self, user: UserContext, limit: int = 20, offset: int = 0) -> list[UsageImport]:
        """The tenant's imports, newest first."""
        values = {"tenant_id": user.tenant_id, "limit": limit, "offset": offset}
        async with self._database.transaction(user) as connection:
            cursor = await connection.execute(_SQL["list"], values)
            return [usage_import(row) for row in await cursor.fetchall()]

    async def delete(self, user: UserContext, import_id: UUID) -> None:
        """Take an import back with all its rows; raises `NotFound`."""
        values = {"tenant_id": user.tenant_id, "import_id": import_id}
        async with self._database.transaction(user) as connection:
            cursor = await connection.execute(_SQL["delete"], values)
            if await cursor.fetchone() is None:
                raise NotFound("import", str(import_id))
            await record(connection, user, "usage_import.deleted", "usage_import", str(import_id))

    async def rejects(
        self, user: UserContext, import_id: UUID, limit: int = KEPT_REJECTS
    ) -> Sequence[RejectedRow]:
        """Rows of an import that could not be used, in the file's order."""
        values = {"tenant_id": user.tenant_id, "import_id": import_id, "limit": limit}
        async with self._database.transaction(user) as connection:
            cursor = await connection.execute(_SQL["rejects"], values)
            return [rejected_row(row) for row in await cursor.fetchall()]

    async def _import(
        self, user: UserContext, request: ImportRequest, parts: Sequence[_Part]
    ) -> ImportResult:
        plan = await asyncio.to_thread(_plan, request, parts)
        existing = await self._one(user, "find_same_file", plan.columns(user))
        if existing is not None:
            return ImportResult(usage_import(existing), is_new=False)
        async with self._parsers:
            writer = CopyWriter(PriceBook())
            batches = writer.batches(_items(plan))
            # Before a connection is taken: what makes a whole file unusable shows at its start.
            first = await asyncio.to_thread(next, batches)
            async with self._database.transaction(user) as connection:
                values = plan.columns(user)
                if (await connection.execute(_SQL["begin"], values)).rowcount:
                    loaded = await _Loading(connection, values, writer).run(first, batches)
                    await _note_import(connection, user, loaded)
                    return ImportResult(loaded, is_new=True)
        # Another request imported the same file in the meantime.
        return await self._import(user, request, parts)

    async def _one(
        self, user: UserContext, statement: str, values: Mapping[str, Any]
    ) -> dict[str, Any] | None:
        async with self._database.transaction(user) as connection:
            return await (await connection.execute(_SQL[statement], values)).fetchone()


async def _note_import(connection: Connection, user: UserContext, loaded: UsageImport) -> None:
    details = {"file_name": loaded.file_name, "rows": loaded.rows_imported}
    await record(
        connection,
        user,
        "usage_import.created",
        "usage_import",
        str(loaded.import_id),
        details=details,
    )


class _Loading:
    """One import's way into the tables, inside one transaction."""

    def __init__(
        self, connection: Connection, values: Mapping[str, Any], writer: CopyWriter
    ) -> None:
        self._connection = connection
        self._values = values
        self._writer = writer
        self._staged = 0
        self._imported = 0
        self._rejected = 0
        self._notes: list[Note] = []

    async def run(self, first: Batch, batches: Iterator[Batch]) -> UsageImport:
        """Write all batches, each while the next is being parsed; returns the finished import."""
        await self._connection.execute(_SQL["create_staging"])
        batch: Batch | None = first
        while batch is not None:
            upcoming = asyncio.create_task(
                asyncio.to_thread(next, batches, None), name="parse usage batch"
            )
            try:
                await self._write(batch)
            finally:
                # The thread works on the upload's file: it must be done before that is closed.
                batch = await upcoming
        return await self._finish()

    async def _write(self, batch: Batch) -> None:
        self._notes.extend(batch.notes)
        if batch.rejects:
            await self._write_rejects(batch.rejects)
        if not batch.row_count:
            return
        cursor = self._connection.cursor()
        async with cursor.copy(_SQL["copy_staged"]) as copy:
            await copy.write(batch.copy_text)
        merge = "merge_buckets" if self._values["is_bucketed"] else "merge"
        merged = await cursor.execute(_SQL[merge], self._values)
        self._staged += batch.row_count
        self._imported += merged.rowcount
        await cursor.execute(_SQL["empty_staging"])

    async def _write_rejects(self, rejects: Sequence[RejectedRow]) -> None:
        room = max(0, KEPT_REJECTS - self._rejected)
        self._rejected += len(rejects)
        if not room:
            return
        rows = [reject_row(reject) for reject in rejects[:room]]
        columns = {name: [row[name] for row in rows] for name in rows[0]}
        owner = {name: self._values[name] for name in ("import_id", "tenant_id")}
        await self._connection.execute(_SQL["add_rejects"], owner | columns)

    async def _finish(self) -> UsageImport:
        notes = [*self._notes, *self._writer.notes()]
        if self._rejected > KEPT_REJECTS:
            text = f"Only the first {KEPT_REJECTS} of {self._rejected} rejected rows were kept."
            notes.append(Note("rejects_cut_off", text))
        totals = {
            "rows_read": self._staged + self._rejected,
            "rows_imported": self._imported,
            "rows_duplicate": self._staged - self._imported,
            "rows_rejected": self._rejected,
            "notes": to_json(notes),
            "first_at": self._writer.first_at,
            "last_at": self._writer.last_at,
        }
        cursor = await self._connection.execute(_SQL["finish"], {**self._values, **totals})
        row = await cursor.fetchone()
        if row is None:
            raise NotFound("import", str(self._values["import_id"]))
        return usage_import(row)


@asynccontextmanager
async def _on_disk(request: ImportRequest) -> AsyncGenerator[Path]:
    if isinstance(request.content, Path):
        yield request.content
        return
    async with spooled(request.content, request.limits) as path:
        yield path


def _plan(request: ImportRequest, parts: Sequence[_Part]) -> _Plan:
    sha256, byte_count = fingerprint([part.path for part in parts])
    chunks = unpacked_chunks(parts[0].path, request.file_name, request.limits)
    head = first_bytes(chunks, HEAD_BYTES)
    return _Plan(
        import_id=uuid4(),
        file_name=_stored(request.file_name),
        parts=parts,
        known=recognise(head, request.file_name, request.format),
        model=_stored(request.model or "").strip() or None,
        file_sha256=sha256,
        byte_count=byte_count,
        limits=request.limits,
    )


def _stored(name: str) -> str:
    """A name somebody sent, as the database takes it."""
    return name.replace("\x00", "")[:_NAME_CHARACTERS]


def _items(plan: _Plan) -> Iterator[Item]:
    for part in plan.parts:
        head = first_bytes(unpacked_chunks(part.path, plan.file_name, plan.limits), HEAD_BYTES)
        chunks = unpacked_chunks(part.path, plan.file_name, plan.limits)
        file = UsageFile(plan.file_name, head, chunks)
        options = ReadOptions(plan.model, part.workload, plan.limits.reading)
        yield from read_usage(plan.known, file, options)
