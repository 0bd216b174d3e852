"""A Postgres, an API and workers as processes, and what can happen to them."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from random import Random

import psutil
import psycopg

from storage.embedded import EmbeddedPostgres, create_database
from tests.chaos.graphs import NOTES
from tests.e2e.service import Service, WorkerProcess

#: Short, so that much happens in little time.
LEASE_S = 1.5
ENVIRONMENT = {
    "GOLDENPATH_WORKER_BEAT_S": "0.3",
    "GOLDENPATH_WORKER_LEASE_S": str(LEASE_S),
    "GOLDENPATH_DRAIN_S": "1",
    # More than ever happen here: giving up has a test of its own.
    "GOLDENPATH_RUN_ATTEMPTS": "100",
}
CONFIG = Path(__file__).with_name("langgraph.json")
WORKERS = 2


class World:
    """The processes of one test."""

    def __init__(self, folder: Path, random: Random) -> None:
        self._folder = folder
        self._random = random
        self._server = EmbeddedPostgres(folder)
        self.notes = folder / "notes"
        self.url = create_database(self._server.start(min_free_mb=50), "chaos")
        environment = {**ENVIRONMENT, "DATABASE_URL": self.url, NOTES: str(self.notes)}
        self._environment = environment
        options = ("--config", str(CONFIG))
        self.api = Service(folder, environment, *options)
        self._workers: list[WorkerProcess] = []
        #: What happened, in order.
        self.happened: list[str] = []

    async def start(self) -> None:
        """Start everything."""
        await self.api.start()
        self._workers = [await self._new_worker() for _ in range(WORKERS)]

    async def stop(self) -> None:
        """Stop everything in good order."""
        for process in (*self._workers, self.api):
            await process.stop()
        self._server.stop()

    async def something_happens(self) -> None:
        """One random misfortune, after which everything is there again."""
        misfortunes: list[Callable[[], Awaitable[None]]] = [
            self._a_worker_is_killed,
            self._a_worker_is_killed,
            self._a_worker_sleeps_past_its_lease,
            self._a_worker_is_asked_to_stop,
            self._the_api_is_killed,
            self._the_database_is_away,
            self._nobody_hears_notifications,
        ]
        misfortune = self._random.choice(misfortunes)
        self.happened.append(misfortune.__name__)
        await misfortune()

    async def _a_worker_is_killed(self) -> None:
        place = self._random.randrange(WORKERS)
        await self._workers[place].kill()
        self._workers[place] = await self._new_worker()

    async def _a_worker_sleeps_past_its_lease(self) -> None:
        worker = self._random.choice(self._workers)
        worker.send(signal.SIGSTOP)
        await asyncio.sleep(LEASE_S * 1.7)
        worker.send(signal.SIGCONT)

    async def _a_worker_is_asked_to_stop(self) -> None:
        place = self._random.randrange(WORKERS)
        assert await self._workers[place].stop() == 0
        self._workers[place] = await self._new_worker()

    async def _the_api_is_killed(self) -> None:
        await self.api.kill()
        await self.api.start()

    async def _the_database_is_away(self) -> None:
        [pid_file] = self._folder.rglob("postmaster.pid")
        postmaster = psutil.Process(int(pid_file.read_text().split("\n", 1)[0]))
        os.kill(postmaster.pid, signal.SIGINT)
        await asyncio.to_thread(postmaster.wait, 30)
        await asyncio.to_thread(self._server.stop)
        await asyncio.sleep(self._random.random() * 5)
        self._server = EmbeddedPostgres(self._folder)
        await asyncio.to_thread(self._server.start, min_free_mb=50)

    async def _nobody_hears_notifications(self) -> None:
        with suppress(psycopg.OperationalError), psycopg.connect(self.url) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query ILIKE 'LISTEN%'"
            )

    async def _new_worker(self) -> WorkerProcess:
        worker = WorkerProcess(self._folder, self._environment, "--config", str(CONFIG))
        await worker.start()
        return worker
