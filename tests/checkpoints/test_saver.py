"""The run's saver keeps LangGraph's contract, writes only with its pen, and is durable at once."""

from collections.abc import AsyncIterator, Sequence
from typing import Any, cast
from uuid import UUID, uuid4

import pytest
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import ChannelVersions, Checkpoint, CheckpointMetadata
from langgraph.checkpoint.conformance import checkpointer_test, validate
from langgraph.checkpoint.conformance.test_utils import (
    generate_checkpoint,
    generate_config,
    generate_metadata,
)
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
from langgraph.graph import END, START, StateGraph
from psycopg.conninfo import make_conninfo

from checkpoints.saver import RunSaver
from domain.errors import StaleAttempt
from storage.database import Database
from storage.group_commit import GroupCommit
from storage.writes import Pen
from tests.graphs import sample_graphs
from tests.graphs.recordings import COUNT, QUESTION
from tests.graphs.sample_graphs import Count, Graph
from tests.storage.pens import pen_of_new_thread
from tests.storage.stoppable import cut_connections


class ManySavers(AsyncPostgresSaver):
    """A saver of every thread that is written to, as the suite wants it."""

    def __init__(self, database: Database, commit: GroupCommit) -> None:
        super().__init__(conn=cast(Any, database.runs))
        self._database = database
        self._group_commit = commit
        self._savers: dict[str, RunSaver] = {}

    async def _saver_of(self, config: RunnableConfig) -> RunSaver:
        thread_id = config.get("configurable", {})["thread_id"]
        if thread_id not in self._savers:
            pen = await pen_of_new_thread(self._database, UUID(thread_id))
            self._savers[thread_id] = saver_of(self._database, self._group_commit, pen)
        return self._savers[thread_id]

    async def aget_tuple(self, config: RunnableConfig) -> Any:
        saver = self._savers.get(config.get("configurable", {})["thread_id"])
        return await (saver.aget_tuple(config) if saver else super().aget_tuple(config))

    async def aput(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        saver = await self._saver_of(config)
        return await saver.aput(config, checkpoint, metadata, new_versions)

    async def aput_writes(
        self,
        config: RunnableConfig,
        writes: Sequence[tuple[str, Any]],
        task_id: str,
        task_path: str = "",
    ) -> None:
        await (await self._saver_of(config)).aput_writes(config, writes, task_id, task_path)


@pytest.fixture
async def commit(database: Database) -> AsyncIterator[GroupCommit]:
    async with GroupCommit(database.runs) as opened:
        yield opened


def saver_of(
    database: Database, commit: GroupCommit, pen: Pen, *, thread_is_new: bool = False
) -> RunSaver:
    return RunSaver(database.runs, commit, pen, thread_is_new=thread_is_new)


async def test_it_keeps_langgraphs_contract(database: Database, commit: GroupCommit) -> None:
    @checkpointer_test(name="RunSaver")
    async def savers() -> AsyncIterator[ManySavers]:
        yield ManySavers(database, commit)

    report = await validate(savers)
    failures = {name: result.failures for name, result in report.results.items()}
    assert report.passed_all_base(), failures
    assert not any(failures.values()), failures


def a_checkpoint(value: Any = "hello") -> tuple[Checkpoint, CheckpointMetadata, ChannelVersions]:
    versions: ChannelVersions = {"text": "1", "list": "1"}
    values = {"text": value, "list": [value]}
    checkpoint = generate_checkpoint(channel_values=values, channel_versions=versions)
    return checkpoint, generate_metadata(), versions


async def test_a_checkpoint_is_durable_when_put_returns(
    database: Database, database_url: str, commit: GroupCommit
) -> None:
    pen = await pen_of_new_thread(database)
    thread_id = str(pen.thread_id)
    saver = saver_of(database, commit, pen, thread_is_new=True)
    saved = await saver.aput(generate_config(thread_id), *a_checkpoint())
    # Another process, by LangGraph's own saver.
    async with AsyncPostgresSaver.from_conn_string(with_search_path(database_url)) as other:
        found = await other.aget_tuple(saved)
        assert found is not None
        assert found.checkpoint["channel_values"] == {"text": "hello", "list": ["hello"]}
        await saver.aput_writes(saved, [("text", "more")], "task-1")
        found = await other.aget_tuple(saved)
        assert found is not None
        assert found.pending_writes == [("task-1", "text", "more")]


def with_search_path(url: str) -> str:
    return make_conninfo(url, options="-c search_path=langgraph")


async def test_a_superseded_attempt_saves_nothing(database: Database, commit: GroupCommit) -> None:
    pen = await pen_of_new_thread(database, attempt=2)
    config = generate_config(str(pen.thread_id))
    stale = saver_of(database, commit, Pen(pen.thread_id, pen.run_id, attempt=1))
    with pytest.raises(StaleAttempt):
        await stale.aput(config, *a_checkpoint())
    saver = saver_of(database, commit, pen)
    assert await saver.aget_tuple(config) is None
    saved = await saver.aput(config, *a_checkpoint())
    with pytest.raises(StaleAttempt):
        await stale.aput_writes(saved, [("text", "late")], "task-1")
    found = await saver.aget_tuple(config)
    assert found is not None
    assert found.pending_writes == []


async def test_another_run_of_the_thread_has_no_pen(
    database: Database, commit: GroupCommit
) -> None:
    pen = await pen_of_new_thread(database)
    other = saver_of(database, commit, Pen(pen.thread_id, uuid4(), pen.attempt))
    with pytest.raises(StaleAttempt):
        await other.aput(generate_config(str(pen.thread_id)), *a_checkpoint())


async def test_a_new_thread_is_not_read(database: Database, commit: GroupCommit) -> None:
    pen = await pen_of_new_thread(database)
    saver = saver_of(database, commit, pen, thread_is_new=True)
    before = database.runs.get_stats().get("requests_num", 0)
    assert await saver.aget_tuple(generate_config(str(pen.thread_id))) is None
    assert database.runs.get_stats().get("requests_num", 0) == before
    saved = await saver.aput(generate_config(str(pen.thread_id)), *a_checkpoint())
    assert await saver.aget_tuple(generate_config(str(pen.thread_id))) is not None
    assert await saver.aget_tuple(saved) is not None


@pytest.mark.parametrize(
    "value",
    [
        "with a NUL \x00 in it",
        float("nan"),
        None,
        True,
        3,
        -(2**63),
        0.1 + 0.2,
        {"deep": ["Grüße", b"bytes"]},
        {1: "a number as a key"},
    ],
)
async def test_any_value_comes_back(database: Database, commit: GroupCommit, value: Any) -> None:
    pen = await pen_of_new_thread(database)
    saver = saver_of(database, commit, pen)
    saved = await saver.aput(generate_config(str(pen.thread_id)), *a_checkpoint(value))
    found = await saver.aget_tuple(saved)
    assert found is not None
    # By its text: a NaN does not equal itself.
    values = found.checkpoint["channel_values"]
    assert repr([values["text"], values["list"]]) == repr([value, [value]])


async def test_an_integer_that_cannot_be_kept_as_it_is_is_refused(
    database: Database, commit: GroupCommit
) -> None:
    pen = await pen_of_new_thread(database)
    with pytest.raises(TypeError, match="64-bit"):
        await saver_of(database, commit, pen).aput(
            generate_config(str(pen.thread_id)), *a_checkpoint(2**70)
        )


async def run(graph: Graph, saver: RunSaver, pen: Pen, given: Any) -> Any:
    config: RunnableConfig = {"configurable": {"thread_id": str(pen.thread_id)}}
    return await graph.copy({"checkpointer": saver}).ainvoke(given, config, durability="sync")


async def test_a_graph_goes_on_from_its_last_step(database: Database, commit: GroupCommit) -> None:
    pen = await pen_of_new_thread(database)
    graph = sample_graphs.nested()
    saver = saver_of(database, commit, pen, thread_is_new=True)
    first = await run(graph, saver, pen, QUESTION)
    again = await run(graph, saver_of(database, commit, pen), pen, None)
    assert [message.id for message in again["messages"]] == [
        message.id for message in first["messages"]
    ]


def chain(length: int) -> Graph:
    def step(state: Count) -> Count:
        return {"count": state.get("count", 0) + 1}

    builder = StateGraph(Count)
    names = [f"step_{number}" for number in range(length)]
    for name in names:
        builder.add_node(name, step)
    for before, after in zip([START, *names], [*names, END], strict=True):
        builder.add_edge(before, after)
    return builder.compile(name="chain")


async def flushes_of(database: Database, commit: GroupCommit, length: int) -> tuple[int, int]:
    pen = await pen_of_new_thread(database)
    saver = saver_of(database, commit, pen, thread_is_new=True)
    flushes, requests = commit.counts.flushes, database.runs.get_stats().get("requests_num", 0)
    assert await run(chain(length), saver, pen, COUNT) == {"count": length}
    now = database.runs.get_stats().get("requests_num", 0)
    return commit.counts.flushes - flushes, now - requests


async def test_a_superstep_costs_at_most_two_flushes_and_reads_nothing(
    database: Database, commit: GroupCommit
) -> None:
    short, _ = await flushes_of(database, commit, 3)
    long, requests = await flushes_of(database, commit, 13)
    # The task's writes, and the checkpoint behind it.
    assert long - short <= 2 * 10
    assert requests == long


async def test_a_run_waits_for_its_checkpoint_while_the_database_is_away(
    database: Database, commit: GroupCommit
) -> None:
    pen = await pen_of_new_thread(database)
    saver = saver_of(database, commit, pen)
    saved = await saver.aput(generate_config(str(pen.thread_id)), *a_checkpoint())
    await cut_connections(database.url)
    found = await saver.aget_tuple(saved)
    assert found
    assert found.checkpoint["channel_values"] == {"text": "hello", "list": ["hello"]}
