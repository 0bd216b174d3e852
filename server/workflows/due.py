"""The clock of what workflows wait for: moments, reminders, escalations, expiries, late pauses.

Every process has one. What is due is in the database, and whoever holds a thread's pen does it, so
several of them do nothing twice, and one that dies leaves it to the others.
"""

import logging
from typing import Final

from domain.errors import GoldenpathError
from server.due_clock import DueClock
from server.workflows.waiting import WaitingWorkflows
from storage.database import Database, DatabaseError, is_away
from storage.notifications import Listener
from storage.waits import DueThing, DueThings

logger = logging.getLogger(__name__)

DUE_CHANNEL: Final = "goldenpath_due"

#: So much of each kind at a time.
_BATCH: Final = 500
#: What could not be done yet is looked at again after so long.
_AGAIN_S: Final = 1.0


class DueTicker:
    """Does what is due when it is due."""

    def __init__(self, database: Database, waiting: WaitingWorkflows, listener: Listener) -> None:
        self._things = DueThings(database)
        self._waiting = waiting
        clock = self._clock = DueClock("What is due", self.look)
        listener.on(DUE_CHANNEL, lambda s: clock.look_in(float(s)), lambda: clock.look_in(0.0))

    async def run(self) -> None:
        """Do what is due, until cancelled."""
        await self._clock.run()

    async def look(self) -> float | None:
        """Do what is due; in how many seconds to look again, None when nothing is known to come."""
        things = await self._things.due(_BATCH)
        done = [await self._look_after(thing) for thing in things]
        if not all(done) or len(things) >= _BATCH:
            return _AGAIN_S
        return await self._things.next_s()

    async def _look_after(self, thing: DueThing) -> bool:
        try:
            return await self._waiting.look_after(thing)
        except GoldenpathError as error:
            # Its thread went, or went on, this very moment.
            logger.info("What was due of the thread %s is not: %s", thing.thread_id, error)
            return False
        except DatabaseError as error:
            if is_away(error):
                raise
            # It must not keep what is due after it.
            logger.warning("What is due of the thread %s failed: %s", thing.thread_id, error)
            return False
