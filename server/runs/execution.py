"""Executing runs: claim one, run its graph, and end it in its log and status at once."""

import asyncio
import logging
from uuid import UUID

from langgraph.errors import GraphDrained

from domain.errors import StaleAttempt
from domain.identity import UserContext
from domain.runs import CancelAction, ClaimedRun
from server.runs.attempts import Attempt, Engine
from server.runs.executing import Executing
from server.runs.journal import RunJournal
from storage.writes import Pen

logger = logging.getLogger(__name__)


class RunExecutor:
    """Executes runs for one worker, so many at the same time."""

    def __init__(self, engine: Engine, worker_id: UUID, concurrency: int) -> None:
        self._engine = engine
        self._worker_id = worker_id
        self._places = asyncio.Semaphore(concurrency)
        self._executing: dict[UUID, Executing] = {}
        #: Runs that this worker holds.
        self.claimed: set[UUID] = set()
        self._draining = False

    async def execute(self, run_id: UUID) -> None:
        """Run a run to its end, or until it is given back for another worker to go on with.

        One that has ended, or that another worker holds, is left alone.
        """
        async with self._places:
            if self._draining:
                return
            claimed = await self._claim(run_id)
            if claimed is None:
                return
            self.claimed.add(run_id)
            try:
                await self._execute(claimed)
            except StaleAttempt:
                logger.warning("Run %s was taken over; this attempt stops.", run_id)
            except Exception:
                # Nobody above could do more: the heartbeat sees that nobody executes it.
                logger.exception("Run %s could not be executed or ended.", run_id)
            finally:
                self.claimed.discard(run_id)
                self._executing.pop(run_id, None)

    def cancel(self, run_id: UUID, action: CancelAction) -> None:
        """Stop a run for good, if it is this worker's."""
        if executing := self._executing.get(run_id):
            executing.cancel(action)

    def drain(self) -> None:
        """Begin no more runs; those that execute give themselves back at their next step."""
        self._draining = True
        for executing in self._executing.values():
            executing.drain()

    def hand_all_back(self) -> None:
        """Stop all runs now; others go on from their last checkpoints."""
        for executing in self._executing.values():
            executing.hand_back()

    async def _claim(self, run_id: UUID) -> ClaimedRun | None:
        return await self._engine.workers.claim(run_id, self._worker_id)

    async def _execute(self, claimed: ClaimedRun) -> None:
        pen = Pen(claimed.run.thread_id, claimed.run.run_id, claimed.run.attempt)
        user = UserContext(user_id=claimed.user_id, tenant_id=claimed.tenant_id)
        journal = RunJournal(self._engine.commit, self._engine.artifacts, user, pen)
        attempt = Attempt(self._engine, claimed, pen, user, journal)
        try:
            outcome = await attempt.run(self._executing)
        except GraphDrained:
            await journal.hand_back()
        else:
            await journal.end(outcome)
