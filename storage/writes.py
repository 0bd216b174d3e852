"""What callers hand to the write path."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Pen:
    """The right to write to a thread: held by one attempt of one run at a time."""

    thread_id: UUID
    run_id: UUID
    attempt: int


@dataclass(frozen=True, slots=True)
class BlobRow:
    """One version of one channel, as LangGraph's `checkpoint_blobs` keeps it."""

    checkpoint_ns: str
    channel: str
    version: str
    type: str
    blob: bytes | None


@dataclass(frozen=True, slots=True)
class CheckpointRow:
    """One checkpoint; `checkpoint` and `metadata` are JSON text."""

    checkpoint_ns: str
    checkpoint_id: str
    parent_id: str | None
    checkpoint: str
    metadata: str


@dataclass(frozen=True, slots=True)
class WriteRow:
    """One pending write of a task, as LangGraph's `checkpoint_writes` keeps it."""

    checkpoint_ns: str
    checkpoint_id: str
    task_id: str
    task_path: str
    idx: int
    channel: str
    type: str
    blob: bytes


@dataclass(frozen=True, slots=True)
class RunEnding:
    """How a run and its thread stand after it; JSON fields are JSON text."""

    status: str
    end_status: str
    thread_status: str
    #: The graph's last values, or None to leave what the thread has.
    values: str | None = None
    interrupts: str = "{}"
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Write:
    """What one caller wants durable: all of it or nothing, and only while its pen holds."""

    pen: Pen
    #: Event type and body (JSON without `seq`), in order.
    events: Sequence[tuple[str, str]] = ()
    blobs: Sequence[BlobRow] = ()
    checkpoints: Sequence[CheckpointRow] = ()
    writes: Sequence[WriteRow] = ()
    ending: RunEnding | None = None
    #: The run waits for another worker from then on.
    hands_back: bool = False
    #: Called when its flush is about to begin: what it puts then is committed together with this.
    before: Callable[[], None] | None = None
