"""A light checkpointer for one run: reads as LangGraph's own, writes through the group commit.

LangGraph's saver holds one lock around every operation, so one shared saver serialises a whole
process. This one is made per run, keeps LangGraph's tables and format, and lets all runs of the
process commit together.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, cast

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import (
    ChannelVersions,
    Checkpoint,
    CheckpointMetadata,
    CheckpointTuple,
    DeltaChannelHistory,
    get_checkpoint_id,
)
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver

from checkpoints.rows import checkpoint_rows, saved_config, write_rows
from checkpoints.serializer import serializer
from storage.database import Pool, retried
from storage.group_commit import GroupCommit
from storage.writes import Pen, Write


class RunSaver(AsyncPostgresSaver):
    """The checkpointer of one attempt of one run."""

    def __init__(self, pool: Pool, commit: GroupCommit, pen: Pen, *, thread_is_new: bool) -> None:
        """Write with `pen`; a thread that never ran has nothing to read."""
        super().__init__(conn=cast(Any, pool), serde=serializer())
        self._commit = commit
        self._pen = pen
        self._nothing_to_read = thread_is_new
        self._before: Callable[[], None] | None = None

    def revive(self, types: Iterable[tuple[str, ...]]) -> None:
        """Revive these types as well."""
        self.serde = serializer(types)

    def before_commit(self, call: Callable[[], None]) -> None:
        """Have this called whenever checkpoint data of the run is about to be committed."""
        self._before = call

    async def aget_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        """The checkpoint that `config` names, or the newest; waits for a database that is away."""
        if self._nothing_to_read and not get_checkpoint_id(config):
            return None
        read = super().aget_tuple
        return await retried(lambda: read(config))

    async def aget_delta_channel_history(
        self, *, config: RunnableConfig, channels: Sequence[str]
    ) -> Mapping[str, DeltaChannelHistory]:
        """What channels that are saved as changes are rebuilt from."""
        read = super().aget_delta_channel_history
        return await retried(lambda: read(config=config, channels=channels))

    async def aput(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        """Save a checkpoint; returns when it is durable."""
        row, blobs = checkpoint_rows(self.serde, config, checkpoint, metadata, new_versions)
        await self._commit.put(
            Write(self._pen, checkpoints=[row], blobs=blobs, before=self._before)
        )
        self._nothing_to_read = False
        return saved_config(config, checkpoint)

    async def aput_writes(
        self,
        config: RunnableConfig,
        writes: Sequence[tuple[str, Any]],
        task_id: str,
        task_path: str = "",
    ) -> None:
        """Save what a task wrote; returns when it is durable."""
        rows = write_rows(self.serde, config, writes, task_id, task_path)
        if rows:
            # The checkpoint that follows carries it along.
            write = Write(self._pen, writes=rows, before=self._before)
            await self._commit.put(write, urgent=False)
