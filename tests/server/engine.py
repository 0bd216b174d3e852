"""The real engine over a real database with small graphs, for tests."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

import orjson

from domain.identity import LOCAL_USER
from domain.runs import Run
from graphs.catalog import GraphEntry
from graphs.factories import GraphFactory
from graphs.state_types import declared_types
from server.assistants import default_assistants
from server.runs.attempts import Engine, ExecutionLimits
from server.runs.feed import Feed
from server.runs.manager import RunManager
from server.runs.requests import RunRequest
from server.runs.worker import Worker, WorkerLimits
from storage.assistants import AssistantRepository
from storage.database import Database
from storage.group_commit import GroupCommit
from storage.notifications import Listener
from storage.run_events import ArtifactRepository, EventLog
from storage.runs import RunRepository
from storage.threads import ThreadRepository
from storage.workers import WorkerRegistry
from tests.graphs.sample_graphs import Graph
from tools.context import Ports

#: Nothing in these tests takes long; what waits longer than this is stuck.
DEADLINE_S = 20

EXECUTION = ExecutionLimits(run_timeout_s=30, attempts=3, recursion_limit=50)
LIMITS = WorkerLimits(concurrency=8, offered=4, beat_s=0.2, lease_s=1.0, drain_s=0.5)


@dataclass(frozen=True, slots=True)
class RunningEngine:
    """A worker and what one needs beside it."""

    database: Database
    manager: RunManager
    feed: Feed
    worker: Worker
    commit: GroupCommit
    runs: RunRepository
    threads: ThreadRepository
    events: EventLog
    assistants: AssistantRepository
    working: asyncio.Task[None]

    async def stop_worker(self) -> None:
        """Stop it in good order."""
        self.worker.stop()
        await asyncio.wait([self.working])

    async def start(self, graph_id: str, **request: Any) -> Run:
        return await self.manager.start(LOCAL_USER, RunRequest(graph_id, **request))

    async def until_end(self, run: Run, after: int = 0) -> list[dict[str, Any]]:
        """The run's events from the feed, up to its end."""
        found: list[dict[str, Any]] = []
        async with (
            asyncio.timeout(DEADLINE_S),
            aclosing(cast(Any, self.feed.follow(run.thread_id, after))) as batches,
        ):
            async for batch in batches:
                found += [orjson.loads(event.json()) for event in batch]
                found = [event for event in found if event["run_id"] == str(run.run_id)]
                if found and found[-1]["type"] == "end":
                    return found
        raise AssertionError("the feed ended")

    async def log(self, thread_id: UUID) -> list[dict[str, Any]]:
        """All events of a thread, from the table."""
        events = await self.events.after(thread_id, 0, 100_000)
        return [orjson.loads(event.json()) for event in events]


def entries(graphs: Mapping[str, Graph | GraphFactory]) -> dict[str, GraphEntry]:
    """A catalog of these graphs."""
    return {
        name: GraphEntry(
            name,
            name.replace("_", " ").capitalize(),
            "",
            graph,
            frozenset() if isinstance(graph, GraphFactory) else declared_types(graph),
        )
        for name, graph in graphs.items()
    }


@asynccontextmanager
async def running_engine(
    url: str,
    graphs: Mapping[str, Graph | GraphFactory],
    limits: WorkerLimits = LIMITS,
    execution: ExecutionLimits = EXECUTION,
    open_database: Callable[[str], Database] = Database,
    ports: Ports | None = None,
) -> AsyncIterator[RunningEngine]:
    """An engine with one worker, stopped in good order at the end."""
    async with open_database(url) as database, GroupCommit(database.runs) as commit:
        listener = Listener(url)
        events = EventLog(database)
        engine = Engine(
            database=database,
            commit=commit,
            workers=WorkerRegistry(database),
            events=events,
            artifacts=ArtifactRepository(database),
            graphs=entries(graphs),
            ports=cast(Ports, ports),
            price=lambda model, usage: Decimal(0),
            limits=execution,
        )
        worker = Worker(url, engine, listener, limits)
        feed = Feed(events, listener, commit)
        assistants = AssistantRepository(database, default_assistants(engine.graphs))
        async with asyncio.TaskGroup() as tasks:
            side = [
                tasks.create_task(listener.run(), name="listener"),
                tasks.create_task(feed.run(), name="feed"),
            ]
            working = tasks.create_task(worker.run(), name="worker")
            await asyncio.wait_for(listener.connected.wait(), DEADLINE_S)
            await asyncio.wait_for(worker.ready.wait(), DEADLINE_S)
            try:
                running = RunningEngine(
                    database=database,
                    manager=RunManager(database, feed, engine.graphs, assistants, worker),
                    feed=feed,
                    worker=worker,
                    commit=commit,
                    runs=RunRepository(database),
                    threads=ThreadRepository(database),
                    events=events,
                    assistants=assistants,
                    working=working,
                )
                yield running
            finally:
                worker.stop()
                await asyncio.wait([working])
                for task in side:
                    task.cancel()
