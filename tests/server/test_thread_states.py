"""States are changed whole or not at all, whatever the graph's own code does."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

import pytest
from langgraph.graph import END, START, StateGraph
from langgraph.types import StateUpdate
from langgraph_sdk.runtime import ServerRuntime

from domain.errors import NotFound, Unavailable
from domain.identity import LOCAL_USER, UserContext
from graphs.catalog import GraphEntry
from graphs.factories import GraphFactory
from server.thread_states import HistoryPart, Moment, ThreadStates
from storage.database import Database
from storage.threads import ThreadRepository
from tests.graphs import sample_graphs
from tests.graphs.sample_graphs import Count
from tests.server.engine import entries

CHANGE = StateUpdate({"count": 7}, "one")


@pytest.fixture
def threads(database: Database) -> ThreadRepository:
    return ThreadRepository(database)


async def new_thread(threads: ThreadRepository, graph_id: str) -> UUID:
    thread = await threads.create(LOCAL_USER, uuid4(), {"graph_id": graph_id})
    return thread.thread_id


def hesitating(decided: asyncio.Event) -> Any:
    """A graph that decides on its second node only when it may."""

    async def decide(state: Count) -> str:
        await decided.wait()
        return "two"

    builder = StateGraph(Count)
    builder.add_node("one", lambda state: {"count": 1})
    builder.add_node("two", lambda state: {"count": 2})
    builder.add_edge(START, "one")
    builder.add_conditional_edges("one", decide, ["two", END])
    return builder.compile(name="hesitating")


async def test_a_change_that_takes_too_long_is_undone_and_holds_nothing(
    database: Database, threads: ThreadRepository
) -> None:
    decided = asyncio.Event()
    graphs = entries({"hesitating": hesitating(decided)})
    thread_id = await new_thread(threads, "hesitating")
    before = await threads.get(LOCAL_USER, thread_id)
    with pytest.raises(Unavailable, match="nothing was changed"):
        await ThreadStates(database, graphs, change_s=0.05).update(
            LOCAL_USER, thread_id, Moment(), CHANGE
        )
    assert await threads.get(LOCAL_USER, thread_id) == before
    states = ThreadStates(database, graphs)
    assert await states.get(LOCAL_USER, thread_id, Moment()) is None
    decided.set()
    await states.update(LOCAL_USER, thread_id, Moment(), CHANGE)
    after = await threads.get(LOCAL_USER, thread_id)
    assert (after.status, after.values) == ("interrupted", {"count": 7})


async def test_graphs_that_are_made_for_each_use_know_what_for(
    database: Database, threads: ThreadRepository
) -> None:
    seen: list[str] = []

    @asynccontextmanager
    async def make(runtime: ServerRuntime) -> AsyncIterator[Any]:
        seen.append(runtime.access_context)
        yield sample_graphs.counting()
        seen.append("put away")

    entry = GraphEntry("made", "Made", "", GraphFactory("made", make))
    states = ThreadStates(database, {"made": entry})
    thread_id = await new_thread(threads, "made")
    await states.update(LOCAL_USER, thread_id, Moment(), CHANGE)
    state = await states.get(LOCAL_USER, thread_id, Moment())
    assert state
    assert state.values == {"count": 7}
    assert len(await states.history(LOCAL_USER, thread_id, HistoryPart(limit=10))) == 1
    assert seen == [
        "threads.update", "put away", "threads.read", "put away", "threads.read", "put away"
    ]  # fmt: skip


@pytest.mark.parametrize("stranger", [UserContext("other", "local"), UserContext("local", "other")])
async def test_strangers_read_and_change_nothing(
    database: Database, threads: ThreadRepository, stranger: UserContext
) -> None:
    states = ThreadStates(database, entries({"counting": sample_graphs.counting()}))
    thread_id = await new_thread(threads, "counting")
    await states.update(LOCAL_USER, thread_id, Moment(), CHANGE)
    history = await states.history(LOCAL_USER, thread_id, HistoryPart(limit=10))
    for call in (
        states.get(stranger, thread_id, Moment()),
        states.history(stranger, thread_id, HistoryPart(limit=10)),
        states.update(stranger, thread_id, Moment(), CHANGE),
        states.copy(stranger, thread_id),
    ):
        with pytest.raises(NotFound, match="There is no thread"):
            await call
    assert await states.history(LOCAL_USER, thread_id, HistoryPart(limit=10)) == history


async def test_reading_a_state_takes_one_connection_at_a_time(
    database: Database, threads: ThreadRepository
) -> None:
    states = ThreadStates(database, entries({"counting": sample_graphs.counting()}))
    thread_id = await new_thread(threads, "counting")
    await states.update(LOCAL_USER, thread_id, Moment(), CHANGE)
    most = database.api.max_size
    found = await asyncio.gather(
        *(states.get(LOCAL_USER, thread_id, Moment()) for _ in range(4 * most))
    )
    assert all(state and state.values == {"count": 7} for state in found)
    assert database.api.get_stats()["pool_size"] <= most
