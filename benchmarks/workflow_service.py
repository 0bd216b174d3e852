"""A service with live workflows that webhooks start, and when their runs end.

Runs are followed by the notifications of the database, so that nobody who waits for one costs the
service anything.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import psutil
import psycopg

from benchmarks.load import Run
from benchmarks.service import READY, start_service, stop_service
from benchmarks.webhook_sender import SECRET, Sender, request_json
from domain.identity import LOCAL_USER
from storage.json_columns import to_json

_CONFIG = Path(__file__).with_name("workflow.json")
_RUN_LIMIT_S = 60.0
#: A benchmark asks more of one user than people may.
_SETTINGS = {
    "GOLDENPATH_SECRET_KEY": "the key of the benchmarks, of no use elsewhere",
    "GOLDENPATH_DELIVERIES_PER_S": "1000",
    "GOLDENPATH_WORKFLOW_QUEUE": "10000",
}


@dataclass(slots=True)
class Ended:
    """Runs that end, by the payment that started each."""

    url: str
    #: Its own questions are no cost of the service.
    asked: int = 0
    _waiting: dict[str, asyncio.Future[str]] = field(
        default_factory=dict[str, "asyncio.Future[str]"]
    )

    def expect(self, payment_id: str) -> "asyncio.Future[str]":
        """How the run will have ended."""
        self._waiting[payment_id] = asyncio.get_running_loop().create_future()
        return self._waiting[payment_id]

    async def follow(self) -> None:
        """Hear of runs until cancelled."""
        async with await psycopg.AsyncConnection.connect(self.url, autocommit=True) as connection:
            await connection.execute("LISTEN goldenpath_events")
            while True:
                threads: set[str] = set()
                async for heard in connection.notifies(stop_after=1):
                    threads.update(heard.payload.split(",")[1:])
                self.asked += 1
                cursor = await connection.execute(_ENDED, [list(threads)], prepare=True)
                for payment_id, end in await cursor.fetchall():
                    done = self._waiting.pop(payment_id, None)
                    if done and not done.done():
                        done.set_result(end)


_ENDED = (
    "SELECT kwargs #>> '{input,trigger_data,payment,id}', end_status FROM goldenpath.runs"
    " WHERE thread_id = ANY(%s::uuid[]) AND end_status IS NOT NULL"
)


@dataclass(frozen=True, slots=True)
class WorkflowService:
    """A `serve` process over a database of its own."""

    url: str
    database_url: str
    process_id: int
    ended: Ended
    sender: Sender

    async def live(self, blueprint: Mapping[str, Any]) -> None:
        """Have this workflow started by payments, and no other."""
        owner = {"tenant": LOCAL_USER.tenant_id, "user": LOCAL_USER.user_id}
        row = {**owner, "id": uuid4(), "blueprint": to_json(dict(blueprint))}
        async with await psycopg.AsyncConnection.connect(self.database_url) as connection:
            for statement in _LIVE:
                await connection.execute(statement, row)

    async def run(self) -> float:
        """One payment from its delivery to the end of its run; returns seconds."""
        payment_id = f"pay_{uuid4().hex}"
        ended = self.ended.expect(payment_id)
        began = time.perf_counter()
        status, answer = await self.sender.deliver(payment_id)
        if status != 200 or b'"runs":1' not in answer:
            raise AssertionError(f"A delivery was answered with {status}: {answer[:300]!r}")
        async with asyncio.timeout(_RUN_LIMIT_S):
            end = await ended
        if end != "success":
            raise AssertionError(f"The run of {payment_id} ended with {end}.")
        return time.perf_counter() - began

    async def runs(self) -> int:
        """How many there are."""
        async with await psycopg.AsyncConnection.connect(self.database_url) as connection:
            cursor = await connection.execute("SELECT count(*) FROM goldenpath.runs")
            row = await cursor.fetchone()
        assert row
        return int(row[0])

    async def spent(self) -> "Spent":
        """What it has cost so far."""
        async with await psycopg.AsyncConnection.connect(self.database_url) as connection:
            cursor = await connection.execute(_SPENT)
            row = await cursor.fetchone()
            backend = psutil.Process(connection.info.backend_pid)
            postmaster = backend.parent()
        assert row
        assert postmaster
        postgres_s = sum(
            process.cpu_times().user + process.cpu_times().system
            for process in postmaster.children()
            if process.is_running()
        )
        times = psutil.Process(self.process_id).cpu_times()
        transactions = int(row[0]) - self.ended.asked
        return Spent(times.user + times.system, postgres_s, transactions, int(row[1]))


@dataclass(frozen=True, slots=True)
class Spent:
    """Counts that only rise."""

    service_s: float
    postgres_s: float
    transactions: int
    wal_bytes: int

    def a_run(self, before: "Spent", runs: int) -> dict[str, float]:
        """What each of so many runs has cost since then."""
        return {
            "service_ms_a_run": round(1000 * (self.service_s - before.service_s) / runs, 2),
            "postgres_ms_a_run": round(1000 * (self.postgres_s - before.postgres_s) / runs, 2),
            "transactions_a_run": round((self.transactions - before.transactions) / runs, 1),
            "wal_kb_a_run": round((self.wal_bytes - before.wal_bytes) / runs / 1024, 1),
        }


#: All transactions and all WAL of the server: nothing else uses it meanwhile.
_SPENT = (
    "SELECT (SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()),"
    " pg_current_wal_lsn() - '0/0'"
)

_LIVE = (
    "DELETE FROM goldenpath.workflow_triggers",
    "INSERT INTO goldenpath.workflows"
    " (workflow_id, tenant_id, user_id, name, draft_version, active_version)"
    " VALUES (%(id)s, %(tenant)s, %(user)s, 'benchmark', 1, 1)",
    "INSERT INTO goldenpath.workflow_versions"
    " (workflow_id, version, tenant_id, user_id, blueprint, saved_by)"
    " VALUES (%(id)s, 1, %(tenant)s, %(user)s, %(blueprint)s, %(user)s)",
    "INSERT INTO goldenpath.workflow_triggers"
    " (workflow_id, node_id, tenant_id, user_id, version, service, task, params)"
    " VALUES (%(id)s, 'paid', %(tenant)s, %(user)s, 1, 'razorpay', 'payment_received', '{}')",
)


@asynccontextmanager
async def workflow_service(database_url: str) -> AsyncGenerator[WorkflowService]:
    """Start it, with an endpoint for payments."""
    process, said = await start_service(database_url, _CONFIG, settings=_SETTINGS)
    url = said.removeprefix(READY)
    try:
        made = await request_json(
            url, "/webhook-endpoints", {"service": "razorpay", "secret": SECRET}
        )
        ended = Ended(database_url)
        async with AsyncExitStack() as stack:
            sender = Sender(url, urlsplit(str(made["url"])).path)
            stack.callback(sender.close)
            tasks = await stack.enter_async_context(asyncio.TaskGroup())
            following = tasks.create_task(ended.follow(), name="ended runs")
            stack.callback(following.cancel)
            yield WorkflowService(url, database_url, process.pid, ended, sender)
    finally:
        await stop_service(process)


def timed(run: Run, times: list[float]) -> Run:
    """The same, with the time of each kept."""

    async def one() -> float:
        took_s = await run()
        times.append(took_s)
        return took_s

    return one
