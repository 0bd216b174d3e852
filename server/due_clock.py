"""A clock for what is due: it looks when the next of it comes, when somebody says so, and at times.

What is due is in the database; the clock only says when to look there.
"""

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from storage.database import DatabaseError

logger = logging.getLogger(__name__)

#: Does what is due; in how many seconds to look again, None when nothing is known to come.
Look = Callable[[], Awaitable[float | None]]


@dataclass(frozen=True, slots=True)
class Pace:
    """How often to look, seconds."""

    #: Not sooner after a look, whatever comes; somebody's word counts at once.
    least_s: float = 1.0
    #: At the latest: a word may have been lost, and clocks jump.
    longest_s: float = 60.0
    #: After a failure of the database.
    again_s: float = 1.0


class DueClock:
    """Looks for what is due, for one kind of it."""

    def __init__(self, what: str, look: Look, pace: Pace | None = None) -> None:
        """`what` names the kind in the log."""
        self._what = what
        self._look = look
        self._pace = pace or Pace()
        #: By the loop's clock.
        self._looks_at = -math.inf
        self._moved = asyncio.Event()

    def look_in(self, seconds: float) -> None:
        """Look after so long, unless that happens sooner."""
        looks_at = asyncio.get_running_loop().time() + max(seconds, 0.0)
        if looks_at < self._looks_at:
            self._looks_at = looks_at
            self._moved.set()

    async def run(self) -> None:
        """Look whenever it is time, until cancelled."""
        loop, pace = asyncio.get_running_loop(), self._pace
        while True:
            self._moved.clear()
            if self._looks_at > loop.time():
                with suppress(TimeoutError):
                    async with asyncio.timeout_at(self._looks_at):
                        await self._moved.wait()
                continue
            # Before the look: what is heard meanwhile counts.
            self._looks_at = loop.time() + pace.longest_s
            try:
                next_s = await self._look()
            except DatabaseError as error:
                logger.warning("%s: looked for again in a moment: %s", self._what, error)
                next_s = pace.again_s
            if next_s is not None:
                self.look_in(max(next_s, pace.least_s))
