"""A worker: takes runs from the queue, keeps its lease, and takes over what others left."""

import asyncio
import contextlib
import logging
import os
import socket
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

import psutil
from procrastinate.exceptions import ProcrastinateException

from server.runs.execution import Engine, RunExecutor
from server.runs.run_queue import RunQueue
from storage.database import DatabaseError
from storage.notifications import Listener
from storage.workers import OtherWorker

logger = logging.getLogger(__name__)

CANCEL_CHANNEL = "goldenpath_cancel"


@dataclass(frozen=True, slots=True)
class WorkerLimits:
    """How a worker beats and how much it takes."""

    concurrency: int
    beat_s: float
    lease_s: float
    drain_s: float


class Worker:
    """Executes runs until it is stopped."""

    def __init__(self, url: str, engine: Engine, listener: Listener, limits: WorkerLimits) -> None:
        self.worker_id = uuid4()
        self._engine = engine
        self._limits = limits
        self._executor = RunExecutor(engine, self.worker_id)
        self._queue = RunQueue(url, self._executor.execute)
        self._stopping = asyncio.Event()
        self.ready = asyncio.Event()
        listener.on(CANCEL_CHANNEL, lambda run_id: self.cancel(UUID(run_id)), lambda: None)

    def cancel(self, run_id: UUID) -> None:
        """Stop a run, if it is this worker's."""
        if executing := self._executor.executing.get(run_id):
            executing.cancel()

    async def run(self) -> None:
        """Take over what dead processes of this machine left, then take runs until stopped."""
        workers = self._engine.workers
        await workers.register_worker(_this_process(self.worker_id))
        async with self._queue.app.open_async():
            await self._take_over_predecessors()
            async with asyncio.TaskGroup() as tasks:
                beating = tasks.create_task(self._beat_forever(), name="worker heartbeat")
                await self._work()
                beating.cancel()
        await workers.forget_worker(self.worker_id)

    def stop(self) -> None:
        """Take no more runs; those that execute are given back at their next step."""
        self._stopping.set()

    async def _work(self) -> None:
        limits = self._limits
        while not self._stopping.is_set():
            worker = self._queue.worker(
                concurrency=limits.concurrency,
                beat_s=limits.beat_s,
                lease_s=limits.lease_s,
                # What drains has its own limit; this only waits for it to write its last word.
                stop_s=limits.drain_s + limits.lease_s,
            )
            try:
                async with asyncio.TaskGroup() as tasks:
                    working = tasks.create_task(worker.run(), name="queue worker")
                    stopping = tasks.create_task(self._stopping.wait(), name="worker stop")
                    self.ready.set()
                    await asyncio.wait((working, stopping), return_when=asyncio.FIRST_COMPLETED)
                    stopping.cancel()
                    worker.stop()
                    if not working.done():
                        await self._drain()
            except* (DatabaseError, ProcrastinateException) as errors:
                logger.warning("The queue is away, trying again: %s", errors.exceptions[0])
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._stopping.wait(), limits.beat_s)

    async def _drain(self) -> None:
        """Ask all runs to stop between steps, and those that do not in time to stop now."""
        executing = self._executor.executing
        for run in list(executing.values()):
            run.drain()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._executor.idle.wait(), self._limits.drain_s)
        for run in list(executing.values()):
            run.hand_back()

    async def _beat_forever(self) -> None:
        limits = self._limits
        loop = asyncio.get_running_loop()
        last_beat = loop.time()
        while True:
            await asyncio.sleep(limits.beat_s)
            try:
                for run_id in await self._engine.workers.beat(self.worker_id):
                    self.cancel(run_id)
                last_beat = loop.time()
                await self._queue.hand_on_stalled(limits.lease_s)
            except (DatabaseError, ProcrastinateException) as error:
                logger.warning("The lease could not be renewed: %s", error)
            if loop.time() - last_beat > limits.lease_s - limits.beat_s:
                # Others will take its runs over any moment: stop them before that.
                for run in list(self._executor.executing.values()):
                    run.hand_back()

    async def _take_over_predecessors(self) -> None:
        """Hand on the runs of processes of this machine that are gone, without waiting a lease."""
        workers = self._engine.workers
        here = _machine()
        gone = [
            other.worker_id
            for other in await workers.other_workers(self.worker_id)
            if (other.machine == here and not _is_alive(other))
            or other.silent_s > self._limits.lease_s
        ]
        for orphan in await workers.orphans(gone):
            if await self._queue.hand_on(orphan.job_id):
                logger.warning("Run %s goes on: its process is gone.", orphan.run_id)
        await workers.forget_workers(gone)


def _this_process(worker_id: UUID) -> OtherWorker:
    process = psutil.Process()
    return OtherWorker(worker_id, _machine(), process.pid, process.create_time(), 0.0)


def _is_alive(worker: OtherWorker) -> bool:
    # A process id is used again: only the same start makes it the same process. psutil's start
    # times of one process differ by clock rounding.
    try:
        started_at = psutil.Process(worker.process_id).create_time()
    except psutil.NoSuchProcess:
        return False
    return abs(started_at - worker.process_started_at) < 1.0


def _machine() -> str:
    """This machine and process namespace: where a process id means the same process."""
    boot = Path("/proc/sys/kernel/random/boot_id")
    if not boot.exists():
        return socket.gethostname()
    return f"{boot.read_text().strip()}/{os.readlink('/proc/self/ns/pid')}"
