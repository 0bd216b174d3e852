"""What threads have reached: looked at, changed, copied, through the graphs that made it."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID, uuid4

import orjson
from langchain_core.runnables import RunnableConfig
from langgraph.types import StateSnapshot, StateUpdate
from langgraph_sdk.runtime import AccessContext

from domain.errors import Conflict, GoldenpathError, InvalidInput, NotFound, Unavailable
from domain.identity import UserContext
from domain.runs import Thread
from domain.workflows.starts import pinned_of
from graphs.catalog import GraphEntry
from graphs.factories import Graph, GraphUse
from graphs.stream_parts import json_default
from server.opened_graphs import OpenedGraph, opened_graph
from server.state_shapes import pending_interrupts
from storage.database import Connection, Database, DatabaseError
from storage.json_columns import to_json
from storage.threads import (
    ThreadRepository,
    ThreadState,
    copy_thread,
    insert_thread,
    lock_thread,
    set_state,
    take_pen,
)

logger = logging.getLogger(__name__)

#: A change runs code of the graph (reducers, what decides on the next node) while nobody else may
#: write to the thread: it must not take longer than this, seconds.
_CHANGE_S = 10.0

#: LangGraph's name of no node: a new checkpoint like the old one, to go on from.
_COPY: Final = "__copy__"
#: What LangGraph takes for a node beside those of the graph.
_NO_NODES: Final = frozenset(("__input__", "__end__", _COPY))


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment in a thread's history, of its graph or of one inside; by default the newest."""

    checkpoint_id: UUID | None = None
    checkpoint_ns: str = ""
    checkpoint_map: Mapping[str, str] | None = None

    def config(self, thread_id: UUID) -> RunnableConfig:
        """What LangGraph calls it."""
        configurable: dict[str, Any] = {
            "thread_id": str(thread_id),
            "checkpoint_ns": self.checkpoint_ns,
        }
        if self.checkpoint_id:
            configurable["checkpoint_id"] = str(self.checkpoint_id)
        if self.checkpoint_map:
            configurable["checkpoint_map"] = dict(self.checkpoint_map)
        return {"configurable": configurable}


@dataclass(frozen=True, slots=True)
class HistoryPart:
    """Which part of a thread's history."""

    limit: int
    #: Only what is older than this checkpoint.
    before: UUID | None = None
    #: Each of these in a checkpoint's metadata.
    metadata: Mapping[str, Any] = field(default_factory=dict[str, Any])
    #: Whose history.
    moment: Moment = field(default_factory=Moment)


