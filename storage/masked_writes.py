"""Writes without the secrets that are in use: what a provider repeats is stored nowhere."""

from dataclasses import replace

from domain.revealed_secrets import SecretMask
from storage.writes import BlobRow, CheckpointRow, RunEnding, Write, WriteRow


def masked_write(write: Write, mask: SecretMask) -> Write:
    """The write as it may be committed; the very same one while no secret is in use."""
    if mask.is_empty:
        return write
    return replace(
        write,
        events=[(event_type, mask.text(body)) for event_type, body in write.events],
        blobs=[_blob(row, mask) for row in write.blobs],
        checkpoints=[_checkpoint(row, mask) for row in write.checkpoints],
        writes=[_row(row, mask) for row in write.writes],
        ending=_ending(write.ending, mask) if write.ending else None,
    )


def _blob(row: BlobRow, mask: SecretMask) -> BlobRow:
    # Masked to the same length, since these bytes count themselves.
    return row if row.blob is None else replace(row, blob=mask.data(row.blob))


def _row(row: WriteRow, mask: SecretMask) -> WriteRow:
    return replace(row, blob=mask.data(row.blob))


def _checkpoint(row: CheckpointRow, mask: SecretMask) -> CheckpointRow:
    return replace(row, checkpoint=mask.text(row.checkpoint), metadata=mask.text(row.metadata))


def _ending(ending: RunEnding, mask: SecretMask) -> RunEnding:
    return replace(
        ending,
        values=None if ending.values is None else mask.text(ending.values),
        interrupts=mask.text(ending.interrupts),
        error=None if ending.error is None else mask.text(ending.error),
    )
