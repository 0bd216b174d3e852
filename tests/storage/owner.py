"""SQL of tests themselves: it sees everything, as the owner of the tables does."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from storage.database import Connection, Database


@asynccontextmanager
async def as_owner(database: Database) -> AsyncGenerator[Connection]:
    """A transaction that no row security holds back."""
    async with database.runs.connection() as connection, connection.transaction():
        yield connection
