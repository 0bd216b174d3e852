"""Threads of graphs that save in every way, run step by step and tidied in between."""

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, TypedDict

from langchain_core.runnables import RunnableConfig
from langgraph.channels.delta import DeltaChannel
from langgraph.graph import END, START, StateGraph
from langgraph.types import Command, Send, interrupt
from psycopg import sql

from checkpoints.retention import Pruned, prune
from checkpoints.saver import RunSaver
from storage.database import Database
from storage.group_commit import GroupCommit
from storage.writes import Pen
from tests.graphs.sample_graphs import Graph
from tests.storage.owner import as_owner
from tests.storage.pens import pen_of_new_thread


def extended(before: list[Any], changes: Sequence[list[Any]]) -> list[Any]:
    return [*before, *(item for change in changes for item in change)]


class Notes(TypedDict, total=False):
    notes: Annotated[list[str], operator.add]
    #: Saved as changes, with a snapshot after every third.
    log: Annotated[list[str], DeltaChannel(extended, list, snapshot_frequency=3)]


def note(name: str) -> Any:
    def write(state: Notes) -> Notes:
        text = f"{name} {len(state.get('notes', []))} {len(state.get('log', []))}"
        return {"notes": [text], "log": [text]}

    return write


def with_nodes(builder: StateGraph[Any], **nodes: Any) -> StateGraph[Any]:
    for name, node in nodes.items():
        builder.add_node(name, node)
    return builder


def sequence(builder: StateGraph[Any], **nodes: Any) -> StateGraph[Any]:
    names = list(nodes)
    with_nodes(builder, **nodes)
    for before, after in zip([START, *names], [*names, END], strict=True):
        builder.add_edge(before, after)
    return builder


def chain() -> Graph:
    """Steps that note something."""
    return sequence(
        StateGraph(Notes), one=note("one"), two=note("two"), three=note("three")
    ).compile()


def with_subgraphs() -> Graph:
    """Sub-graphs in each other that live for a call, and one that remembers its calls."""
    inner = sequence(StateGraph(Notes), deep=note("deep")).compile()
    middle = sequence(StateGraph(Notes), inner=inner, after=note("after")).compile()
    memory = sequence(StateGraph(Notes), recall=note("recall")).compile(checkpointer=True)

    async def remember(state: Notes) -> Notes:
        told = await memory.ainvoke({"notes": ["told"]})
        return {"notes": [f"remembers {len(told['notes'])}"], "log": []}

    return sequence(
        StateGraph(Notes), middle=middle, remember=remember, last=note("last")
    ).compile()


def asking() -> Graph:
    """Two questions at once, one in a sub-graph and one after the other in it."""

    def ask(state: Notes) -> Notes:
        answers = [interrupt("First?"), interrupt("Second?")]
        return {"notes": [str(answers)], "log": [str(answers)]}

    def ask_beside(state: Notes) -> Notes:
        return {"notes": [str(interrupt("Beside?"))]}

    inner = sequence(StateGraph(Notes), before=note("before"), ask=ask).compile()
    builder = with_nodes(
        StateGraph(Notes), begin=note("begin"), inner=inner, beside=ask_beside, end=note("end")
    )
    builder.add_edge(START, "begin")
    builder.add_edge("begin", "inner")
    builder.add_edge("begin", "beside")
    builder.add_edge(["inner", "beside"], "end")
    return builder.compile()


def failing_once() -> Graph:
    """Three side by side, of which one fails every other time."""
    tries = {"count": 0}

    def work(given: dict[str, str]) -> Notes:
        if given["name"] == "c":
            tries["count"] += 1
            if tries["count"] % 2:
                raise RuntimeError("not this time")
        return {"notes": [given["name"]], "log": [given["name"]]}

    builder = with_nodes(StateGraph(Notes), begin=note("begin"), work=work, end=note("end"))
    builder.add_edge(START, "begin")
    builder.add_conditional_edges(
        "begin", lambda state: [Send("work", {"name": name}) for name in "abc"], ["work"]
    )
    builder.add_edge("work", "end")
    return builder.compile()


class Beginnings(Notes, total=False):
    #: Saved as changes that are never summed up, and written in the first step only.
    first: Annotated[list[str], DeltaChannel(extended, list, snapshot_frequency=1_000)]


def long_memory() -> Graph:
    """Steps whose state goes back to the very first."""
    return sequence(StateGraph(Beginnings), one=note("one"), two=note("two")).compile()


class PlainNotes(TypedDict):
    notes: Annotated[list[str], operator.add]


def plain_chain() -> Graph:
    """A step whose channels are saved whole."""
    return sequence(StateGraph(PlainNotes), one=lambda state: {"notes": ["one"]}).compile()


NEW = {"notes": ["new"], "log": ["new"]}
MORE = {"notes": ["more"]}


def answer(state: Any) -> Any:
    """Answers to all that is asked now."""
    return Command(resume={asked.id: f"to {asked.value}" for asked in state.interrupts})


def go_on(state: Any) -> Any:
    """Nothing new: what is left to do."""
    return None


