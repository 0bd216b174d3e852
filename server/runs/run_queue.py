"""The queue that carries runs to workers.

The database puts a job for a run when its turn comes (`admit_runs` in its migrations); the run's
own row says whether there is anything to do. So a job that comes twice or too late does nothing,
and one that is lost is put again.
"""

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import UUID

from procrastinate import App, PsycopgConnector, RetryStrategy
from procrastinate.job_context import JobContext
from procrastinate.jobs import DeleteJobCondition
from procrastinate.worker import Worker

from storage.database import SEARCH_PATH, queue_pool

#: Names that the database's functions use as well.
QUEUE = "runs"
_TASK = "execute_run"

#: A job whose run could not be taken, because the database was away, comes back a second later.
_COMES_BACK = RetryStrategy(max_attempts=1_000_000, wait=1)


class RunQueue:
    """Makes the worker that takes runs out of the queue."""

    def __init__(self, url: str, execute: Callable[[UUID], asyncio.Task[None]]) -> None:
        """`execute` begins to run a run, to its end or until it is given back."""
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
        #: The jobs that are executed here, by their ids.
        self.taken: set[int] = set()

        async def execute_run(context: JobContext, run_id: str) -> None:
            job_id = context.job.id
            assert job_id is not None
            self.taken.add(job_id)
            try:
                # A queue that loses its database stops its jobs; the run goes on.
                await asyncio.shield(execute(UUID(run_id)))
            finally:
                self.taken.discard(job_id)

        self.app.task(name=_TASK, queue=QUEUE, retry=_COMES_BACK, pass_context=True)(execute_run)

    def worker(self, *, concurrency: int, beat_s: float, lease_s: float) -> Worker:
        """A worker that executes this queue's runs."""
        options: dict[str, Any] = {
            "queues": None,
            "concurrency": concurrency,
            "fetch_job_polling_interval": 1.0,
            "abort_job_polling_interval": 60.0,
            # Its jobs only carry runs, which have their own way to stop.
            "shutdown_graceful_timeout": 0,
            "delete_jobs": DeleteJobCondition.ALWAYS,
            "install_signal_handlers": False,
            "update_heartbeat_interval": beat_s,
            "stalled_worker_timeout": lease_s,
        }
        return Worker(self.app, **options)
