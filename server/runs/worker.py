"""A worker: takes runs from the queue, keeps its lease, and takes over what others left."""

import asyncio
import contextlib
import logging
from dataclasses import dataclass
from uuid import UUID, uuid4

from procrastinate.exceptions import ProcrastinateException
from procrastinate.worker import Worker as QueueWorker

from server.runs.attempts import Engine
from server.runs.execution import RunExecutor
from server.runs.processes import is_alive, this_process
from server.runs.run_queue import RunQueue
from storage.database import DatabaseError, retried
from storage.notifications import Listener

logger = logging.getLogger(__name__)

CANCEL_CHANNEL = "goldenpath_cancel"
#: Which worker gets the place of a run that has ended for which run.
PLACE_CHANNEL = "goldenpath_place"

#: How soon a worker that lost the queue's database asks for it again.
_QUEUE_RETRY_S = 0.5


@dataclass(frozen=True, slots=True)
class WorkerLimits:
    """How a worker beats and how much it takes."""

    #: Runs at the same time.
    concurrency: int
    #: How many of those places are for runs that this process accepts; the others are the queue's.
    offered: int
    beat_s: float
    lease_s: float
    drain_s: float


class Worker:
    """Executes runs until it is stopped."""

    def __init__(self, url: str, engine: Engine, listener: Listener, limits: WorkerLimits) -> None:
        self.worker_id = uuid4()
        self._engine = engine
        self._limits = limits
        self._executor = RunExecutor(engine, self.worker_id, limits.concurrency)
        self._tasks: asyncio.TaskGroup | None = None
        self._running: set[asyncio.Task[None]] = set()
        #: Those of them that did not come by the queue.
        self._accepted: set[asyncio.Task[None]] = set()
        self._queue = RunQueue(url, self._begin)
        self._queue_worker: QueueWorker | None = None
        self._stopping = asyncio.Event()
        #: By the loop's clock.
        self._stopped_at = 0.0
        self._soon = asyncio.Event()
        self.ready = asyncio.Event()
        listener.on(CANCEL_CHANNEL, self._told_to_cancel, self._soon.set)
        # One that is missed has a lost job, which the beat finds.
        listener.on(PLACE_CHANNEL, self._told_of_place, self._soon.set)
        #: What the last beat found and could not explain; a second time it is lost.
        self._strange_runs: frozenset[UUID] = frozenset()
        self._strange_jobs: frozenset[int] = frozenset()

    async def run(self) -> None:
        """Take over what dead processes of this machine left, then take runs until stopped."""
        workers = self._engine.workers
        await retried(lambda: workers.register_worker(this_process(self.worker_id)))
        async with self._queue.app.open_async():
            await retried(self._forget_the_dead)
            await retried(lambda: workers.keep_moving(self._limits.lease_s))
            async with asyncio.TaskGroup() as tasks:
                beating = tasks.create_task(self._beat_forever(), name="worker heartbeat")
                async with asyncio.TaskGroup() as self._tasks:
                    await self._work()
                    await self._drain()
                beating.cancel()
        try:
            # Without its row its runs, if it could not give them back, are free at once.
            await workers.forget_workers([self.worker_id])
        except DatabaseError as error:
            logger.warning("This worker's lease runs out by itself: %s", error)

    def stop(self) -> None:
        """Take no more runs; those that execute are given back at their next step."""
        self._stopped_at = asyncio.get_running_loop().time()
        self._stopping.set()

    def offer(self, *, in_background: bool = False) -> UUID | None:
        """This worker's id if it would begin a run at once: it has a place for it.

        Runs in the background leave half of these places to those that somebody waits for.
        """
        places = self._limits.offered // 2 if in_background else self._limits.offered
        is_open = self.ready.is_set() and not self._stopping.is_set()
        return self.worker_id if is_open and len(self._accepted) < places else None

    def begin(self, run_id: UUID) -> None:
        """Begin a run that was accepted with this worker's offer, if its turn is now.

        Should this worker be stopping by now, the run gets a job like one whose job was lost.
        """
        if not self._stopping.is_set():
            task = self._begin(run_id)
            self._accepted.add(task)
            task.add_done_callback(self._accepted.discard)

    def _begin(self, run_id: UUID) -> asyncio.Task[None]:
        assert self._tasks
        task = self._tasks.create_task(self._executor.execute(run_id), name=f"run {run_id}")
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    def _told_of_place(self, payload: str) -> None:
        worker_id, _, run_id = payload.partition(",")
        if UUID(worker_id) != self.worker_id or self._tasks is None:
            return
        if self._stopping.is_set():
            self._tasks.create_task(self._decline(UUID(run_id)), name=f"declined run {run_id}")
        else:
            self.begin(UUID(run_id))

    async def _decline(self, run_id: UUID) -> None:
        """Let the queue carry a run to another worker."""
        await retried(lambda: self._engine.workers.decline(run_id, self.worker_id))

    def _told_to_cancel(self, payload: str) -> None:
        run_id, _, action = payload.partition(",")
        self._executor.cancel(UUID(run_id), "rollback" if action == "rollback" else "interrupt")

    async def _work(self) -> None:
        """Let the queue bring runs, until stopped."""
        while not self._stopping.is_set():
            try:
                await self._take_runs()
            except* (DatabaseError, ProcrastinateException) as errors:
                logger.warning("The queue is away, trying again: %s", errors.exceptions[0])
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_QUEUE_RETRY_S):
                    await self._stopping.wait()

    async def _take_runs(self) -> None:
        """Take runs until stopped, or until the queue's worker gives up."""
        limits = self._limits
        worker = self._queue_worker = self._queue.worker(
            concurrency=limits.concurrency - limits.offered,
            beat_s=limits.beat_s,
            lease_s=limits.lease_s,
        )
        async with asyncio.TaskGroup() as tasks:
            working = tasks.create_task(worker.run(), name="queue worker")
            stopping = tasks.create_task(self._stopping.wait(), name="worker stop")
            self.ready.set()
            await asyncio.wait((working, stopping), return_when=asyncio.FIRST_COMPLETED)
            stopping.cancel()
            worker.stop()
            if self._stopping.is_set():
                # Not only when the queue has let go, which takes a while if its database is away.
                self._executor.drain()

    async def _drain(self) -> None:
        """Ask all runs to stop between steps, and those that do not in time to stop now."""
        for until, stop in (
            (self._stopped_at + self._limits.drain_s, self._executor.drain),
            (
                self._stopped_at + self._limits.drain_s + self._limits.lease_s,
                self._executor.hand_all_back,
            ),
        ):
            stop()
            left_s = until - asyncio.get_running_loop().time()
            if self._running and left_s > 0:
                await asyncio.wait(set(self._running), timeout=left_s)
        # The database is away, or a graph swallows its cancellation.
        for task in self._running:
            task.cancel()

    async def _beat_forever(self) -> None:
        limits = self._limits
        loop = asyncio.get_running_loop()
        last_beat = loop.time()
        wait_s = limits.beat_s
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    await self._soon.wait()
            self._soon.clear()
            began = loop.time()
            wait_s = limits.beat_s
            try:
                async with asyncio.timeout(limits.beat_s):
                    await self._beat()
                    last_beat = began
                    due_s = await self._engine.workers.keep_moving(limits.lease_s)
                    if due_s is not None:
                        wait_s = min(wait_s, max(due_s, 0.0))
            except (DatabaseError, TimeoutError) as error:
                logger.warning("The lease could not be renewed: %r", error)
            if loop.time() - last_beat > limits.lease_s - limits.beat_s:
                # Others will take its runs over any moment: stop them before that.
                self._executor.hand_all_back()

    async def _beat(self) -> None:
        """Renew the lease, stop what shall stop, and let go of what nobody executes."""
        workers = self._engine.workers
        lease = await workers.beat(self.worker_id, self._limits.lease_s)
        if lease is None:
            # It was held for lost (the machine slept, say): its runs are others' now.
            logger.warning("This worker was held for lost; its runs were taken back.")
            self._executor.hand_all_back()
            await workers.register_worker(this_process(self.worker_id))
            return
        for run_id, action in lease.cancelled.items():
            self._executor.cancel(run_id, action)
        strange = lease.runs - self._executor.held
        if lost := strange & self._strange_runs:
            logger.error("Runs that nobody executes are put again: %s", sorted(map(str, lost)))
            await workers.take_back(self.worker_id, list(lost))
        self._strange_runs = strange
        await self._look_after_jobs()
        await self._forget_the_dead()

    async def _look_after_jobs(self) -> None:
        """Drop jobs whose end could not be told to the queue."""
        if self._queue_worker is None or self._queue_worker.worker_id is None:
            return
        jobs = await self._engine.workers.jobs_of(self._queue_worker.worker_id)
        strange = jobs - self._queue.taken
        if lost := strange & self._strange_jobs:
            await self._engine.workers.drop_jobs(list(lost))
        self._strange_jobs = strange

    async def _forget_the_dead(self) -> None:
        """Let the runs of this machine's dead processes go on, without waiting for their leases."""
        workers, me = self._engine.workers, this_process(self.worker_id)
        gone = [
            other.worker_id
            for other in await workers.other_workers(self.worker_id)
            if other.machine == me.machine and not is_alive(other)
        ]
        if gone:
            logger.warning("%d workers of this machine are gone; their runs go on.", len(gone))
            await workers.forget_workers(gone)
