"""Workers: who executes runs, and what becomes of the runs of those that are gone.

The engine's own business, across all users: nothing here answers a request.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from domain.runs import CancelAction, ClaimedRun
from storage.database import Database
from storage.runs import run_of
from storage.sql_files import load_statements

_SQL = load_statements("workers")


@dataclass(frozen=True, slots=True)
class WorkerProcess:
    """A worker as the process that it is."""

    worker_id: UUID
    #: Where its process id means the same process.
    machine: str
    process_id: int
    process_started_at: float


@dataclass(frozen=True, slots=True)
class Lease:
    """What a worker learns when it renews its lease: the runs it holds, and which shall stop."""

    runs: frozenset[UUID]
    cancelled: dict[UUID, CancelAction]


class WorkerRegistry:
    """Known workers, their leases, and the runs they hold."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim(self, run_id: UUID, worker_id: UUID) -> ClaimedRun | None:
        """Take a waiting run for the next attempt; None when there is nothing left to do."""
        parameters = {"run_id": run_id, "worker_id": worker_id}
        async with self._database.runs.connection() as connection:
            row = await (await connection.execute(_SQL["claim"], parameters)).fetchone()
        if row is None:
            return None
        return ClaimedRun(
            run=run_of(row),
            tenant_id=row["tenant_id"],
            user_id=row["user_id"],
            thread_is_new=row["thread_is_new"],
            cancel_requested=row["cancel_requested_at"] is not None,
        )

    async def decline(self, run_id: UUID, worker_id: UUID) -> None:
        """Let a run that was this worker's to begin go by the queue."""
        parameters = {"run_id": run_id, "worker_id": worker_id}
        async with self._database.runs.connection() as connection:
            await connection.execute(_SQL["decline"], parameters)

    async def register_worker(self, worker: WorkerProcess) -> None:
        """Make a worker known; its lease starts now."""
        parameters = {
            "worker_id": worker.worker_id,
            "machine": worker.machine,
            "process_id": worker.process_id,
            "process_started_at": worker.process_started_at,
        }
        async with self._database.runs.connection() as connection:
            await connection.execute(_SQL["register_worker"], parameters)

    async def beat(self, worker_id: UUID, lease_s: float) -> Lease | None:
        """Renew a worker's lease; None when others hold it for lost and have taken its runs."""
        parameters = {"worker_id": worker_id, "lease_s": lease_s}
        async with self._database.runs.connection() as connection:
            cursor = await connection.execute(_SQL["beat"], parameters)
            if await cursor.fetchone() is None:
                return None
            cursor = await connection.execute(_SQL["runs_of_worker"], parameters)
            rows = await cursor.fetchall()
        return Lease(
            runs=frozenset(row["run_id"] for row in rows),
            cancelled={
                row["run_id"]: row["cancel_action"] for row in rows if row["cancel_requested"]
            },
        )

    async def keep_moving(self, lease_s: float) -> float | None:
        """Take back the runs of lost workers and admit what is due.

        Returns the seconds until there may be more of either; None when another worker is at it.
        """
        async with self._database.runs.connection() as connection:
            cursor = await connection.execute(_SQL["keep_moving"], {"lease_s": lease_s})
            row = await cursor.fetchone()
        return row["next_due_s"] if row else None

    async def take_back(self, worker_id: UUID, run_ids: Sequence[UUID]) -> None:
        """Let others have runs that this worker holds and does not execute."""
        parameters = {"worker_id": worker_id, "run_ids": list(run_ids)}
        async with self._database.runs.connection() as connection:
            await connection.execute(_SQL["take_back"], parameters)

    async def jobs_of(self, queue_worker_id: int) -> frozenset[int]:
        """The jobs that the queue holds for taken by one of its workers."""
        parameters = {"queue_worker_id": queue_worker_id}
        async with self._database.runs.connection() as connection:
            cursor = await connection.execute(_SQL["jobs_of_queue_worker"], parameters)
            return frozenset(row["id"] for row in await cursor.fetchall())

    async def drop_jobs(self, job_ids: Sequence[int]) -> None:
        """Forget jobs that nobody executes; their runs get new ones."""
        async with self._database.runs.connection() as connection:
            await connection.execute(_SQL["drop_jobs"], {"job_ids": list(job_ids)})

    async def other_workers(self, worker_id: UUID) -> list[WorkerProcess]:
        """Every known worker but this one."""
        async with self._database.runs.connection() as connection:
            cursor = await connection.execute(_SQL["other_workers"], {"worker_id": worker_id})
            return [WorkerProcess(**row) for row in await cursor.fetchall()]

    async def forget_workers(self, workers: Sequence[UUID]) -> None:
        """Workers that have stopped, or whose processes are gone: others may take their runs."""
        async with self._database.runs.connection() as connection:
            await connection.execute(_SQL["forget_workers"], {"workers": list(workers)})

    async def workers_alive(self, lease_s: float) -> int:
        """How many workers have beaten within the lease."""
        async with self._database.system.connection() as connection:
            cursor = await connection.execute(_SQL["workers_alive"], {"lease_s": lease_s})
            row = await cursor.fetchone()
        return row["alive"] if row else 0
