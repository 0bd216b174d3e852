"""The threads that one connection follows."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import aclosing
from typing import Final
from uuid import UUID

from domain.events import StoredEvent, is_stream_part
from server.runs.feed import Feed
from server.websocket.failures import Refused
from server.websocket.outbox import Outbox
from server.websocket.tasks import end
from storage.database import DATABASE_AWAY

logger = logging.getLogger(__name__)

#: Threads that one connection may follow.
MOST: Final = 100

#: How long to wait for a database that does not answer, seconds.
_AGAIN_S: Final = 1.0


def _goes_on(event: StoredEvent) -> bool:
    return False


class Subscriptions:
    """A task for each followed thread. While the peer is slow they wait, and then read on."""

    def __init__(
        self,
        tasks: asyncio.TaskGroup,
        feed: Feed,
        outbox: Outbox,
        is_last: Callable[[StoredEvent], bool] = _goes_on,
    ) -> None:
        """`tasks` owns the tasks; behind an event that `is_last` a thread is followed no more."""
        self._is_last = is_last
        self._group = tasks
        self._feed = feed
        self._outbox = outbox
        self._following: dict[UUID, asyncio.Task[None]] = {}

    def __len__(self) -> int:
        """How many threads are followed."""
        return len(self._following)

    def __contains__(self, thread_id: UUID) -> bool:
        """Whether a thread is followed."""
        return thread_id in self._following

    def require_room(self, thread_id: UUID) -> None:
        """Raise `Refused` when following this thread would be too much."""
        if len(self._following) >= MOST and thread_id not in self._following:
            raise Refused(
                "too_many_subscriptions",
                f"This connection follows {MOST} threads already. Unsubscribe from one, or open "
                "another connection.",
            )

    def start(self, thread_id: UUID, after: int) -> None:
        """Follow a thread behind a number; changes nothing when it is followed already."""
        if thread_id not in self._following:
            sending = self._group.create_task(
                self._send(thread_id, after), name=f"subscription to {thread_id}"
            )
            self._following[thread_id] = sending

    async def stop(self, thread_id: UUID) -> bool:
        """Nothing more of a thread is put from here on; returns whether it was followed."""
        sending = self._following.pop(thread_id, None)
        if sending is None:
            return False
        await end(sending)
        return True

    async def stop_all(self) -> None:
        """Follow nothing any more."""
        following, self._following = self._following, {}
        await end(*following.values())

    async def _send(self, thread_id: UUID, after: int) -> None:
        position = after
        while True:
            try:
                async with aclosing(self._feed.follow(thread_id, position)) as batches:
                    async for events in batches:
                        for event in events:
                            if not is_stream_part(event.type):
                                await self._outbox.put(event.json())
                            position = event.seq
                            if self._is_last(event):
                                self._following.pop(thread_id, None)
                                return
                break
            except DATABASE_AWAY as error:
                logger.warning("The log could not be read, looking again: %s", error)
            await asyncio.sleep(_AGAIN_S)
        # A thread's feed ends only with the thread.
        self._following.pop(thread_id, None)
        await self._outbox.put_json({"type": "unsubscribed", "thread_id": str(thread_id)})
