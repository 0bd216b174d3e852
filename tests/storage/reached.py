"""Threads that have reached something, without a run."""

from typing import Any
from uuid import UUID

from domain.identity import LOCAL_USER
from domain.runs import Thread, ThreadStatus
from storage.database import Database
from storage.json_columns import to_json
from storage.threads import ThreadState, set_state
from tests.storage.owner import as_owner


async def reach(
    database: Database, thread_id: UUID, values: Any, status: ThreadStatus = "idle"
) -> Thread:
    """Give a thread values; one that is interrupted waits for something."""
    interrupts = {"task": [{"id": "i", "value": 1}]} if status == "interrupted" else {}
    state = ThreadState(status, to_json(values), to_json(interrupts))
    async with as_owner(database) as connection:
        return await set_state(connection, LOCAL_USER, thread_id, state)