class ThreadStates:
    """Reads and changes the states of one user's threads at a time."""

    def __init__(
        self,
        database: Database,
        graphs: Mapping[str, GraphEntry],
        change_s: float = _CHANGE_S,
    ) -> None:
        """A change may take `change_s` seconds."""
        self._database = database
        self._change_s = change_s
        self._threads = ThreadRepository(database)
        self._graphs = graphs

    async def get(
        self, user: UserContext, thread_id: UUID, moment: Moment, *, subgraphs: bool = False
    ) -> StateSnapshot | None:
        """What a thread had reached at a moment; None when that is nothing yet.

        Raises `NotFound` for an unknown thread, checkpoint or graph.
        """
        thread = await self._threads.get(user, thread_id)
        snapshot = None
        if _graph_id(thread):
            async with self._opened(user, thread, "threads.read") as opened:
                reading = opened.reading(self._database, user)
                config = moment.config(thread_id)
                snapshot = await reading.aget_state(config, subgraphs=subgraphs)
        if snapshot and snapshot.created_at:
            return snapshot
        if moment.checkpoint_id:
            raise NotFound("checkpoint", str(moment.checkpoint_id))
        return None

    async def history(
        self, user: UserContext, thread_id: UUID, part: HistoryPart
    ) -> list[StateSnapshot]:
        """A part of a thread's history, newest first; raises `NotFound`."""
        thread = await self._threads.get(user, thread_id)
        if not _graph_id(thread):
            return []
        async with self._opened(user, thread, "threads.read") as opened:
            reading = opened.reading(self._database, user)
            states = reading.aget_state_history(
                part.moment.config(thread_id),
                # As it was stored: without what JSON columns do not take.
                filter=orjson.loads(to_json(dict(part.metadata), default=str)) or None,
                before=Moment(part.before).config(thread_id) if part.before else None,
                limit=part.limit,
            )
            return [state async for state in states]

    async def update(
        self, user: UserContext, thread_id: UUID, moment: Moment, change: StateUpdate
    ) -> RunnableConfig:
        """Lay a change over what a thread had reached at a moment; returns the new checkpoint's.

        Values of None make a copy of that moment to go on from. Raises `NotFound` for an unknown
        thread, checkpoint or graph, `Conflict` while runs are open, and `InvalidInput` when the
        graph does not take the change.
        """
        thread = await self._threads.get(user, thread_id)
        if change.values is None and change.as_node is None:
            change = change._replace(as_node=_COPY)
        async with self._opened(user, thread, "threads.update") as opened, self._change(user) as to:
            await take_pen(to, thread_id)
            thread = await lock_thread(to, user, thread_id)
            if thread.status == "busy":
                raise Conflict(
                    f"The thread {thread_id} is busy. Wait for its run to end or cancel it, and "
                    "then change its state."
                )
            config = moment.config(thread_id)
            changing = opened.changing(to)
            if moment.checkpoint_id and not (await changing.aget_state(config)).created_at:
                raise NotFound("checkpoint", str(moment.checkpoint_id))
            config["metadata"] = {"graph_id": _graph_id(thread)}
            changed = await _applied(changing, config, [[change]])
            await _settle(to, user, thread_id, changing)
            return changed

    async def create(
        self,
        user: UserContext,
        thread_id: UUID,
        metadata: Mapping[str, Any],
        supersteps: Sequence[Sequence[StateUpdate]],
    ) -> Thread:
        """Make a thread whose history begins with these supersteps.

        Raises `Conflict` when the id is taken, `NotFound` for an unknown graph, and `InvalidInput`
        when the graph does not take a step.
        """
        if not supersteps:
            return await self._threads.create(user, thread_id, metadata)
        graph_id = metadata.get("graph_id")
        async with (
            self._graph(user, graph_id, "threads.update") as opened,
            self._change(user) as to,
        ):
            if await insert_thread(to, user, thread_id, metadata) is None:
                raise Conflict(f"The thread {thread_id} exists already. Choose another id.")
            changing = opened.changing(to)
            config = Moment().config(thread_id)
            config["metadata"] = {"graph_id": graph_id}
            await _applied(changing, config, supersteps)
            return await _settle(to, user, thread_id, changing)

    async def copy(self, user: UserContext, thread_id: UUID) -> Thread:
        """A thread of its own with all that another has reached; raises `NotFound`."""
        async with self._change(user) as connection:
            copy, was_busy = await copy_thread(connection, user, thread_id, uuid4())
            if was_busy and _graph_id(copy) in self._graphs:
                # Its run has left checkpoints already that the thread's values do not show yet.
                async with self._opened(user, copy, "threads.read") as opened:
                    reading = opened.changing(connection)
                    copy = await _settle(connection, user, copy.thread_id, reading)
            return copy

    def _opened(
        self, user: UserContext, thread: Thread, access: AccessContext
    ) -> AbstractAsyncContextManager[OpenedGraph]:
        return self._graph(user, _graph_id(thread), access, thread.metadata)

    @asynccontextmanager
    async def _graph(
        self,
        user: UserContext,
        graph_id: object,
        access: AccessContext,
        metadata: Mapping[str, Any] | None = None,
    ) -> AsyncGenerator[OpenedGraph]:
        if not isinstance(graph_id, str):
            raise InvalidInput(
                "The thread has no graph yet, so nothing says what its state is made of. Start a "
                "run on it, or make it with the `graph_id` in its metadata."
            )
        entry = self._graphs.get(graph_id)
        if entry is None:
            raise NotFound("graph", graph_id)
        config: RunnableConfig = {"configurable": pinned_of(metadata or {})}
        async with opened_graph(entry, GraphUse(access, user, config)) as opened:
            yield opened

    @asynccontextmanager
    async def _change(self, user: UserContext) -> AsyncGenerator[Connection]:
        """A transaction for a change, bounded in time."""
        try:
            async with (
                asyncio.timeout(self._change_s),
                self._database.transaction(user) as connection,
            ):
                yield connection
        except TimeoutError as error:
            raise Unavailable(
                f"The graph did not take the change within {self._change_s:.0f} s, so nothing was "
                "changed. Try again, or make what decides on its next node faster."
            ) from error


async def _applied(
    graph: Graph, config: RunnableConfig, supersteps: Sequence[Sequence[StateUpdate]]
) -> RunnableConfig:
    """The config of the checkpoint that the supersteps lead to."""
    _check_nodes(graph, config, supersteps)
    try:
        return await graph.abulk_update_state(config, supersteps)
    except (DatabaseError, GoldenpathError):
        raise
    except Exception as error:
        # Reducers and what decides on the next node are the graph's code: what they make of
        # somebody's values may be any error.
        logger.info("A change of a thread's state was refused.", exc_info=error)
        raise InvalidInput(
            f"The graph did not take the change ({type(error).__name__}). Check that `values` fit "
            "its state, and say with `as_node` which node they would come from."
        ) from error


def _check_nodes(
    graph: Graph, config: RunnableConfig, supersteps: Sequence[Sequence[StateUpdate]]
) -> None:
    if config.get("configurable", {}).get("checkpoint_ns"):
        return  # A graph inside has nodes of its own.
    known = _NO_NODES | set(graph.nodes)
    if any(
        update.as_node and update.as_node not in known for step in supersteps for update in step
    ):
        names = ", ".join(graph.nodes)
        raise InvalidInput(f"as_node: the graph has no such node. There are: {names}.")


async def _settle(
    connection: Connection, user: UserContext, thread_id: UUID, graph: Graph
) -> Thread:
    """Write what a thread's newest checkpoint says to the thread itself."""
    newest = await graph.aget_state(Moment().config(thread_id))
    interrupts = pending_interrupts(newest.tasks)
    state = ThreadState(
        status="interrupted" if interrupts or newest.next else "idle",
        values=to_json(newest.values, json_default),
        interrupts=to_json(interrupts, json_default),
    )
    return await set_state(connection, user, thread_id, state)


def _graph_id(thread: Thread) -> str | None:
    # Whoever owns the thread may have written anything there.
    graph_id = thread.metadata.get("graph_id")
    return graph_id if isinstance(graph_id, str) else None
