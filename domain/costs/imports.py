"""One import of a usage export: what came in, and what could not."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.costs.records import Note


@dataclass(frozen=True, slots=True)
class UsageImport:
    """An import that is done. `rows_read` = imported + duplicate + rejected."""

    import_id: UUID
    file_name: str
    byte_count: int
    #: Name of the format it was read as (`domain.costs.formats.registry`).
    format: str
    #: The model named at import, for files that name none.
    model: str | None
    rows_read: int
    rows_imported: int
    #: Rows that an earlier import, or this very file, already had.
    rows_duplicate: int
    rows_rejected: int
    notes: tuple[Note, ...]
    #: Time of the earliest and the latest row, UTC; None when there are none.
    first_at: datetime | None
    last_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What an upload led to."""

    usage_import: UsageImport
    #: False: the very same file had been imported before, and that import is shown.
    is_new: bool
