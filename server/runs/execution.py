"""Executing one run: claim it, run its graph, and end it in its log and status at once."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from langchain_core.runnables import RunnableConfig
from langgraph.errors import GraphDrained
from langgraph.runtime import RunControl
from langgraph.types import Command

from checkpoints.saver import RunSaver
from domain.errors import StaleAttempt
from domain.identity import UserContext
from domain.run_log import RunLog, fold
from domain.runs import ClaimedRun
from graphs.catalog import GraphEntry
from graphs.factories import Graph, GraphFactory, GraphUse
from graphs.lifecycle import GraphCall, GraphRun, Outcome
from graphs.open_work import RunIdentity
from graphs.speech import Price
from graphs.translator import Translator
from server.runs.executing import Executing
from server.runs.journal import RunJournal
from storage.database import Database
from storage.group_commit import GroupCommit
from storage.run_events import ArtifactRepository, EventLog
from storage.workers import WorkerRegistry
from storage.writes import Pen
from tools.context import AgentContext, Ports

logger = logging.getLogger(__name__)


class HandedBack(Exception):
    """The run was given back to the queue between two steps, for another worker."""


@dataclass(frozen=True, slots=True)
class ExecutionLimits:
    """How long and how often a run may be tried."""

    run_timeout_s: float
    attempts: int
    recursion_limit: int


@dataclass(frozen=True, slots=True)
class Engine:
    """What every execution needs."""

    database: Database
    commit: GroupCommit
    workers: WorkerRegistry
    events: EventLog
    artifacts: ArtifactRepository
    graphs: Mapping[str, GraphEntry]
    ports: Ports
    price: Price
    limits: ExecutionLimits


class RunExecutor:
    """Executes runs for one worker."""

    def __init__(self, engine: Engine, worker_id: UUID) -> None:
        self._engine = engine
        self._worker_id = worker_id
        self.executing: dict[UUID, Executing] = {}
        #: Set while nothing executes.
        self.idle = asyncio.Event()
        self.idle.set()

    async def execute(self, run_id: UUID) -> None:
        """Run a run to its end.

        Raises `HandedBack` when it stopped between steps for another worker to go on. A run that
        was taken over meanwhile is left alone: its new owner ends it.
        """
        claimed = await self._engine.workers.claim(run_id, self._worker_id)
        if claimed is None:
            return
        pen = Pen(claimed.run.thread_id, run_id, claimed.run.attempt)
        user = UserContext(user_id=claimed.user_id, tenant_id=claimed.tenant_id)
        journal = RunJournal(self._engine.commit, self._engine.artifacts, user, pen)
        try:
            outcome = await self._attempt(claimed, pen, user, journal)
            await journal.end(outcome)
        except StaleAttempt:
            logger.warning("Run %s was taken over; this attempt stops.", run_id)
        except GraphDrained as drained:
            raise HandedBack(str(run_id)) from drained
        finally:
            self.executing.pop(run_id, None)
            if not self.executing:
                self.idle.set()

    async def _attempt(
        self, claimed: ClaimedRun, pen: Pen, user: UserContext, journal: RunJournal
    ) -> Outcome:
        run, engine = claimed.run, self._engine
        log = fold(await engine.events.of_run(run.run_id)) if run.attempt > 1 else RunLog()
        entry = engine.graphs.get(run.graph_id)
        title = entry.title if entry else run.graph_id
        identity = RunIdentity(
            str(run.run_id), str(run.thread_id), run.attempt, run.graph_id, title
        )
        translator = Translator(identity, log, engine.price)
        if entry is None:
            reason = f"There is no graph {run.graph_id} here (any more)."
            return _given_up(translator, run.kwargs.get("input"), "NotFound", reason)
        if run.attempt > engine.limits.attempts:
            reason = (
                f"The run was given up after {engine.limits.attempts} attempts that ended with "
                "their worker. Send it again; if it happens again, look at the workers' logs."
            )
            return _given_up(translator, run.kwargs.get("input"), "TooManyAttempts", reason)
        saver = RunSaver(
            engine.database.runs, engine.commit, pen, thread_is_new=claimed.thread_is_new
        )
        call = await self._call(claimed, entry, saver, user)
        graph_run = GraphRun(call, translator, journal, lambda: datetime.now(UTC))
        # Before a step's writes are committed, what it said goes along.
        saver.before_commit(graph_run.let_go)
        return await self._bounded(claimed, graph_run, call.control)

    async def _bounded(
        self, claimed: ClaimedRun, graph_run: GraphRun, control: RunControl
    ) -> Outcome:
        executing = Executing(graph_run, control)
        self.executing[claimed.run.run_id] = executing
        self.idle.clear()
        if claimed.cancel_requested:
            executing.cancel()
        return await executing.run(self._engine.limits.run_timeout_s)

    async def _call(
        self, claimed: ClaimedRun, entry: GraphEntry, saver: RunSaver, user: UserContext
    ) -> GraphCall:
        run = claimed.run
        thread_id = str(run.thread_id)
        config: RunnableConfig = {
            "tags": list(run.kwargs.get("config", {}).get("tags", [])),
            "run_id": run.run_id,
            "recursion_limit": self._engine.limits.recursion_limit,
            "configurable": {"thread_id": thread_id},
            "metadata": {"run_id": str(run.run_id), "graph_id": run.graph_id},
        }
        given = _given_input(run.kwargs)
        from_checkpoint = None
        if run.attempt > 1:
            last = await saver.aget_tuple({"configurable": {"thread_id": thread_id}})
            # Only when this very run has saved a step is there something to go on from.
            if last and last.metadata.get("run_id") == str(run.run_id):
                given = None
                from_checkpoint = last.checkpoint["id"]
        use = GraphUse("threads.create_run", user, config, run.kwargs.get("context"))
        return GraphCall(
            graph=_with_saver(entry, use, saver),
            input=given,
            config=config,
            context=self._context(entry, run.kwargs, user),
            control=RunControl(),
            from_checkpoint=from_checkpoint,
            question=run.kwargs.get("input"),
        )

    def _context(self, entry: GraphEntry, kwargs: Mapping[str, Any], user: UserContext) -> Any:
        graph = entry.source
        if not isinstance(graph, GraphFactory) and graph.context_schema is AgentContext:
            return AgentContext(user.user_id, user.tenant_id, self._engine.ports)
        return kwargs.get("context")


@asynccontextmanager
async def _with_saver(entry: GraphEntry, use: GraphUse, saver: RunSaver) -> AsyncGenerator[Graph]:
    async with entry.opened(use) as graph:
        yield graph.copy({"checkpointer": saver})


def _given_input(kwargs: Mapping[str, Any]) -> Any:
    command = kwargs.get("command")
    if command and "resume" in command:
        return Command(resume=command["resume"])
    return kwargs.get("input")


def _given_up(translator: Translator, values: Any, error: str, reason: str) -> Outcome:
    now = datetime.now(UTC)
    payload = {"error": error, "message": reason}
    events = [
        *translator.start(now, values, None),
        *translator.finish("error", now, before=[("error", payload)], reason=reason),
    ]
    return Outcome("error", events, error=reason)
