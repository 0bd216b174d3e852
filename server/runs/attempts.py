"""One attempt at a run: from what the log has of it to how it ended."""

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.runtime import RunControl

from checkpoints.saver import RunSaver
from domain.events import EndStatus, EventType
from domain.identity import UserContext
from domain.run_log import RunLog, fold
from domain.runs import ClaimedRun, Run
from domain.workflows.starts import pinned_of
from graphs.catalog import GraphEntry
from graphs.factories import Graph, GraphUse
from graphs.lifecycle import GraphCall, GraphRun, Outcome
from graphs.node_clock import NodeClock
from graphs.open_work import RunIdentity
from graphs.speech import Price
from graphs.translator import Translator
from server.opened_graphs import opened_graph
from server.runs.calls import (
    checkpoint_run,
    given_input,
    limit_s,
    run_config,
    starting_point,
    stream_choice,
)
from server.runs.executing import Executing
from server.runs.journal import RunJournal
from server.state_shapes import pending_interrupts
from storage.database import Database, retried
from storage.group_commit import GroupCommit
from storage.rollback import roll_back
from storage.run_events import ArtifactRepository, EventLog
from storage.workers import WorkerRegistry
from storage.writes import Pen
from tools.context import AgentContext, Ports


@dataclass(frozen=True, slots=True)
class ExecutionLimits:
    """How long and how often a run may be tried."""

    run_timeout_s: float
    #: Attempts that may end with their worker.
    attempts: int
    recursion_limit: int
    #: 0 is no limit.
    node_timeout_s: float = 0.0


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


@dataclass(frozen=True, slots=True)
class Attempt:
    """A run taken by a worker, with the pen of its thread."""

    engine: Engine
    claimed: ClaimedRun
    pen: Pen
    user: UserContext
    journal: RunJournal

    async def run(self, begin: Callable[[Executing], None]) -> Outcome:
        """Run the graph to its end; `begin` is told from when on it can be stopped.

        Raises `GraphDrained` when it is to be given back, `StaleAttempt` when it was taken over.
        """
        engine, run = self.engine, self.claimed.run
        log = RunLog()
        if run.attempt > 1:
            log = fold(await retried(lambda: engine.events.of_run(run.run_id)))
        entry = engine.graphs.get(run.graph_id)
        title = entry.title if entry else run.graph_id
        translator = Translator(identity_of(run, title), log, engine.price)
        if self.claimed.cancel_requested:
            outcome = _not_run(translator, run, "cancelled", "The run was cancelled.")
            return await self._undone(outcome) if run.cancel_action == "rollback" else outcome
        if entry is None:
            reason = f"There is no graph {run.graph_id} here (any more)."
            return _not_run(translator, run, "error", reason, "NotFound")
        if run.crashes >= engine.limits.attempts:
            reason = (
                f"The run was given up after {run.crashes} attempts that ended with their worker. "
                "Send it again; if it happens again, look at the workers' logs."
            )
            return _not_run(translator, run, "error", reason, "TooManyAttempts")
        saver = self._saver()
        call = await self._call(entry, saver, run)
        node_limit_s = limit_s(run, "node_timeout_s", engine.limits.node_timeout_s)

        def overdue(node: str) -> None:
            current.time_out(
                f"The run was stopped because its step {node} took longer than {node_limit_s:g} s. "
                "What it had reached is kept; raise GOLDENPATH_NODE_TIMEOUT_S if steps need longer."
            )

        clock = NodeClock(node_limit_s, overdue)
        graph_run = GraphRun(call, translator, self.journal, lambda: datetime.now(UTC), clock)
        # Before a step's writes are committed, what it said goes along.
        saver.before_commit(graph_run.let_go)
        current = Executing(graph_run, call.control)
        begin(current)
        outcome = await current.run(limit_s(run, "run_timeout_s", engine.limits.run_timeout_s))
        if outcome.end == "cancelled" and current.cancelled == "rollback":
            return await self._undone(outcome)
        return outcome

    def _saver(self) -> RunSaver:
        engine = self.engine
        return RunSaver(
            engine.database.runs,
            engine.commit,
            self.pen,
            thread_is_new=self.claimed.thread_is_new,
        )

    async def _call(self, entry: GraphEntry, saver: RunSaver, run: Run) -> GraphCall:
        config = run_config(run, self.engine.limits.recursion_limit)
        given, from_checkpoint = given_input(run), None
        start = starting_point(run)
        if run.attempt > 1:
            saver.revive(entry.state_types())
            last = await saver.aget_tuple({"configurable": {"thread_id": str(run.thread_id)}})
            # Only when this very run has saved a step is there something to go on from.
            if last and checkpoint_run(last.metadata) == run.run_id:
                given, start = None, {}
                from_checkpoint = last.checkpoint["id"]
        config.setdefault("configurable", {}).update(start)
        use = GraphUse("threads.create_run", self.user, config, run.kwargs.get("context"))
        return GraphCall(
            graph=_with_saver(entry, use, saver),
            input=given,
            config=config,
            context=run.kwargs.get("context"),
            own_context=AgentContext(self.user.user_id, self.user.tenant_id, self.engine.ports),
            control=RunControl(),
            from_checkpoint=from_checkpoint,
            question=run.kwargs.get("input"),
            stream=stream_choice(run),
            interrupt_before=run.kwargs.get("interrupt_before"),
            interrupt_after=run.kwargs.get("interrupt_after"),
            durability=run.kwargs.get("durability") or "sync",
        )

    async def _undone(self, outcome: Outcome) -> Outcome:
        """The outcome of a run that is rolled back: its thread is as it was before."""
        await retried(lambda: roll_back(self.engine.database, self.pen))
        entry = self.engine.graphs.get(self.claimed.run.graph_id)
        if entry is None:
            return outcome
        config: RunnableConfig = {"configurable": {"thread_id": str(self.pen.thread_id)}}
        config["configurable"] |= pinned_of(self.claimed.run.metadata)
        use = GraphUse("threads.read", self.user, config)
        async with _with_saver(entry, use, self._saver()) as graph:
            state = await graph.aget_state(config)
        return replace(
            outcome,
            values=state.values,
            interrupts=pending_interrupts(state.tasks),
            has_next_step=bool(state.next),
        )


@asynccontextmanager
async def _with_saver(entry: GraphEntry, use: GraphUse, saver: RunSaver) -> AsyncGenerator[Graph]:
    async with opened_graph(entry, use) as opened:
        yield opened.running(saver)


def identity_of(run: Run, title: str) -> RunIdentity:
    """Whose events a run's are; a run that nobody has taken yet speaks as its first attempt."""
    return RunIdentity(
        str(run.run_id), str(run.thread_id), max(run.attempt, 1), run.graph_id, title
    )


def closing_events(
    translator: Translator, run: Run, end: EndStatus, reason: str, error: str | None = None
) -> list[Any]:
    """The events that end a run which nobody executes; it begins first if it never did."""
    now = datetime.now(UTC)
    before: list[tuple[EventType, Mapping[str, Any]]] = []
    if error:
        before.append(("error", {"error": error, "message": reason}))
    return [
        *translator.start(now, run.kwargs.get("input"), None),
        *translator.finish(end, now, before=before, reason=reason),
    ]


def _not_run(
    translator: Translator, run: Run, end: EndStatus, reason: str, error: str | None = None
) -> Outcome:
    events = closing_events(translator, run, end, reason, error)
    return Outcome(end, events, error=reason if error else None)
