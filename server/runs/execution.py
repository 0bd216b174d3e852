"""Executing runs: claim one, run its graph, and end it in its log and status at once."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from langgraph.errors import GraphDrained

from domain.errors import StaleAttempt
from domain.identity import UserContext
from domain.runs import CancelAction, ClaimedRun
from server.runs.attempts import Attempt, Engine
from server.runs.executing import Executing
from server.runs.journal import RunJournal
from storage.database import retried
from storage.writes import Pen

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class _Held:
    """A run that this worker holds: it executes, or is about to."""

    executing: Executing | None = None
    #: What shall happen to it once it executes.
    asked: list[Callable[[Executing], None]] = field(
        default_factory=list[Callable[[Executing], None]]
    )

    def ask(self, what: Callable[[Executing], None]) -> None:
        """Do this to it, now or as soon as it executes."""
        if self.executing:
            what(self.executing)
        else:
            self.asked.append(what)

    def begin(self, executing: Executing) -> None:
        """It executes from now on."""
        self.executing = executing
        for what in self.asked:
            what(executing)


class RunExecutor:
    """Executes runs for one worker, so many at the same time."""

    def __init__(self, engine: Engine, worker_id: UUID, concurrency: int) -> None:
        self._engine = engine
        self._worker_id = worker_id
        self._places = asyncio.Semaphore(concurrency)
        self._held: dict[UUID, _Held] = {}
        self._draining = False

    @property
    def held(self) -> frozenset[UUID]:
        """The runs that this worker holds."""
        return frozenset(self._held)

    async def execute(self, run_id: UUID) -> None:
        """Run a run to its end, or until it is given back for another worker to go on with.

        One that has ended, or that another worker holds, is left alone.
        """
        async with self._places:
            if self._draining:
                return
            try:
                claimed = await retried(lambda: self._engine.workers.claim(run_id, self._worker_id))
                if claimed:
                    await self._hold(claimed)
            except StaleAttempt:
                logger.warning("Run %s was taken over; this attempt stops.", run_id)
            except Exception:
                # Nobody above could do more: the heartbeat sees that nobody executes it.
                logger.exception("Run %s could not be executed or ended.", run_id)

    def cancel(self, run_id: UUID, action: CancelAction) -> None:
        """Stop a run for good, if it is this worker's."""
        if held := self._held.get(run_id):
            held.ask(lambda executing: executing.cancel(action))

    def drain(self) -> None:
        """Begin no more runs; those that execute give themselves back at their next step."""
        self._draining = True
        for held in self._held.values():
            held.ask(Executing.drain)

    def hand_all_back(self) -> None:
        """Stop all runs now; others go on from their last checkpoints."""
        for held in self._held.values():
            held.ask(Executing.hand_back)

    async def _hold(self, claimed: ClaimedRun) -> None:
        run = claimed.run
        held = self._held[run.run_id] = _Held()
        if self._draining:
            held.ask(Executing.drain)
        try:
            await self._execute(claimed, held)
        finally:
            # An attempt that was held for lost may end after this worker has begun the next one.
            if self._held.get(run.run_id) is held:
                del self._held[run.run_id]

    async def _execute(self, claimed: ClaimedRun, held: _Held) -> None:
        pen = Pen(claimed.run.thread_id, claimed.run.run_id, claimed.run.attempt)
        user = UserContext(user_id=claimed.user_id, tenant_id=claimed.tenant_id)
        journal = RunJournal(self._engine.commit, self._engine.artifacts, user, pen)
        attempt = Attempt(self._engine, claimed, pen, user, journal)
        try:
            outcome = await attempt.run(held.begin)
        except GraphDrained:
            await journal.hand_back()
        else:
            await journal.end(outcome)
