"""Workflows that wait, in small, run by the real engine, and people who vote."""

import asyncio
import operator
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated, Any, TypedDict
from uuid import UUID, uuid4

from langchain_core.runnables import RunnableConfig
from langgraph.graph import START, StateGraph
from langgraph.types import interrupt
from psycopg import sql

from domain.identity import LOCAL_USER, Role, UserContext
from domain.runs import Run, Thread
from domain.workflows.votes import Ballot
from domain.workflows.waiting import (
    ApprovalRequest,
    WaitRequest,
    approval_question,
    approval_schema,
    wait_question,
    wait_schema,
)
from server.workflows.due import DueTicker
from server.workflows.waiting import WaitingWorkflows
from storage.approvals import ApprovalRepository
from storage.database import Database
from storage.notices import NoticeRepository, Told
from storage.notifications import Listener
from storage.waiting import WaitingRepository
from tests.graphs.sample_graphs import Graph
from tests.server.engine import DEADLINE_S, RunningEngine, running_engine
from tests.storage.owner import as_owner

YES, NO = Ballot("approved"), Ballot("rejected")
WORKFLOW = uuid4()


class Waited(TypedDict, total=False):
    asked: str
    answer: dict[str, Any]


class Answers(TypedDict, total=False):
    answers: Annotated[dict[str, str], operator.or_]


@dataclass(frozen=True)
class Hold:
    """Keeps a run between asking and pausing."""

    reached: asyncio.Event
    opened: asyncio.Event


def place_of(config: RunnableConfig, node_id: str) -> dict[str, Any]:
    """Where a node of a run is; a thread has one root run, so its id does for that too."""
    thread_id = UUID(str(config.get("configurable", {})["thread_id"]))
    return {
        "root_run_id": thread_id,
        "thread_id": thread_id,
        "workflow_id": WORKFLOW,
        "node_id": node_id,
        "path": node_id,
    }


def approving(kept: WaitingRepository, options: Mapping[str, Any], hold: Hold | None) -> Graph:
    """A node that asks and one that waits for the votes."""

    def request_of(config: RunnableConfig) -> ApprovalRequest:
        values: dict[str, Any] = {**place_of(config, "gate"), "title": "May it?", **options}
        return ApprovalRequest(**values)

    async def ask(state: Waited, config: RunnableConfig) -> Waited:
        asked = await kept.ask(LOCAL_USER, request_of(config))
        # It may run again, as after a crash.
        assert await kept.ask(LOCAL_USER, request_of(config)) == asked
        return {"asked": str(asked)}

    async def held(state: Waited) -> Waited:
        if hold:
            hold.reached.set()
            await hold.opened.wait()
        return {}

    async def gate(state: Waited, config: RunnableConfig) -> Waited:
        question = approval_question(UUID(state.get("asked")), request_of(config))
        return {"answer": interrupt(question, response_schema=approval_schema())}

    builder = StateGraph(Waited)
    builder.add_node("ask", ask)
    builder.add_node("held", held)
    builder.add_node("gate", gate)
    builder.add_edge(START, "ask")
    builder.add_edge("ask", "held")
    builder.add_edge("held", "gate")
    return builder.compile(name="approving")


def side_by_side(kept: WaitingRepository) -> Graph:
    """Two approvals at once."""

    def branch(name: str) -> Any:
        async def node(state: Answers, config: RunnableConfig) -> Answers:
            values: dict[str, Any] = place_of(config, name)
            request = ApprovalRequest(**values, title=name, approvers=("local",))
            question = approval_question(await kept.ask(LOCAL_USER, request), request)
            answer = interrupt(question, response_schema=approval_schema())
            return {"answers": {name: answer["decision"]}}

        return node

    builder = StateGraph(Answers)
    for name in ("left", "right"):
        builder.add_node(name, branch(name))
        builder.add_edge(START, name)
    return builder.compile(name="side_by_side")


def pausing(kept: WaitingRepository, options: Mapping[str, Any]) -> Graph:
    """A node that waits."""

    async def wait(state: Waited, config: RunnableConfig) -> Waited:
        request = WaitRequest(**place_of(config, "wait"), **options)
        question = wait_question(await kept.wait(LOCAL_USER, request), request)
        return {"answer": interrupt(question, response_schema=wait_schema())}

    builder = StateGraph(Waited)
    builder.add_node("wait", wait)
    builder.add_edge(START, "wait")
    return builder.compile(name="pausing")


