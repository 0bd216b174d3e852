"""Checkpointers for threads that nobody runs: one to read with, one to change a state with.

LangGraph's saver holds one lock around every operation, so nobody shares them: make one for each
use.
"""

from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from typing import Any, cast

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import ChannelVersions, Checkpoint, CheckpointMetadata
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
from psycopg import AsyncCursor
from psycopg.rows import DictRow

from checkpoints.rows import checkpoint_rows, saved_config
from checkpoints.serializer import serializer
from domain.identity import UserContext
from storage.database import Connection, Database


class ReadingSaver(AsyncPostgresSaver):
    """A checkpointer to read a user's threads with: each read takes a connection while it lasts."""

    def __init__(
        self, database: Database, user: UserContext, types: Iterable[tuple[str, ...]] = ()
    ) -> None:
        """Read what this user may see, and revive these types."""
        super().__init__(conn=cast(Any, None), serde=serializer(types))
        self._database = database
        self._user = user

    @asynccontextmanager
    async def _cursor(self, *, pipeline: bool = False) -> AsyncGenerator[AsyncCursor[DictRow]]:
        async with (
            self._database.acting_for(self._user) as connection,
            connection.cursor(binary=True) as cursor,
        ):
            yield cursor


class StateSaver(AsyncPostgresSaver):
    """A checkpointer whose reads and writes belong to the caller's transaction."""

    def __init__(self, connection: Connection, types: Iterable[tuple[str, ...]] = ()) -> None:
        """Use this connection, which is inside a transaction, and revive these types."""
        super().__init__(conn=connection, serde=serializer(types))

    async def aput(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        """Save a checkpoint."""
        thread_id: str = config.get("configurable", {})["thread_id"]
        row, blobs = checkpoint_rows(self.serde, config, checkpoint, metadata, new_versions)
        async with self._cursor(pipeline=True) as cursor:
            if blobs:
                await cursor.executemany(
                    self.UPSERT_CHECKPOINT_BLOBS_SQL,
                    [
                        (thread_id, b.checkpoint_ns, b.channel, b.version, b.type, b.blob)
                        for b in blobs
                    ],
                )
            await cursor.execute(
                self.UPSERT_CHECKPOINTS_SQL,
                (
                    thread_id,
                    row.checkpoint_ns,
                    row.checkpoint_id,
                    row.parent_id,
                    row.checkpoint,
                    row.metadata,
                ),
            )
        return saved_config(config, checkpoint)
