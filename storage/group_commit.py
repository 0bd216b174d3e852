"""The one write path of a process: events, checkpoints and endings of all runs, committed together.

Callers put a `Write` and wait for it; one task takes everything that waits, commits it in one
statement, lets the callers go, and starts again at once. An idle system so answers within a
millisecond or two and a busy one batches by itself. What nobody waits for may linger a moment, so
that a superstep's events, its tasks' writes and its checkpoint become one commit.
"""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self
from uuid import uuid4

import psycopg

from domain.errors import StaleAttempt
from domain.events import StoredEvent
from domain.revealed_secrets import SecretMask
from storage.database import FIRST_RETRY_S, LAST_RETRY_S, Connection, Pool, is_away
from storage.group_commit_batch import Batch
from storage.masked_writes import masked_write
from storage.sql_files import load_statements
from storage.writes import Write

logger = logging.getLogger(__name__)

_SQL = load_statements("group_commit")

#: How long a write that nobody waits for may wait for one that somebody waits for.
_LINGER_S = 0.001

#: Turns of the event loop before a flush: a graph's stream has then delivered what was put before
#: (that takes four), and runs that the last flush let go have come to their next step.
_TURNS = 16


@dataclass(frozen=True, slots=True)
class GroupCommitLimits:
    """How much one flush may carry."""

    writes_a_flush: int = 2_000


@dataclass(slots=True)
class _Waiting:
    write: Write
    done: asyncio.Future[None]


@dataclass(slots=True)
class FlushCounts:
    """What the write path has done since it started; tests assert on these, not on time."""

    flushes: int = 0
    writes: int = 0
    retried_alone: int = 0
    reconnects: int = 0
    stale: int = 0


class GroupCommit:
    """Collects writes and commits them in batches, in the order they were put."""

    def __init__(
        self,
        pool: Pool,
        limits: GroupCommitLimits | None = None,
        mask: SecretMask | None = None,
    ) -> None:
        """Secrets that `mask` knows are in nothing that is committed."""
        self._pool = pool
        self.mask = mask or SecretMask()
        self._limits = limits or GroupCommitLimits()
        #: Names this process in its notifications: what it has heard from itself it need not read.
        self.origin = uuid4().hex
        self._hear: Callable[[list[StoredEvent]], None] | None = None
        self._waiting: deque[_Waiting] = deque()
        self._wake = asyncio.Event()
        self._urgent = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._closing = False
        self.counts = FlushCounts()

    async def __aenter__(self) -> Self:
        """Start the flushing task."""
        self._task = asyncio.create_task(self._flush_forever(), name="group commit")
        return self

    async def __aexit__(self, *exc: object) -> None:
        """Commit what waits, then stop."""
        self._closing = True
        self._wake.set()
        self._urgent.set()
        if self._task:
            await self._task

    def tell(self, hear: Callable[[list[StoredEvent]], None]) -> None:
        """Let a reader of this process hear of events as soon as they are committed."""
        self._hear = hear

    def put(self, write: Write, *, urgent: bool = True) -> asyncio.Future[None]:
        """Queue a write; the future is done when it is durable.

        One that is not urgent waits up to a millisecond for others to go with.
        It raises `StaleAttempt` when the run no longer holds the pen, and the database's own
        error when its data cannot be stored. Nobody has to wait for it.
        """
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(write, done))
        self._wake.set()
        if urgent:
            self._urgent.set()
        return done

    @property
    def backlog(self) -> int:
        """Writes that wait for a flush."""
        return len(self._waiting)

    async def _flush_forever(self) -> None:
        while True:
            await self._wake.wait()
            if not self._urgent.is_set():
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(_LINGER_S):
                        await self._urgent.wait()
            await self._gather()
            self._wake.clear()
            self._urgent.clear()
            taken = min(len(self._waiting), self._limits.writes_a_flush)
            if taken:
                await self._flush([self._waiting.popleft() for _ in range(taken)])
            if self._waiting:
                self._wake.set()
            if self._closing:
                if not self._waiting:
                    return
                self._urgent.set()

    async def _gather(self) -> None:
        """Let runs whose steps are about to be saved put what they have said so far."""
        if any(item.write.before for item in self._waiting):
            for _ in range(_TURNS):
                await asyncio.sleep(0)
        for before in {item.write.before for item in self._waiting if item.write.before}:
            before()

    async def _flush(self, waiting: Sequence[_Waiting]) -> None:
        self.counts.flushes += 1
        self.counts.writes += len(waiting)
        writes = [masked_write(item.write, self.mask) for item in waiting]
        batch = Batch(uuid4(), writes, self.origin)
        try:
            held = await self._commit(batch)
        except psycopg.Error as error:
            if len(waiting) == 1 or is_away(error):
                for item in waiting:
                    _settle(item.done, error)
                return
            # One of them is bad: let only its caller fail.
            for item in waiting:
                self.counts.retried_alone += 1
                await self._flush([item])
            return
        if self._hear:
            self._hear(batch.events_of(held))
        for item in waiting:
            pen = item.write.pen
            if batch.pens[pen] in held:
                _settle(item.done, None)
            else:
                self.counts.stale += 1
                _settle(item.done, StaleAttempt(str(pen.run_id), pen.attempt))

    async def _commit(self, batch: Batch) -> dict[int, int]:
        """Commit a batch; returns the pens that held, by place, and the number before each."""
        parameters = batch.parameters()
        wait_s = FIRST_RETRY_S
        unsure = False
        while True:
            try:
                async with self._pool.connection() as connection:
                    cursor = await connection.execute(
                        _SQL["commit_batch"], parameters, prepare=True
                    )
                    row = await cursor.fetchone()
                    if unsure:
                        return await _committed(connection, batch)
                    if row is None or row["held"] is None:
                        return {}
                    return dict(zip(row["held"], row["bases"], strict=True))
            except psycopg.Error as error:
                # A process that stops cannot wait for it: what it was writing is taken over.
                if self._closing or not is_away(error):
                    raise
                # The commit may have happened without its answer reaching us, or still happen.
                unsure = True
                self.counts.reconnects += 1
                logger.warning("The database is away, trying again in %.2f s: %s", wait_s, error)
                await asyncio.sleep(wait_s)
                wait_s = min(2 * wait_s, LAST_RETRY_S)


async def _committed(connection: Connection, batch: Batch) -> dict[int, int]:
    """The pens that a flush has moved, whichever of its tries did."""
    threads = [pen.thread_id for pen in batch.pens]
    cursor = await connection.execute(_SQL["flushed"], [batch.flush_id, threads])
    heads = {(row["run_id"], row["attempt"]): row["last_seq"] for row in await cursor.fetchall()}
    return {
        place: heads[pen.run_id, pen.attempt] - batch.count_of(pen)
        for pen, place in batch.pens.items()
        if (pen.run_id, pen.attempt) in heads
    }


def _settle(done: asyncio.Future[None], error: Exception | None) -> None:
    if done.done():
        return
    if error is None:
        done.set_result(None)
    else:
        done.set_exception(error)
        # Whoever put it may not be waiting; the journal of the run looks at the outcome.
        done.add_done_callback(lambda future: future.exception())
