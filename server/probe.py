"""Looking after the parts of the service: every few seconds, and as soon as somebody sees trouble.

A look never takes long. What does not answer in time is not waited for: the question stays open,
and no other is asked before it is answered.
"""

import asyncio
import shutil
from dataclasses import dataclass
from pathlib import Path

from server.readiness import Readiness
from storage.database import DATABASE_AWAY, Database
from storage.health import EngineHealth, engine_health
from storage.notifications import Listener

#: How often to look while all is well, and while the database is away.
_EVERY_S, _AGAIN_S = 2.0, 0.25

#: How long an answer may take. A connection must be free earlier, or the pool is too busy.
_PATIENCE_S, _CONNECTION_S = 1.5, 1.0

#: Who asks how things stand gets nothing older than this.
_FRESH_S = 0.5

#: A run whose turn it is should not wait longer for a worker.
_LONG_WAIT_S = 30.0

_MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class ProbeLimits:
    """Where and by what the parts are judged."""

    lease_s: float
    data_dir: Path
    min_free_mb: int


class Probe:
    """Looks at the database, the listener, the workers, the queue and the disk."""

    def __init__(
        self, readiness: Readiness, database: Database, listener: Listener, limits: ProbeLimits
    ) -> None:
        self._readiness = readiness
        self._database = database
        self._listener = listener
        self._limits = limits
        self._wake = asyncio.Event()
        #: Replaced after each look: who waits for the next one waits on the one it saw.
        self._looked = asyncio.Event()
        self._looked_at = float("-inf")
        self._asking: asyncio.Task[EngineHealth | str] | None = None
        #: Connections in the pools may be broken.
        self._suspicious = False
        listener.watch(self.suspect)

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        loop = asyncio.get_running_loop()
        async with asyncio.TaskGroup() as tasks:
            while True:
                self._wake.clear()
                await self._look(tasks)
                self._looked_at = loop.time()
                self._looked.set()
                self._looked = asyncio.Event()
                is_well = self._readiness.state("database").status == "ok"
                wait_s = _EVERY_S if is_well else _AGAIN_S
                await _wait(self._wake, wait_s)

    def suspect(self) -> None:
        """Somebody has lost the database, or found it again: look now."""
        self._suspicious = True
        self._wake.set()

    async def fresh(self) -> None:
        """Wait until the parts were looked at just now, or for as long as a look may take."""
        if asyncio.get_running_loop().time() - self._looked_at > _FRESH_S:
            looked = self._looked
            self._wake.set()
            await _wait(looked, _PATIENCE_S + _FRESH_S)

    async def _look(self, tasks: asyncio.TaskGroup) -> None:
        if self._asking is None:
            self._asking = tasks.create_task(self._ask(), name="health")
        await asyncio.wait((self._asking,), timeout=_PATIENCE_S)
        answer: EngineHealth | str = f"it has not answered for {_PATIENCE_S:.1f} s"
        if self._asking.done():
            answer, self._asking = self._asking.result(), None
        self._judge_listener()
        self._judge_database(answer)
        self._judge_engine(answer)
        await self._judge_disk()

    async def _ask(self) -> EngineHealth | str:
        """What the database tells, or why it does not."""
        try:
            if self._suspicious:
                # Nobody shall meet a connection that did not survive.
                await self._database.drop_broken()
                self._suspicious = False
            return await engine_health(self._database, self._limits.lease_s, _CONNECTION_S)
        except DATABASE_AWAY as error:
            self._suspicious = True
            return str(error).strip().partition("\n")[0].rstrip(".")

    def _judge_listener(self) -> None:
        if self._listener.is_answering:
            self._readiness.note("listener", "ok")
        else:
            reason = "It hears of nothing; open streams look for news every second meanwhile."
            self._readiness.note("listener", "degraded", reason)

    def _judge_database(self, answer: EngineHealth | str) -> None:
        if isinstance(answer, EngineHealth):
            self._readiness.note("database", "ok")
        elif self._listener.is_answering and not self._readiness.database_is_down:
            reason = f"It is there, but requests wait or fail: {answer}."
            self._readiness.note("database", "degraded", reason)
        else:
            self._readiness.note("database", "down", f"It does not answer: {answer}.")

    def _judge_engine(self, answer: EngineHealth | str) -> None:
        if isinstance(answer, str):
            # Nobody knows; the database's state says why.
            if self._readiness.database_is_down:
                reason = "The database is not answering."
                self._readiness.note("worker", "down", reason)
                self._readiness.note("queue", "down", reason)
            return
        if answer.workers:
            self._readiness.note("worker", "ok", count=answer.workers)
        else:
            reason = "No worker is running: runs wait. Start one with `python -m server worker`."
            self._readiness.note("worker", "down", reason)
        if answer.workers and answer.oldest_s > _LONG_WAIT_S:
            reason = (
                f"{answer.waiting} runs wait for a worker, the oldest for {answer.oldest_s:.0f} s. "
                "Start more workers, or raise GOLDENPATH_WORKER_CONCURRENCY."
            )
            self._readiness.note("queue", "degraded", reason, count=answer.waiting)
        else:
            self._readiness.note("queue", "ok", count=answer.waiting)

    async def _judge_disk(self) -> None:
        limits = self._limits
        free_mb = await asyncio.to_thread(_free_mb, limits.data_dir)
        if free_mb >= limits.min_free_mb:
            self._readiness.note("disk", "ok", count=free_mb)
            return
        reason = (
            f"Only {free_mb} MB are free under the data folder, less than "
            f"GOLDENPATH_MIN_FREE_DISK_MB ({limits.min_free_mb}). Free some room."
        )
        self._readiness.note("disk", "degraded", reason, count=free_mb)


async def _wait(event: asyncio.Event, limit_s: float) -> None:
    try:
        async with asyncio.timeout(limit_s):
            await event.wait()
    except TimeoutError:
        pass


def _free_mb(folder: Path) -> int:
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free // _MEGABYTE
