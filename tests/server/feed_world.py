"""A process that feeds readers, another that writes too, and readers that note what they get."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, cast
from uuid import UUID, uuid4

from domain.events import StoredEvent
from server.runs.feed import Feed
from storage.database import Database
from storage.group_commit import GroupCommit
from storage.notifications import Listener
from storage.run_events import EventLog
from storage.writes import Pen, Write

#: Nothing here takes long; what waits longer than this is stuck.
DEADLINE_S = 20


class CountedEvents(EventLog):
    """The log, counting how often it is asked."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.pages = 0
        self.refreshes = 0

    async def after(self, thread_id: UUID, after: int, limit: int) -> list[StoredEvent]:
        self.pages += 1
        return await super().after(thread_id, after, limit)

    async def after_many(
        self, cursors: Mapping[UUID, int], limit: int
    ) -> dict[UUID, list[StoredEvent] | None]:
        self.refreshes += 1
        return await super().after_many(cursors, limit)


class Reader:
    """Follows one thread from a cursor and notes what it gets."""

    def __init__(self, feed: Feed, thread_id: UUID, after: int) -> None:
        self._feed = feed
        self._thread_id = thread_id
        self.after = after
        self.got: list[StoredEvent] = []
        self._more = asyncio.Condition()
        self._task = asyncio.create_task(self._read(), name="reader")

    @property
    def position(self) -> int:
        return self.got[-1].seq if self.got else self.after

    async def _read(self) -> None:
        batches = cast(Any, self._feed.follow(self._thread_id, self.after))
        async with aclosing(batches):
            async for events in batches:
                async with self._more:
                    self.got += events
                    self._more.notify_all()

    async def reaches(self, seq: int) -> None:
        async with asyncio.timeout(DEADLINE_S), self._more:
            await self._more.wait_for(lambda: self.position >= seq)

    async def leave(self) -> None:
        # Again and again, as anyio does for a client that is gone: in Python 3.11 the pool's
        # `wait_for` may lose a cancellation.
        async with asyncio.timeout(DEADLINE_S):
            while not self._task.done():
                self._task.cancel()
                await asyncio.wait([self._task], timeout=0.05)

    @property
    def numbers(self) -> list[int]:
        return [event.seq for event in self.got]

    @property
    def rest(self) -> list[int]:
        """What it had to get so far."""
        return list(range(self.after + 1, self.position + 1))


@dataclass(slots=True)
class World:
    """A process with a feed, and another process that writes as well."""

    database: Database
    events: CountedEvents
    feed: Feed
    own: GroupCommit
    other: GroupCommit
    readers: list[Reader] = field(default_factory=list)

    def join(self, pen: Pen, after: int = 0) -> Reader:
        self.readers.append(Reader(self.feed, pen.thread_id, after))
        return self.readers[-1]

    async def write(self, pen: Pen, count: int = 1, *, by_other: bool = False) -> None:
        commit = self.other if by_other else self.own
        await asyncio.gather(*(commit.put(a_write(pen)) for _ in range(count)))

    async def cut_listener(self) -> None:
        async with self.database.runs.connection() as connection:
            await connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE query LIKE 'LISTEN%%' AND datname = current_database()",
                [],
            )


def a_write(pen: Pen) -> Write:
    return Write(pen, events=[("agent_thinking", f'{{"text":"{uuid4()}"}}')])


@asynccontextmanager
async def running_world(url: str) -> AsyncIterator[World]:
    async with (
        Database(url) as database,
        GroupCommit(database.runs) as own,
        GroupCommit(database.runs) as other,
        asyncio.TaskGroup() as tasks,
    ):
        listener, events = Listener(url), CountedEvents(database)
        world = World(database, events, Feed(events, listener, own), own, other)
        side = [tasks.create_task(listener.run()), tasks.create_task(world.feed.run())]
        await asyncio.wait_for(listener.connected.wait(), DEADLINE_S)
        try:
            yield world
        finally:
            for reader in world.readers:
                await reader.leave()
            for task in side:
                task.cancel()
