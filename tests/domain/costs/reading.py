"""How tests read a fixture or a text as an import would."""

from dataclasses import dataclass
from pathlib import Path

from domain.costs.formats.limits import ReadOptions
from domain.costs.formats.reader import UsageFile, read_usage
from domain.costs.formats.registry import HEAD_BYTES, recognise
from domain.costs.records import Note, RejectedRow, UsageRecord

FIXTURES = Path(__file__).parent / "fixtures"


@dataclass(frozen=True)
class Reading:
    """All that came out of a file."""

    format: str
    records: list[UsageRecord]
    rejects: list[RejectedRow]
    notes: list[Note]


def read_fixture(name: str, options: ReadOptions | None = None) -> Reading:
    return read_bytes((FIXTURES / name).read_bytes(), options)


def read_bytes(
    content: bytes,
    options: ReadOptions | None = None,
    chunk_bytes: int = 7,
) -> Reading:
    """Chunks of a few bytes, so that no reader can rely on where they end."""
    head = content[:HEAD_BYTES]
    known = recognise(head, "export")
    chunks = [content[at : at + chunk_bytes] for at in range(0, len(content), chunk_bytes)]
    items = list(read_usage(known, UsageFile("export", head, chunks), options or ReadOptions()))
    return Reading(
        known.name,
        [item for item in items if isinstance(item, UsageRecord)],
        [item for item in items if isinstance(item, RejectedRow)],
        [item for item in items if isinstance(item, Note)],
    )
