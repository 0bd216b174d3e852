"""Following threads: replay from the log, then what is committed, to any number of readers.

All readers of a process share one LISTEN connection and, for each wake-up, one query for every
thread that changed. No connection is held while a reader waits, and a slow reader only falls
behind by itself: it reads from the log again when it comes back.
"""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from uuid import UUID

from domain.events import StoredEvent
from storage.database import DatabaseError, retried
from storage.group_commit import GroupCommit
from storage.notifications import Listener
from storage.run_events import EventLog

logger = logging.getLogger(__name__)

EVENTS_CHANNEL = "goldenpath_events"

#: How many of a thread's newest events are kept for its readers, and read at once.
_RECENT = 512
_PAGE = 500

#: How long the tail of a new thread waits for its reader, seconds.
_EXPECTED_S = 30.0

#: Without a notification threads are looked at so often: the safety net.
_POLL_S = 1.0


@dataclass(slots=True)
class _Tail:
    """The newest events of one followed thread."""

    readers: int = 0
    #: Last number seen; None until a reader has found where the log ends.
    cursor: int | None = None
    recent: deque[StoredEvent] = field(default_factory=lambda: deque[StoredEvent](maxlen=_RECENT))
    #: Replaced whenever it is set: readers wait on the one they saw.
    grown: asyncio.Event = field(default_factory=asyncio.Event)
    #: The thread was deleted: nothing will ever come.
    is_gone: bool = False
    #: It has no reader yet and is kept for one until then, by the loop's clock.
    expected_until: float = 0.0

    def extend(self, events: list[StoredEvent]) -> None:
        self.recent.extend(events)
        self.cursor = events[-1].seq
        self._wake()

    def end(self) -> None:
        self.is_gone = True
        self._wake()

    def _wake(self) -> None:
        self.grown.set()
        self.grown = asyncio.Event()

    def after(self, seq: int) -> list[StoredEvent] | None:
        """What is newer than `seq`; None when that reaches further back than what is kept."""
        if self.cursor is None or self.cursor < seq:
            return None
        if not self.recent:
            return [] if self.cursor == seq else None
        if self.recent[0].seq > seq + 1:
            return None
        return [event for event in self.recent if event.seq > seq]


