"""The queue of runs: one job a run, written in the transaction that writes the run."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from procrastinate import App, PsycopgConnector, RetryStrategy
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import DeleteJobCondition
from procrastinate.worker import Worker

from storage.database import SEARCH_PATH, Connection, queue_pool

QUEUE = "runs"
_TASK = "execute_run"

#: In the past by anybody's clock: a job handed back is ready at once.
_AT_ONCE = datetime(2000, 1, 1, tzinfo=UTC)

#: A job is one run's execution; it comes back to the queue until its run has ended.
_COMES_BACK = RetryStrategy(max_attempts=1_000_000, wait=0)


class RunQueue:
    """Puts runs into the queue, and makes the worker that takes them out."""

    def __init__(self, url: str, execute: Callable[[UUID], Awaitable[None]] | None = None) -> None:
        """`execute` runs one run to its end; without it this process only puts."""
        # What the queue itself writes may be lost in a crash of the server: the job is then taken
        # again, and the run's own row says whether there is anything left to do.
        options = f"-c search_path={SEARCH_PATH} -c synchronous_commit=off"
        connector = PsycopgConnector(
            pool_factory=queue_pool,
            conninfo=url,
            min_size=1,
            max_size=4,
            kwargs={"options": options, "application_name": "goldenpath queue"},
        )
        self.app = App(connector=connector)

        async def execute_run(run_id: str) -> None:
            if execute is None:
                raise LookupError("This process puts runs into the queue and executes none.")
            await execute(UUID(run_id))

        self._task = self.app.task(name=_TASK, queue=QUEUE, retry=_COMES_BACK)(execute_run)

    async def put(self, connection: Connection, run_id: UUID, thread_id: UUID) -> int:
        """Queue a run in the caller's transaction; returns the job's id.

        Jobs of one thread execute one after the other, in the order they were put.
        """
        deferrer = self._task.configure(lock=str(thread_id), connection=connection)
        return await deferrer.defer_async(run_id=str(run_id))

    async def drop(self, connection: Connection, job_id: int) -> None:
        """Take a job that has not been taken out of the queue, in the caller's transaction."""
        await self.app.job_manager.cancel_job_by_id_async(
            job_id, delete_job=True, connection=connection
        )

    async def hand_on(self, job_id: int) -> bool:
        """Make a job whose worker is gone ready for another; False when nobody executes it."""
        try:
            await self.app.job_manager.retry_job_by_id_async(job_id, retry_at=_AT_ONCE)
        except ConnectorException:
            return False
        return True

    async def hand_on_stalled(self, lease_s: float) -> int:
        """Make all jobs of workers that stopped beating ready for others; returns how many."""
        stalled = await self.app.job_manager.get_stalled_jobs(
            queue=QUEUE, seconds_since_heartbeat=lease_s
        )
        handed_on = [await self.hand_on(job.id) for job in stalled if job.id is not None]
        return sum(handed_on)

    def worker(self, *, concurrency: int, beat_s: float, lease_s: float, stop_s: float) -> Worker:
        """A worker that executes this queue's runs."""
        options: dict[str, Any] = {
            "queues": None,
            "concurrency": concurrency,
            "fetch_job_polling_interval": 1.0,
            "abort_job_polling_interval": 60.0,
            "shutdown_graceful_timeout": stop_s,
            "delete_jobs": DeleteJobCondition.ALWAYS,
            "install_signal_handlers": False,
            "update_heartbeat_interval": beat_s,
            "stalled_worker_timeout": lease_s,
        }
        return Worker(self.app, **options)
