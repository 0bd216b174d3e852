"""Imports and rejected rows as the database keeps them."""

from collections.abc import Mapping
from typing import Any

from domain.costs.imports import UsageImport
from domain.costs.records import Note, RejectedRow


def usage_import(row: Mapping[str, Any]) -> UsageImport:
    """An import from its row."""
    return UsageImport(
        import_id=row["import_id"],
        file_name=row["file_name"],
        byte_count=row["byte_count"],
        format=row["format"],
        model=row["model"],
        rows_read=row["rows_read"],
        rows_imported=row["rows_imported"],
        rows_duplicate=row["rows_duplicate"],
        rows_rejected=row["rows_rejected"],
        notes=tuple(Note(note["code"], note["text"]) for note in row["notes"]),
        first_at=row["first_at"],
        last_at=row["last_at"],
        created_at=row["created_at"],
    )


def rejected_row(row: Mapping[str, Any]) -> RejectedRow:
    """A rejected row from where it was kept."""
    return RejectedRow(
        line=row["line"],
        column=row["column_name"],
        value=row["value"],
        code=row["code"],
        message=row["message"],
        next_step=row["next_step"],
    )