@dataclass(frozen=True)
class WaitingWorld:
    """An engine with one graph that waits."""

    engine: RunningEngine
    waiting: WaitingWorkflows
    approvals: ApprovalRepository
    notices: NoticeRepository

    @property
    def database(self) -> Database:
        return self.engine.database

    async def paused(self) -> Run:
        """A run that has come to its wait."""
        run = await self.engine.start("graph", input={})
        log = await self.engine.until_end(run)
        assert log[-1]["status"] == "interrupted", log
        return run

    async def asked(self, run: Run) -> UUID:
        """The approval of a run."""
        found = await self.approvals.list(LOCAL_USER, "owner", is_open=True, limit=100, offset=0)
        [mine] = [each for each in found if each.approval.thread_id == run.thread_id]
        return mine.approval.approval_id

    async def answer(self, run: Run) -> dict[str, Any]:
        """What the run was told, once the thread has come to its end."""
        thread = await self.rested(run)
        assert thread.status == "idle", thread
        return thread.values["answer"]

    async def rested(self, run: Run) -> Thread:
        """The thread when its newest run has ended."""
        async with asyncio.timeout(DEADLINE_S):
            newest = (await self.runs(run))[0]
            await self.engine.manager.wait_ended(LOCAL_USER, newest.run_id)
        return await self.engine.threads.get(LOCAL_USER, run.thread_id)

    async def runs(self, run: Run) -> list[Run]:
        return await self.engine.runs.of_thread(LOCAL_USER, run.thread_id, 100, 0)

    async def until_runs(self, run: Run, count: int) -> None:
        """Wait until somebody went on with the thread."""
        follow = self.engine.feed.follow(run.thread_id, 0)
        async with asyncio.timeout(DEADLINE_S):
            async for _ in follow:
                if len(await self.runs(run)) >= count:
                    break
        await follow.aclose()

    async def told(self, user: UserContext) -> list[Told]:
        return await self.notices.list(user, 100, 0)

    async def pass_time(self, table: str, column: str) -> None:
        """Let a moment of all rows have come."""
        async with as_owner(self.database) as connection:
            statement = sql.SQL(
                "UPDATE {table} SET {column} = now() - interval '1 second'"
                " WHERE {column} IS NOT NULL"
            )
            names = {"table": sql.Identifier(table), "column": sql.Identifier(column)}
            await connection.execute(statement.format(**names))

    def ticker(self) -> DueTicker:
        """The clock of one more process."""
        return DueTicker(self.database, self.waiting, Listener(self.database.url))

    @asynccontextmanager
    async def ticking(self) -> AsyncIterator[None]:
        """The same, running."""
        listener = Listener(self.database.url)
        ticker = DueTicker(self.database, self.waiting, listener)
        async with asyncio.TaskGroup() as tasks:
            side = [tasks.create_task(listener.run()), tasks.create_task(ticker.run())]
            await asyncio.wait_for(listener.connected.wait(), DEADLINE_S)
            yield
            for task in side:
                task.cancel()

    async def colleague(self, name: str, role: Role = "member") -> UserContext:
        return await add_colleague(self.database, name, role)


async def add_colleague(database: Database, name: str, role: Role = "member") -> UserContext:
    """A member of the local tenant; the address is `<name>@example.com`."""
    async with as_owner(database) as connection:
        await connection.execute(
            "INSERT INTO tenants (tenant_id, name) VALUES ('local', 'Local') ON CONFLICT DO NOTHING"
        )
        await connection.execute(
            "INSERT INTO users (user_id, email, name) VALUES (%s, %s, %s)",
            [name, f"{name}@example.com", name.title()],
        )
        await connection.execute(
            "INSERT INTO memberships (tenant_id, user_id, role) VALUES ('local', %s, %s)",
            [name, role],
        )
    return UserContext(name, LOCAL_USER.tenant_id, role)


@asynccontextmanager
async def _world(url: str, graph: Graph, *, with_mail: bool) -> AsyncIterator[WaitingWorld]:
    async with running_engine(url, {"graph": graph}) as engine:
        yield WaitingWorld(
            engine,
            WaitingWorkflows(engine.database, engine.manager, with_mail=with_mail),
            ApprovalRepository(engine.database),
            NoticeRepository(engine.database, with_mail=with_mail),
        )


@asynccontextmanager
async def approval_world(
    url: str, hold: Hold | None = None, *, with_mail: bool = False, **options: Any
) -> AsyncIterator[WaitingWorld]:
    """One whose graph asks for an approval."""
    async with Database(url) as database:
        kept = WaitingRepository(database, with_mail=with_mail)
        graph = approving(kept, options, hold)
        async with _world(url, graph, with_mail=with_mail) as world:
            yield world


@asynccontextmanager
async def two_approvals(url: str) -> AsyncIterator[WaitingWorld]:
    """One whose graph asks twice at once."""
    async with Database(url) as database:
        graph = side_by_side(WaitingRepository(database, with_mail=False))
        async with _world(url, graph, with_mail=False) as world:
            yield world


@asynccontextmanager
async def wait_world(url: str, **options: Any) -> AsyncIterator[WaitingWorld]:
    """One whose graph waits."""
    async with Database(url) as database:
        graph = pausing(WaitingRepository(database, with_mail=False), options)
        async with _world(url, graph, with_mail=False) as world:
            yield world
