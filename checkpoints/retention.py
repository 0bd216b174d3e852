"""Clearing away checkpoints that a thread needs neither to show its state nor to go on.

Nothing of a busy thread is touched. LangGraph's own pruning keeps the newest only, and refuses
threads with channels that are saved as changes; this one keeps what those are rebuilt from.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from domain.retention import KeptCheckpoints
from storage.database import Connection
from storage.retention import take_pen
from storage.sql_files import load_statements

_SQL = load_statements("checkpoint_retention")

#: Checkpoints and values that one transaction deletes at most.
_BATCH = 500

#: Behind every id of a checkpoint.
_NEWEST: Final = "~"

#: Ids of checkpoints are UUIDs of version 6: 100 ns since 1582, the highest digits first.
_UUID_EPOCH = datetime.fromisoformat("1582-10-15T00:00:00+00:00")


@dataclass(slots=True)
class Pruned:
    """What was deleted of a thread."""

    checkpoints: int = 0
    values: int = 0


def oldest_wanted(kept: KeptCheckpoints, now: datetime) -> str:
    """The id from which on all checkpoints are kept, besides the newest."""
    if isinstance(kept, str):
        return "" if kept == "all" else _NEWEST
    ticks = (now - timedelta(days=kept) - _UUID_EPOCH) // timedelta(microseconds=1) * 10
    digits = f"{ticks:015x}"
    return f"{digits[:8]}-{digits[8:12]}-6{digits[12:]}"


async def prune(
    connection: Connection, thread_id: UUID, before: str, may_go_on: Callable[[], bool]
) -> Pruned:
    """Delete what a thread does not need of what is older than `before`, a little at a time.

    Stops, to be taken up another time, when a run wants the thread or there is no more time: the
    checkpoints that show that there is something to do go last.
    """
    pruned = Pruned()
    while may_go_on():
        async with connection.transaction():
            if not await take_pen(connection, thread_id):
                break
            if await _prune_some(connection, str(thread_id), before, pruned):
                break
    return pruned


async def _prune_some(connection: Connection, thread_id: str, before: str, pruned: Pruned) -> bool:
    """Delete some; returns whether nothing is left to do."""
    parameters = {"thread_id": thread_id, "before": before, "limit": _BATCH + 1}
    doomed = await (await connection.execute(_SQL["doomed"], parameters)).fetchall()
    if len(doomed) > _BATCH:
        pruned.checkpoints += await _delete(connection, thread_id, doomed[:_BATCH])
        return False
    unused = await _delete_values(connection, thread_id, _BATCH)
    pruned.values += unused
    if unused == _BATCH:
        return False
    pruned.checkpoints += await _delete(connection, thread_id, doomed)
    pruned.values += await _delete_values(connection, thread_id, None)
    return True


async def _delete(connection: Connection, thread_id: str, doomed: list[dict[str, Any]]) -> int:
    parameters = {
        "thread_id": thread_id,
        "namespaces": [row["checkpoint_ns"] for row in doomed],
        "ids": [row["checkpoint_id"] for row in doomed],
    }
    await connection.execute(_SQL["delete_writes"], parameters)
    deleted = await connection.execute(_SQL["delete_checkpoints"], parameters)
    await connection.execute(_SQL["forget_parents"], parameters)
    return deleted.rowcount


async def _delete_values(connection: Connection, thread_id: str, limit: int | None) -> int:
    deleted = await connection.execute(
        _SQL["delete_values"], {"thread_id": thread_id, "limit": limit}
    )
    return deleted.rowcount
