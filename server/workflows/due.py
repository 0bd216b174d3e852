"""The clock of what workflows wait for: moments, reminders, escalations, expiries, late pauses.

Every process has one. What is due is in the database, and whoever holds a thread's pen does it, so
several of them do nothing twice, and one that dies leaves it to the others.
"""

import asyncio
import logging
import math
from contextlib import suppress
from typing import Final

from domain.errors import GoldenpathError
from server.workflows.waiting import WaitingWorkflows
from storage.database import Database, DatabaseError
from storage.notifications import Listener
from storage.waits import DueThing, DueThings

logger = logging.getLogger(__name__)

DUE_CHANNEL: Final = "goldenpath_due"

#: Moments are kept to about a second; what was not heard is found at the latest after the other.
_LEAST_S, _LONGEST_S = 1.0, 60.0
#: So much of each kind at a time.
_BATCH: Final = 500


class DueTicker:
    """Does what is due when it is due."""

    def __init__(self, database: Database, waiting: WaitingWorkflows, listener: Listener) -> None:
        self._things = DueThings(database)
        self._waiting = waiting
        #: By the loop's clock.
        self._looks_at = -math.inf
        self._moved = asyncio.Event()
        listener.on(DUE_CHANNEL, self._heard, lambda: self._look_in(0.0))

    async def run(self) -> None:
        """Do what is due, until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            self._moved.clear()
            if self._looks_at > loop.time():
                with suppress(TimeoutError):
                    async with asyncio.timeout_at(self._looks_at):
                        await self._moved.wait()
                continue
            # Before the look: what is heard meanwhile counts.
            self._looks_at = loop.time() + _LONGEST_S
            try:
                next_s = await self.look()
            except DatabaseError as error:
                logger.warning("What is due is looked for again in a moment: %s", error)
                next_s = _LEAST_S
            self._look_in(max(next_s, _LEAST_S))

    async def look(self) -> float:
        """Do what is due; in how many seconds to look again."""
        things = await self._things.due(_BATCH)
        done = [await self._look_after(thing) for thing in things]
        if not all(done) or len(things) >= _BATCH:
            return _LEAST_S
        next_s = await self._things.next_s()
        return _LONGEST_S if next_s is None else next_s

    async def _look_after(self, thing: DueThing) -> bool:
        try:
            return await self._waiting.look_after(thing)
        except GoldenpathError as error:
            # Its thread went, or went on, this very moment.
            logger.info("What was due of the thread %s is not: %s", thing.thread_id, error)
            return False

    def _heard(self, seconds: str) -> None:
        self._look_in(max(float(seconds), 0.0))

    def _look_in(self, seconds: float) -> None:
        looks_at = asyncio.get_running_loop().time() + seconds
        if looks_at < self._looks_at:
            self._looks_at = looks_at
            self._moved.set()
