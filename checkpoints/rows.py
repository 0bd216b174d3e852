"""Checkpoints as the rows of LangGraph's tables; what JSON cannot hold is beside it."""

import math
import re
from collections.abc import Sequence
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import (
    WRITES_IDX_MAP,
    ChannelVersions,
    Checkpoint,
    CheckpointMetadata,
    get_serializable_checkpoint_metadata,
)
from langgraph.checkpoint.serde.base import SerializerProtocol
from langgraph.checkpoint.serde.types import (
    _DeltaSnapshot,  # pyright: ignore[reportPrivateUsage]
)

from storage.json_columns import to_json
from storage.writes import BlobRow, CheckpointRow, WriteRow


def checkpoint_rows(
    serde: SerializerProtocol,
    config: RunnableConfig,
    checkpoint: Checkpoint,
    metadata: CheckpointMetadata,
    new_versions: ChannelVersions,
) -> tuple[CheckpointRow, list[BlobRow]]:
    """A checkpoint that follows the one of `config`, and the channels that are new in it."""
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
    row = CheckpointRow(
        checkpoint_ns,
        checkpoint["id"],
        configurable.get("checkpoint_id"),
        to_json({**checkpoint, "channel_values": inline}),
        to_json(get_serializable_checkpoint_metadata(config, metadata), default=str),
    )
    return row, [
        BlobRow(checkpoint_ns, channel, str(version), *serde.dumps_typed(blobs[channel]))
        for channel, version in new_versions.items()
        if channel in blobs
    ]


def write_rows(
    serde: SerializerProtocol,
    config: RunnableConfig,
    writes: Sequence[tuple[str, Any]],
    task_id: str,
    task_path: str,
) -> list[WriteRow]:
    """What a task wrote on the checkpoint of `config`."""
    configurable = config.get("configurable", {})
    return [
        WriteRow(
            configurable["checkpoint_ns"],
            configurable["checkpoint_id"],
            task_id,
            task_path,
            WRITES_IDX_MAP.get(channel, place),
            channel,
            *serde.dumps_typed(value),
        )
        for place, (channel, value) in enumerate(writes)
    ]


def saved_config(config: RunnableConfig, checkpoint: Checkpoint) -> RunnableConfig:
    """The config that names a checkpoint which was saved with `config`."""
    configurable = config.get("configurable", {})
    return {
        "configurable": {
            "thread_id": configurable["thread_id"],
            "checkpoint_ns": configurable["checkpoint_ns"],
            "checkpoint_id": checkpoint["id"],
        }
    }


#: Characters that PostgreSQL's JSON cannot have.
_UNSAYABLE = re.compile("[\x00\ud800-\udfff]")


def _fits_json(value: Any) -> bool:
    """Whether a value may stay inside the checkpoint's JSON, as it is; all others become blobs."""
    match value:
        case None | bool() | int():
            return True
        case float():
            return math.isfinite(value)
        case str():
            return _UNSAYABLE.search(value) is None
        case _:
            return False
