"""Threads whose pen is held by a running run, written straight into the tables."""

from uuid import UUID, uuid4

from storage.database import Database
from storage.writes import Pen
from tests.storage.owner import as_owner


async def pen_of_new_thread(
    database: Database, thread_id: UUID | None = None, attempt: int = 1
) -> Pen:
    """A thread whose pen is held by one running run of the local user."""
    pen = Pen(thread_id or uuid4(), uuid4(), attempt)
    async with as_owner(database) as connection:
        await connection.execute(
            "INSERT INTO threads (thread_id, tenant_id, user_id, status, open_runs)"
            " VALUES (%s, 'local', 'local', 'busy', 1)",
            [pen.thread_id],
        )
        await connection.execute(
            "INSERT INTO runs (run_id, thread_id, tenant_id, user_id, assistant_id, graph_id,"
            " status, attempt) VALUES (%s, %s, 'local', 'local', 'g', 'g', 'running', %s)",
            [pen.run_id, pen.thread_id, attempt],
        )
        await connection.execute(
            "INSERT INTO event_heads (thread_id, run_id, attempt) VALUES (%s, %s, %s)",
            [pen.thread_id, pen.run_id, attempt],
        )
    return pen