Step = Any
#: A graph and what is asked of its thread, one run after the other.
SCRIPTS: dict[str, tuple[Callable[[], Graph], list[Step]]] = {
    "chain": (chain, [NEW, MORE, MORE, MORE, MORE]),
    "memory": (long_memory, [{**NEW, "first": ["it began"]}, MORE, MORE]),
    "subgraphs": (with_subgraphs, [NEW, MORE, MORE]),
    "questions": (asking, [NEW, answer, answer, MORE, answer, answer]),
    "failures": (failing_once, [NEW, go_on, MORE, go_on]),
}


#: Checkpoints, each with a value and a write that no other one has.
_LONGER = (
    """
    INSERT INTO checkpoints (
        thread_id, checkpoint_ns, checkpoint_id, parent_checkpoint_id, checkpoint, metadata
    )
    SELECT
        thread_id, '', to_char(n, 'FM00000000'), to_char(n - 1, 'FM00000000'),
        jsonb_set(checkpoint, '{channel_versions,notes}', to_jsonb(n::text)), metadata
    FROM (SELECT * FROM checkpoints WHERE thread_id = %(thread_id)s LIMIT 1) AS any_one,
        generate_series(1, %(count)s) AS n
    """,
    """
    INSERT INTO checkpoint_blobs (thread_id, checkpoint_ns, channel, version, type, blob)
    SELECT %(thread_id)s, '', 'notes', n::text, 'bytes', ''
    FROM generate_series(1, %(count)s) AS n
    """,
    """
    INSERT INTO checkpoint_writes (
        thread_id, checkpoint_ns, checkpoint_id, task_id, idx, channel, type, blob
    )
    SELECT %(thread_id)s, '', to_char(n, 'FM00000000'), 'task', 0, 'notes', 'bytes', ''
    FROM generate_series(1, %(count)s) AS n
    """,
)


@dataclass(slots=True)
class HistoryThread:
    """One thread of a graph."""

    database: Database
    commit: GroupCommit
    graph: Graph
    pen: Pen
    shown: list[Any] = field(default_factory=list[Any])

    @property
    def config(self) -> RunnableConfig:
        return {"configurable": {"thread_id": str(self.pen.thread_id)}}

    def _graph(self) -> Graph:
        saver = RunSaver(self.database.runs, self.commit, self.pen, thread_is_new=False)
        return self.graph.copy({"checkpointer": saver})

    async def play(self, step: Step) -> None:
        """One run, and what the thread shows after it."""
        given = step(await self.state()) if callable(step) else step
        await self.set_open_runs(1)
        try:
            await self._graph().ainvoke(given, self.config, durability="sync")
        except RuntimeError as error:
            self.shown.append(str(error))
        await self.set_open_runs(0)
        self.shown.append(view(await self.state()))

    async def state(self) -> Any:
        return await self._graph().aget_state(self.config, subgraphs=True)

    async def history(self) -> list[Any]:
        return [state async for state in self._graph().aget_state_history(self.config)]

    async def set_open_runs(self, count: int) -> None:
        async with as_owner(self.database) as connection:
            await connection.execute(
                "UPDATE threads SET open_runs = %s WHERE thread_id = %s",
                [count, self.pen.thread_id],
            )

    async def tidy(self, before: str = "~") -> Pruned:
        async with self.database.runs.connection() as connection:
            return await prune(connection, self.pen.thread_id, before, lambda: True)

    async def lengthen_history(self, count: int) -> None:
        """Put older checkpoints before those it has, with values and writes of their own."""
        parameters = {"thread_id": str(self.pen.thread_id), "count": count}
        async with as_owner(self.database) as connection:
            for statement in _LONGER:
                await connection.execute(statement, parameters)

    async def saved_ids(self) -> list[str]:
        return [row["checkpoint_id"] for row in await self.rows("checkpoints")]

    async def rows(self, table: str) -> list[dict[str, Any]]:
        order = "version" if table == "checkpoint_blobs" else "checkpoint_id"
        async with self.database.runs.connection() as connection:
            cursor = await connection.execute(
                sql.SQL("SELECT * FROM {} WHERE thread_id = %s ORDER BY {}, {}").format(
                    sql.Identifier(table), sql.Identifier("checkpoint_ns"), sql.Identifier(order)
                ),
                [str(self.pen.thread_id)],
            )
            return await cursor.fetchall()


async def new_thread(database: Database, commit: GroupCommit, graph: Graph) -> HistoryThread:
    return HistoryThread(database, commit, graph, await pen_of_new_thread(database))


def view(state: Any) -> Any:
    """What a person sees of a state, without ids, which differ between threads."""
    return {
        "values": state.values,
        "next": sorted(state.next),
        "asked": sorted(asked.value for asked in state.interrupts),
        "tasks": sorted(
            (task.name, str(task.error), str(view(task.state)) if _is_state(task.state) else "")
            for task in state.tasks
        ),
    }


def _is_state(state: Any) -> bool:
    return hasattr(state, "values") and hasattr(state, "tasks")
