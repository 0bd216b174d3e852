"""Workers: who executes runs, and who takes over the runs of those that are gone.

The engine's own business, across all users: nothing here answers a request.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from domain.runs import ClaimedRun
from storage.database import Database
from storage.runs import run_of
from storage.sql_files import load_statements

_SQL = load_statements("workers")


@dataclass(frozen=True, slots=True)
class OtherWorker:
    """A worker seen from another one."""

    worker_id: UUID
    machine: str
    process_id: int
    process_started_at: float
    silent_s: float


@dataclass(frozen=True, slots=True)
class Orphan:
    """A running run whose worker is gone."""

    run_id: UUID
    job_id: int
    worker_id: UUID | None


class WorkerRegistry:
    """Known workers, their leases, and the runs they hold."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim(self, run_id: UUID, worker_id: UUID) -> ClaimedRun | None:
        """Take a run for the next attempt; None when there is nothing left to do."""
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

    async def register_worker(self, worker: OtherWorker) -> None:
        """Make a worker known; its heartbeat starts now."""
        parameters = {
            "worker_id": worker.worker_id,
            "machine": worker.machine,
            "process_id": worker.process_id,
            "process_started_at": worker.process_started_at,
        }
        async with self._database.runs.connection() as connection:
            await connection.execute(_SQL["register_worker"], parameters)

    async def beat(self, worker_id: UUID) -> list[UUID]:
        """Renew a worker's lease; returns which of its runs someone wants stopped."""
        async with self._database.runs.connection() as connection:
            await connection.execute(_SQL["beat"], {"worker_id": worker_id})
            cursor = await connection.execute(_SQL["cancelled_of_worker"], {"worker_id": worker_id})
            return [row["run_id"] for row in await cursor.fetchall()]

    async def forget_worker(self, worker_id: UUID) -> None:
        """A worker has stopped in good order."""
        async with self._database.runs.connection() as connection:
            await connection.execute(_SQL["forget_worker"], {"worker_id": worker_id})

    async def other_workers(self, worker_id: UUID) -> list[OtherWorker]:
        """Every known worker but this one."""
        async with self._database.runs.connection() as connection:
            cursor = await connection.execute(_SQL["other_workers"], {"worker_id": worker_id})
            return [OtherWorker(**row) for row in await cursor.fetchall()]

    async def orphans(self, lost: Sequence[UUID]) -> list[Orphan]:
        """Running runs whose worker is lost or unknown."""
        async with self._database.runs.connection() as connection:
            cursor = await connection.execute(_SQL["orphans"], {"lost": list(lost)})
            return [Orphan(**row) for row in await cursor.fetchall()]

    async def forget_workers(self, lost: Sequence[UUID]) -> None:
        """Lost workers whose runs have been handed on."""
        async with self._database.runs.connection() as connection:
            await connection.execute(_SQL["forget_workers"], {"lost": list(lost)})

    async def workers_alive(self, lease_s: float) -> int:
        """How many workers have beaten within the lease."""
        async with self._database.api.connection() as connection:
            cursor = await connection.execute(_SQL["workers_alive"], {"lease_s": lease_s})
            row = await cursor.fetchone()
        return row["alive"] if row else 0
