"""Runs that are to stop once whoever started them has left, and does not come back."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from uuid import UUID

from domain.errors import Conflict, NotFound
from domain.identity import UserContext
from server.runs.manager import RunManager
from storage.database import DatabaseError
from storage.notifications import Listener
from storage.runs import RunRepository

logger = logging.getLogger(__name__)

RETURNED_CHANNEL = "goldenpath_returned"

#: How long a client may take to come back, seconds: LangGraph's own first tries after 1.25.
_GRACE_S = 3.0


@dataclass(frozen=True, slots=True)
class _Departure:
    user: UserContext
    #: By the loop's clock.
    stops_at: float


class Departures:
    """Knows on which clients runs depend: waits a moment for each that left, then stops its run.

    Once somebody else reads a run too, it no longer depends on the one who started it: a client
    that lost its connection is back before the loss is noticed, sometimes.
    """

    def __init__(
        self,
        manager: RunManager,
        runs: RunRepository,
        listener: Listener,
        grace_s: float = _GRACE_S,
    ) -> None:
        self._manager = manager
        self._runs = runs
        self._grace_s = grace_s
        self._dependent: set[UUID] = set()
        self._left: dict[UUID, _Departure] = {}
        self._changed = asyncio.Event()
        listener.on(RETURNED_CHANNEL, self._heard, lambda: None)

    async def followed(self, run_id: UUID, content: AsyncGenerator[bytes]) -> AsyncGenerator[bytes]:
        """The same content; while a client gets it, the run depends on that client."""
        self._dependent.add(run_id)
        async with aclosing(content):
            async for part in content:
                yield part
        # Not when it breaks off: then `left` decides.
        self._dependent.discard(run_id)

    def left(self, user: UserContext, run_id: UUID) -> None:
        """A client has gone before the end of what it got."""
        if run_id in self._dependent:
            stops_at = asyncio.get_running_loop().time() + self._grace_s
            self._left[run_id] = _Departure(user, stops_at)
            self._changed.set()

    async def returned(self, run_id: UUID) -> None:
        """Somebody reads the run, here: whichever process it depends on shall hear of it."""
        self._heard(str(run_id))
        await self._runs.tell_of_return(RETURNED_CHANNEL, run_id)

    async def run(self) -> None:
        """Stop the runs whose clients stay away, until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            self._changed.clear()
            due = min((it.stops_at for it in self._left.values()), default=None)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout_at(due):
                    await self._changed.wait()
            for run_id, departure in list(self._left.items()):
                if departure.stops_at <= loop.time():
                    del self._left[run_id]
                    self._dependent.discard(run_id)
                    await self._stop(departure.user, run_id)

    async def _stop(self, user: UserContext, run_id: UUID) -> None:
        try:
            await self._manager.cancel(user, run_id)
        except (Conflict, NotFound):
            # It has ended by itself.
            return
        except DatabaseError as error:
            logger.warning("Run %s could not be stopped, trying again: %s", run_id, error)
            self._dependent.add(run_id)
            self.left(user, run_id)

    def _heard(self, run_id: str) -> None:
        self._left.pop(UUID(run_id), None)
        self._dependent.discard(UUID(run_id))
