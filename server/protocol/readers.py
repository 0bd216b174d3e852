"""Who reads a run or a thread by LangGraph's protocol: where they begin, and what they get."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import orjson

from domain.events import StoredEvent, is_stream_part
from graphs.stream_rows import RESULT
from server.protocol.frames import (
    ModeFilter,
    end_frame,
    frame,
    frames_of,
    gap_frame,
    is_root,
    stream_data,
)
from server.runs.feed import Feed
from server.sse import LAST_SEQ
from storage.run_events import EventLog

#: What readers send who want everything from the beginning.
_BEGINNING: Final = ("-1", "0-0")


@dataclass(frozen=True, slots=True)
class RunPlace:
    """Which run of which thread."""

    thread_id: UUID
    run_id: UUID


@dataclass(frozen=True, slots=True)
class Start:
    """Where a reader begins."""

    #: Rows behind this number.
    after: int
    #: What it gets before them.
    greeting: bytes = b""
    #: The greeting is all: it had seen the end already.
    is_over: bool = False


async def run_start(log: EventLog, place: RunPlace, last_event_id: str | None) -> Start:
    """Where a reader of a run begins that has come as far as its `Last-Event-ID` says.

    One that says nothing gets what comes from now on, and of a run that has ended its end.
    """
    # In this order: an end that is not seen yet lies behind the head.
    head = await log.head(place.thread_id)
    end = await log.end_of_run(place.thread_id, place.run_id)
    if last_event_id is None:
        return Start(end.seq - 1 if end else head)
    first = await log.first_of_run(place.run_id)
    beginning = head if first is None else first - 1
    if last_event_id in _BEGINNING:
        return await _from(log, place, beginning, end)
    if not last_event_id.isdecimal():
        # Nobody knows what it has seen.
        return Start(beginning, gap_frame(beginning + 1, end.seq if end else head))
    seen = _number(last_event_id)
    if end and seen >= end.seq:
        return Start(end.seq, end_frame(end), is_over=True)
    # A number of an earlier run is as good as any; one that nobody has given out yet is none.
    return await _from(log, place, max(min(seen, head), beginning), end)


def _number(digits: str) -> int:
    # Longer ones are beyond every event all the same, and Python would not read any.
    return int(digits) if len(digits) <= len(str(LAST_SEQ)) else LAST_SEQ


async def _from(log: EventLog, place: RunPlace, after: int, end: StoredEvent | None) -> Start:
    # What a run said is cleared away only after its end.
    missing = await log.missing(place.thread_id, after, end.seq) if end else None
    return Start(after, gap_frame(*missing) if missing else b"")


async def run_reader(
    feed: Feed, place: RunPlace, start: Start, wanted: ModeFilter
) -> AsyncGenerator[bytes]:
    """The frames of one run, up to its end."""
    if start.greeting:
        yield start.greeting
    if start.is_over:
        return
    own = str(place.run_id)
    async with aclosing(feed.follow(place.thread_id, start.after)) as batches:
        async for rows in batches:
            mine = [row for row in rows if row.run_id == own]
            if frames := b"".join(frames_of(row, wanted) for row in mine):
                yield frames
            if mine and mine[-1].type == "end":
                return
    # Only a deleted thread ends before its runs do.
    yield frame("end", b'{"status":"cancelled"}')


async def thread_start(log: EventLog, thread_id: UUID, last_event_id: str | None) -> Start:
    """Where a reader of a whole thread begins; from now on if it does not say."""
    head = await log.head(thread_id)
    if last_event_id is None:
        return Start(head)
    if last_event_id in _BEGINNING:
        return Start(0)
    if not last_event_id.isdecimal():
        return Start(0, gap_frame(1, head))
    return Start(min(_number(last_event_id), head))


async def thread_reader(
    feed: Feed, thread_id: UUID, start: Start, *, parts: bool
) -> AsyncGenerator[bytes]:
    """The frames of all runs of a thread, for as long as the client stays.

    Without `parts` it hears only of the beginning and the end of each.
    """
    if start.greeting:
        yield start.greeting
    async with aclosing(feed.follow(thread_id, start.after)) as batches:
        async for rows in batches:
            if frames := b"".join(_thread_frame(row, parts=parts) for row in rows):
                yield frames


def _thread_frame(row: StoredEvent, *, parts: bool) -> bytes:
    if row.type == "end":
        done = orjson.dumps({"status": "run_done", "run_id": row.run_id})
        return frame("metadata", done, row.seq)
    if is_stream_part(row.type):
        wanted = parts and row.type != RESULT
        return frame(row.type, stream_data(row), row.seq) if wanted else b""
    if row.type == "agent_started" and not is_root(row):
        return b""
    if row.type in ("agent_started", "resumed") or (parts and row.type == "error"):
        return frames_of(row, ModeFilter(frozenset()))
    return b""
