"""A light checkpointer for one run: reads as LangGraph's own, writes through the group commit.

LangGraph's saver holds one lock around every operation, so one shared saver serialises a whole
process. This one is made per run, keeps LangGraph's tables and format, and lets all runs of the
process commit together.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any, cast

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import (
    WRITES_IDX_MAP,
    ChannelVersions,
    Checkpoint,
    CheckpointMetadata,
    CheckpointTuple,
    get_checkpoint_id,
    get_serializable_checkpoint_metadata,
)
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
from langgraph.checkpoint.serde.types import (
    _DeltaSnapshot,  # pyright: ignore[reportPrivateUsage]
)

from storage.database import Pool
from storage.group_commit import GroupCommit
from storage.json_columns import to_json
from storage.writes import BlobRow, CheckpointRow, Pen, Write, WriteRow


class RunSaver(AsyncPostgresSaver):
    """The checkpointer of one attempt of one run."""

    def __init__(self, pool: Pool, commit: GroupCommit, pen: Pen, *, thread_is_new: bool) -> None:
        """Write with `pen`; a thread that never ran has nothing to read."""
        super().__init__(conn=cast(Any, pool))
        self._commit = commit
        self._pen = pen
        self._nothing_to_read = thread_is_new
        self._before: Callable[[], None] | None = None

    def before_commit(self, call: Callable[[], None]) -> None:
        """Have this called whenever checkpoint data of the run is about to be committed."""
        self._before = call

    async def aget_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        """The checkpoint that `config` names, or the newest."""
        if self._nothing_to_read and not get_checkpoint_id(config):
            return None
        return await super().aget_tuple(config)

    async def aput(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        """Save a checkpoint; returns when it is durable."""
        configurable = config.get("configurable", {})
        checkpoint_ns: str = configurable["checkpoint_ns"]
        inline: dict[str, Any] = {}
        blobs: dict[str, Any] = {}
        for channel, value in checkpoint["channel_values"].items():
            if isinstance(value, _DeltaSnapshot):
                blobs[channel], inline[channel] = value, True
            elif _fits_json(value):
                inline[channel] = value
            else:
                blobs[channel] = value
        saved_metadata = get_serializable_checkpoint_metadata(config, metadata)
        row = CheckpointRow(
            checkpoint_ns,
            checkpoint["id"],
            configurable.get("checkpoint_id"),
            to_json({**checkpoint, "channel_values": inline}),
            to_json(saved_metadata, default=str),
        )
        blob_rows = [
            BlobRow(checkpoint_ns, channel, str(version), *self.serde.dumps_typed(blobs[channel]))
            for channel, version in new_versions.items()
            if channel in blobs
        ]
        await self._commit.put(
            Write(self._pen, checkpoints=[row], blobs=blob_rows, before=self._before)
        )
        self._nothing_to_read = False
        return {
            "configurable": {
                "thread_id": configurable["thread_id"],
                "checkpoint_ns": checkpoint_ns,
                "checkpoint_id": checkpoint["id"],
            }
        }

    async def aput_writes(
        self,
        config: RunnableConfig,
        writes: Sequence[tuple[str, Any]],
        task_id: str,
        task_path: str = "",
    ) -> None:
        """Save what a task wrote; returns when it is durable."""
        configurable = config.get("configurable", {})
        rows = [
            WriteRow(
                configurable["checkpoint_ns"],
                configurable["checkpoint_id"],
                task_id,
                task_path,
                WRITES_IDX_MAP.get(channel, place),
                channel,
                *self.serde.dumps_typed(value),
            )
            for place, (channel, value) in enumerate(writes)
        ]
        if rows:
            # The checkpoint that follows carries it along.
            write = Write(self._pen, writes=rows, before=self._before)
            await self._commit.put(write, urgent=False)


def _fits_json(value: Any) -> bool:
    """Whether a value may stay inside the checkpoint's JSON, as it is; all others become blobs."""
    match value:
        case None | bool() | int():
            return True
        case float():
            return math.isfinite(value)
        case str():
            return "\x00" not in value
        case _:
            return False
