"""One flush: many callers' writes turned into the columns of one statement."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from domain.events import StoredEvent
from storage.writes import BlobRow, CheckpointRow, Pen, RunEnding, Write, WriteRow

#: NOTIFY carries less than 8,000 bytes; an id and its comma are 37.
_THREADS_A_NOTIFY = 200


class Batch:
    """The writes of one flush."""

    def __init__(self, flush_id: UUID, writes: Sequence[Write], origin: str) -> None:
        """`origin` names the process to those who are notified."""
        self.flush_id = flush_id
        self._origin = origin
        #: Each pen with its place (from 1) and how many events it brings.
        self.pens: dict[Pen, int] = {}
        self._counts: list[int] = []
        self._events: list[tuple[int, int, str, str]] = []
        self._blobs: dict[tuple[int, str, str, str], BlobRow] = {}
        self._checkpoints: dict[tuple[int, str, str], CheckpointRow] = {}
        self._writes: dict[tuple[int, str, str, str, int], WriteRow] = {}
        self._endings: dict[int, RunEnding] = {}
        self._handed_back: list[int] = []
        for write in writes:
            self._add(write)

    def _add(self, write: Write) -> None:
        pen = self.pens.get(write.pen)
        if pen is None:
            pen = self.pens[write.pen] = len(self.pens) + 1
            self._counts.append(0)
        place = self._counts[pen - 1]
        for event_type, body in write.events:
            place += 1
            self._events.append((pen, place, event_type, body))
        self._counts[pen - 1] = place
        # One statement may touch a row only once, so what LangGraph wrote twice is settled here:
        # the newest checkpoint and special write count, and the first ordinary write.
        for blob in write.blobs:
            self._blobs[pen, blob.checkpoint_ns, blob.channel, blob.version] = blob
        for checkpoint in write.checkpoints:
            self._checkpoints[pen, checkpoint.checkpoint_ns, checkpoint.checkpoint_id] = checkpoint
        for row in write.writes:
            key = (pen, row.checkpoint_ns, row.checkpoint_id, row.task_id, row.idx)
            if row.idx < 0 or key not in self._writes:
                self._writes[key] = row
        if write.ending:
            self._endings[pen] = write.ending
        if write.hands_back:
            self._handed_back.append(pen)

    def parameters(self) -> dict[str, Any]:
        """The statement's parameters: one array a column."""
        blobs, checkpoints = self._blobs.values(), self._checkpoints.values()
        writes, endings = self._writes.values(), self._endings.values()
        return {
            "flush_id": self.flush_id,
            "pen_thread": [pen.thread_id for pen in self.pens],
            "pen_run": [pen.run_id for pen in self.pens],
            "pen_attempt": [pen.attempt for pen in self.pens],
            "pen_events": self._counts,
            **_columns(("event_pen", "event_place", "event_type", "event_body"), self._events),
            "blob_pen": [key[0] for key in self._blobs],
            "blob_ns": [row.checkpoint_ns for row in blobs],
            "blob_channel": [row.channel for row in blobs],
            "blob_version": [row.version for row in blobs],
            "blob_type": [row.type for row in blobs],
            "blob_blob": [row.blob for row in blobs],
            "cp_pen": [key[0] for key in self._checkpoints],
            "cp_ns": [row.checkpoint_ns for row in checkpoints],
            "cp_id": [row.checkpoint_id for row in checkpoints],
            "cp_parent": [row.parent_id for row in checkpoints],
            "cp_checkpoint": [row.checkpoint for row in checkpoints],
            "cp_metadata": [row.metadata for row in checkpoints],
            "write_pen": [key[0] for key in self._writes],
            "write_ns": [row.checkpoint_ns for row in writes],
            "write_checkpoint": [row.checkpoint_id for row in writes],
            "write_task": [row.task_id for row in writes],
            "write_path": [row.task_path for row in writes],
            "write_idx": [row.idx for row in writes],
            "write_channel": [row.channel for row in writes],
            "write_type": [row.type for row in writes],
            "write_blob": [row.blob for row in writes],
            "end_pen": list(self._endings),
            "end_status": [ending.status for ending in endings],
            "end_end_status": [ending.end_status for ending in endings],
            "end_thread_status": [ending.thread_status for ending in endings],
            "end_values": [ending.values for ending in endings],
            "end_interrupts": [ending.interrupts for ending in endings],
            "end_error": [ending.error for ending in endings],
            "back_pen": self._handed_back,
            "notify": list(self._notifications()),
        }

    def events_of(self, bases: Mapping[int, int]) -> list[StoredEvent]:
        """The events as they were stored, given the number before the first of each pen."""
        names = {
            place: (str(pen.thread_id), str(pen.run_id))
            for pen, place in self.pens.items()
            if place in bases
        }
        return [
            StoredEvent(bases[pen] + place, *names[pen], event_type, body.encode())
            for pen, place, event_type, body in self._events
            if pen in bases
        ]

    def count_of(self, pen: Pen) -> int:
        """How many events a pen brings."""
        return self._counts[self.pens[pen] - 1]

    def _notifications(self) -> Iterable[str]:
        threads = [
            str(pen.thread_id) for pen, place in self.pens.items() if self._counts[place - 1]
        ]
        for start in range(0, len(threads), _THREADS_A_NOTIFY):
            yield ",".join((self._origin, *threads[start : start + _THREADS_A_NOTIFY]))


def _columns(names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> dict[str, list[Any]]:
    return {name: [row[place] for row in rows] for place, name in enumerate(names)}
