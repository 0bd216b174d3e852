"""What the database tells of the engine's health. Nothing here answers for a user."""

from dataclasses import dataclass

from storage.database import Database
from storage.sql_files import load_statements

_SQL = load_statements("health")


@dataclass(frozen=True, slots=True)
class EngineHealth:
    """Workers and what waits for them."""

    #: Workers that have renewed their lease.
    workers: int
    #: Runs whose turn it is and that nobody has taken.
    waiting: int
    #: How long the one that waits longest does.
    oldest_s: float


async def engine_health(database: Database, lease_s: float, wait_s: float) -> EngineHealth:
    """How the engine stands; waits at most `wait_s` for a connection."""
    async with database.api.connection(timeout=wait_s):
        pass  # A request would get one, too.
    async with database.system.connection(timeout=wait_s) as connection:
        cursor = await connection.execute(_SQL["engine"], {"lease_s": lease_s})
        row = await cursor.fetchone()
    assert row
    return EngineHealth(**row)
