"""Undoing a run: the thread's saved state is again what it was before."""

from domain.errors import StaleAttempt
from storage.database import Database
from storage.sql_files import load_statements
from storage.writes import Pen

_SQL = load_statements("rollback")


async def roll_back(database: Database, pen: Pen) -> None:
    """Delete what a run has saved; repeating it is harmless.

    Raises `StaleAttempt` when the attempt no longer holds the pen.
    """
    parameters = {
        "thread_id": pen.thread_id,
        "run_id": pen.run_id,
        "attempt": pen.attempt,
    }
    async with database.runs.connection() as connection, connection.transaction():
        cursor = await connection.execute(_SQL["hold_pen"], parameters)
        if await cursor.fetchone() is None:
            raise StaleAttempt(str(pen.run_id), pen.attempt)
        await connection.execute(_SQL["delete_checkpoints"], parameters)
        await connection.execute(_SQL["ask_again"], parameters)