class Feed:
    """All followed threads of this process."""

    def __init__(
        self, events: EventLog, listener: Listener, commit: GroupCommit | None = None
    ) -> None:
        """`commit` is this process's own write path, if it has one."""
        self._events = events
        self._own_origin = commit.origin if commit else None
        if commit:
            commit.tell(self._hear)
        self._tails: dict[UUID, _Tail] = {}
        self._dirty: set[UUID] = set()
        self._wake = asyncio.Event()
        listener.on(EVENTS_CHANNEL, self._told, self._look_at_all)

    @property
    def followed(self) -> int:
        """How many threads are followed."""
        return len(self._tails)

    async def run(self) -> None:
        """Fetch what is new, for all readers at once, until cancelled."""
        while True:
            try:
                # Not `wait_for`: in Python 3.11 that loses a cancellation that comes with the wake.
                async with asyncio.timeout(_POLL_S):
                    await self._wake.wait()
            except TimeoutError:
                self._look_at_all()
            self._wake.clear()
            try:
                await self._refresh()
            except DatabaseError as error:
                # Nobody misses anything: the next look starts where this one would have.
                logger.warning("The log could not be read, looking again: %s", error)

    def expect(self, thread_id: UUID) -> None:
        """Keep what comes of a thread that is about to be made: its reader need not look it up."""
        until = asyncio.get_running_loop().time() + _EXPECTED_S
        self._tails[thread_id] = _Tail(cursor=0, expected_until=until)

    async def follow(self, thread_id: UUID, after: int) -> AsyncGenerator[list[StoredEvent]]:
        """Everything behind `after`, in order and without a gap, for as long as one reads.

        Ends only when the thread is deleted; waits for a database that is away.
        """
        tail = self._tails.setdefault(thread_id, _Tail())
        tail.readers += 1
        position = after
        try:
            while True:
                # Taken before looking: what comes after the look sets this very event.
                grown, end = tail.grown, tail.cursor
                events = tail.after(position)
                if events is None:
                    events = await self._read(thread_id, tail, position)
                if events:
                    position = events[-1].seq
                    yield events
                elif tail.is_gone:
                    return
                elif tail.cursor == end:
                    # Else another reader has found more while this one looked: look again.
                    await grown.wait()
        finally:
            tail.readers -= 1
            if not tail.readers:
                self._tails.pop(thread_id, None)

    async def ended(self, thread_id: UUID, run_id: UUID, after: int) -> None:
        """Wait for the end of a run that lies behind `after`, or for the end of its thread."""
        wanted = str(run_id)
        async with aclosing(self.follow(thread_id, after)) as batches:
            async for events in batches:
                if any(event.type == "end" and event.run_id == wanted for event in events):
                    return

    async def _read(self, thread_id: UUID, tail: _Tail, position: int) -> list[StoredEvent]:
        """The next page behind a number, once the database gives it: readers outlast it."""
        events = await retried(lambda: self._events.after(thread_id, position, _PAGE))
        if tail.cursor is None and len(events) < _PAGE:
            await self._reached_end(thread_id, tail, events, position)
        return events

    async def _head(self, thread_id: UUID) -> int:
        return await retried(lambda: self._events.head(thread_id))

    async def _reached_end(
        self, thread_id: UUID, tail: _Tail, events: list[StoredEvent], position: int
    ) -> None:
        """The first reader has found where the log ends: from here on its tail is kept."""
        # A reader may claim a number that the log has not reached; the log knows better.
        end = events[-1].seq if events else min(position, await self._head(thread_id))
        if tail.cursor is None:
            tail.cursor = end
            # Something may have been committed since; ask once.
            self._dirty.add(thread_id)
            self._wake.set()

    def _hear(self, events: list[StoredEvent]) -> None:
        """Take what this process has just committed: it need not be read back."""
        by_thread: dict[str, list[StoredEvent]] = {}
        for event in events:
            by_thread.setdefault(event.thread_id, []).append(event)
        for text, own in by_thread.items():
            thread_id = UUID(text)
            tail = self._tails.get(thread_id)
            if tail is None or tail.cursor is None or own[-1].seq <= tail.cursor:
                continue
            if own[0].seq == tail.cursor + 1:
                tail.extend(own)
            else:
                # Somebody else wrote in between, or a read is under way.
                self._dirty.add(thread_id)
                self._wake.set()

    def _told(self, payload: str) -> None:
        origin, *threads = payload.split(",")
        if origin == self._own_origin:
            return
        for text in threads:
            thread_id = UUID(text)
            if thread_id in self._tails:
                self._dirty.add(thread_id)
                self._wake.set()

    def _look_at_all(self) -> None:
        now = asyncio.get_running_loop().time()
        for thread_id, tail in list(self._tails.items()):
            if not tail.readers and tail.expected_until < now:
                del self._tails[thread_id]
        self._dirty.update(self._tails)
        self._wake.set()

    async def _refresh(self) -> None:
        dirty, self._dirty = self._dirty, set()
        cursors = {
            thread_id: tail.cursor
            for thread_id in dirty
            if (tail := self._tails.get(thread_id)) and tail.cursor is not None
        }
        if not cursors:
            return
        try:
            found = await self._events.after_many(cursors, _PAGE)
        except DatabaseError:
            self._dirty |= dirty
            raise
        for thread_id, events in found.items():
            tail = self._tails.get(thread_id)
            # A tail that was dropped and made anew meanwhile starts where its reader is.
            if tail and tail.cursor == cursors[thread_id]:
                if events:
                    tail.extend(events)
                elif tail.recent or tail.expected_until < asyncio.get_running_loop().time():
                    # Not about to be made any more: it was there, or should have been.
                    tail.end()
            if events and len(events) == _PAGE:
                self._dirty.add(thread_id)
                self._wake.set()
