"""What clients ask for by stream modes is what the graph itself would stream to them."""

import logging
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import END, START, StateGraph
from langgraph.types import Command, interrupt
from pydantic import BaseModel

from domain.events import is_stream_part
from graphs.stream_rows import RESULT
from tests.graphs import sample_graphs
from tests.graphs.recordings import COUNT, QUESTION, deep
from tests.graphs.runs_with_rows import frames_of, run, streamed
from tests.graphs.sample_graphs import Count, Graph
from tests.graphs.streamed import (
    Frame,
    as_json,
    comparable,
    joined,
    streamed_in_process,
    with_all_questions,
)

GRAPHS: dict[str, tuple[Callable[[], Graph], Any]] = {
    "nested": (sample_graphs.nested, QUESTION),
    "deep": (deep, QUESTION),
    "speaking": (sample_graphs.speaking, QUESTION),
    "failing": (sample_graphs.failing, COUNT),
    "asking": (sample_graphs.asking, COUNT),
    "asking_twice": (sample_graphs.asking_twice, COUNT),
}


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:  # pyright: ignore[reportUnusedFunction]
    caplog.set_level(logging.CRITICAL)


@pytest.mark.parametrize("subgraphs", [False, True])
@pytest.mark.parametrize("mode", ["values", "updates", "custom", "tasks", "checkpoints", "debug"])
@pytest.mark.parametrize("name", GRAPHS)
async def test_each_mode_is_what_the_graph_itself_streams(
    name: str, mode: str, subgraphs: bool
) -> None:
    make, given = GRAPHS[name]
    expected = await streamed_in_process(make(), given, mode, subgraphs=subgraphs)
    if mode == "values":
        expected = with_all_questions(expected)
    got = await streamed(make(), given, mode, subgraphs=subgraphs)
    assert comparable(_without_places(got)) == comparable(expected)
    if mode != "custom" and name != "failing":
        assert expected


def _without_places(frames: list[Frame]) -> list[Frame]:
    """Without what clients get on top of LangGraph's own: where a checkpoint is."""
    plain: list[Frame] = []
    for name, data in frames:
        kind = name.partition("|")[0]
        if kind == "checkpoints":
            data = _plain(data)
        elif kind == "debug" and data["type"] == "checkpoint":
            data = {**data, "payload": _plain(data["payload"])}
        plain.append((name, data))
    return plain


def _plain(checkpoint: dict[str, Any]) -> dict[str, Any]:
    assert checkpoint["checkpoint"]["checkpoint_id"]
    assert checkpoint["checkpoint"].items() <= checkpoint["config"]["configurable"].items()
    parent = checkpoint["parent_checkpoint"]
    assert (parent is None) == (checkpoint["parent_config"] is None)
    places = {"checkpoint", "parent_checkpoint"}
    return {key: value for key, value in checkpoint.items() if key not in places}


@pytest.mark.parametrize("subgraphs", [False, True])
@pytest.mark.parametrize("name", ["nested", "deep", "speaking"])
async def test_messages_are_what_the_graph_itself_streams(name: str, subgraphs: bool) -> None:
    make, given = GRAPHS[name]
    expected = await streamed_in_process(make(), given, "messages", subgraphs=subgraphs)
    got = await streamed(make(), given, "messages-tuple", subgraphs=subgraphs)
    assert comparable(joined(got)) == comparable(joined(expected))
    assert len(got) <= len(expected)


async def test_chunks_are_added_up_for_a_moment_and_the_last_one_says_so() -> None:
    chunks = [
        message
        for _, [message, _] in await streamed(
            sample_graphs.nested(), QUESTION, "messages-tuple", subgraphs=True
        )
        if message["type"] == "AIMessageChunk"
    ]
    assert "".join(chunk["content"] for chunk in chunks) == "It is three"
    assert [chunk["chunk_position"] for chunk in chunks] == [*[None] * (len(chunks) - 1), "last"]


async def test_whole_messages_grow_until_they_are_complete() -> None:
    got = await streamed(sample_graphs.nested(), QUESTION, "messages", subgraphs=True)
    names = [name.partition("|")[0] for name, _ in got]
    assert names[:4] == ["messages/metadata", "messages/complete"] * 2
    [described] = [data for name, data in got if "answer" in data and "metadata" in name]
    assert described["answer"]["metadata"]["langgraph_node"] == "call_model"
    partial = [data for name, data in got if name.startswith("messages/partial")]
    assert partial[-1][0]["content"] == "It is three"
    assert {message["type"] for [message] in partial} == {"ai"}
    assert all("It is three".startswith(message["content"]) for [message] in partial)


async def test_without_sub_graphs_what_they_said_is_whole_once_their_node_returns_it() -> None:
    got = await streamed(sample_graphs.nested(), QUESTION, "messages-tuple")
    assert {name for name, _ in got} == {"messages"}
    ids = [message["id"] for _, [message, _] in got]
    assert len(ids) == len(set(ids)) == 4
    assert got[-1][1][0]["content"] == "It is three"
    assert got[-1][1][1]["langgraph_node"] == "work"


async def test_events_are_those_of_astream_events() -> None:
    graph = sample_graphs.nested()
    expected = await _events_in_process(graph)
    got = await streamed(graph, QUESTION, "events")
    assert {name for name, _ in got} == {"events"}
    # Sorted: calls side by side come in any order.
    shown = sorted(_shown(event) for _, event in got)
    assert shown == sorted(_shown(event) for event in expected)
    roots = [event["data"] for _, event in got if not event["parent_ids"]]
    wanted = [event["data"] for event in expected if not event["parent_ids"]]
    assert comparable([("", roots)]) == comparable([("", wanted)])


async def _events_in_process(graph: Graph) -> list[dict[str, Any]]:
    running = graph.copy({"checkpointer": InMemorySaver()})
    config: Any = {"configurable": {"thread_id": str(uuid4())}}
    events = [("", event) async for event in running.astream_events(QUESTION, config)]
    return [event for _, event in as_json(events)]


def _shown(event: dict[str, Any]) -> tuple[Any, ...]:
    return event["event"], event["name"], len(event["parent_ids"]), sorted(event["data"])


async def test_a_run_followed_by_its_events_has_the_same_log_and_end() -> None:
    for make, given in GRAPHS.values():
        plain, plain_log = await run(make(), given)
        outcome, log = await run(make(), given, "events", "values")
        assert (outcome.end, outcome.has_next_step) == (plain.end, plain.has_next_step)
        assert len(outcome.interrupts) == len(plain.interrupts)
        own = [row for row in log if not is_stream_part(row["type"])]
        assert _told(own) == _told(plain_log)


def _told(log: list[dict[str, Any]]) -> list[Any]:
    """What is in a log but for the order of calls side by side and the size of fragments."""
    return sorted(
        (row["type"], row["path"], row.get("tool") or "", row.get("status") or "")
        for row in log
        if row["type"] != "agent_thinking"
    )


async def test_nothing_is_written_that_nobody_asked_for() -> None:
    for make, given in GRAPHS.values():
        assert await streamed(make(), given) == []


async def test_modes_do_not_disturb_each_other() -> None:
    modes = ["values", "updates", "custom", "tasks", "checkpoints", "debug", "messages-tuple"]
    together = await streamed(deep(), QUESTION, *modes, subgraphs=True)
    for mode in modes:
        alone = await streamed(deep(), QUESTION, mode, subgraphs=True)
        kind = mode.removesuffix("-tuple")
        mine = [(name, data) for name, data in together if name.partition("|")[0] == kind]
        if kind == "messages":
            mine, alone = joined(mine), joined(alone)
        assert comparable(mine) == comparable(alone)
        assert alone


async def test_the_last_values_of_a_paused_run_have_every_question() -> None:
    outcome, log = await run(sample_graphs.asking_twice(), COUNT, "values", RESULT)
    frames = frames_of(log)
    values = [data for name, data in frames if name == "values"]
    asked = {question["value"] for question in values[-1]["__interrupt__"]}
    assert (outcome.end, asked) == ("interrupted", {"One?", "Two?"})
    [result] = [data for name, data in frames if name == RESULT]
    assert {question["value"] for question in result["__interrupt__"]} == asked
    assert {key for question in result["__interrupt__"] for key in question} == {
        *("value", "id", "response_schema")
    }


async def test_a_breakpoint_pauses_without_a_question() -> None:
    graph = sample_graphs.gated(sample_graphs.Gates())
    outcome, log = await run(graph, COUNT, "updates", "values", RESULT, interrupt_before=["inner"])
    assert (outcome.end, outcome.interrupts) == ("interrupted", {})
    frames = frames_of(log)
    assert frames[-2:] == [("updates", {"__interrupt__": []}), (RESULT, {"count": 1})]
    outcome, log = await run(graph, COUNT, "updates", interrupt_after="*")
    assert outcome.end == "interrupted"
    assert frames_of(log) == [
        ("updates", {"first": {"count": 1}}),
        ("updates", {"__interrupt__": []}),
    ]


async def test_a_command_for_a_parent_elsewhere_goes_to_the_stream() -> None:
    def leave(state: Count) -> Command[Any]:
        return Command(graph=Command.PARENT, goto="next", update={"count": 5})

    builder = StateGraph(Count)
    builder.add_node("leave", leave)
    builder.add_edge(START, "leave")
    outcome, log = await run(builder.compile(), COUNT, "values")
    assert outcome.end == "success"
    assert frames_of(log)[-1] == (
        "command",
        {"graph": "__parent__", "update": {"count": 5}, "resume": None, "goto": "next"},
    )


class Page(BaseModel):
    text: str
    author: str | None = None


async def test_a_state_that_is_an_object_is_streamed_as_its_fields() -> None:
    def ask(state: Page) -> dict[str, Any]:
        return {"text": interrupt("Which text?")}

    builder = StateGraph(Page)
    builder.add_node("ask", ask)
    builder.add_edge(START, "ask")
    builder.add_edge("ask", END)
    given = {"text": "?"}
    expected = await streamed_in_process(builder.compile(), given, "values", subgraphs=False)
    got = await streamed(builder.compile(), given, "values")
    assert comparable(got) == comparable(expected)
    assert got[-1][1]["text"] == "?"
    assert [asked["value"] for asked in got[-1][1]["__interrupt__"]] == ["Which text?"]


async def test_rows_name_their_run_and_attempt() -> None:
    _, log = await run(sample_graphs.speaking(), QUESTION, "values")
    row = next(row for row in log if row["type"] == "values")
    started = log[0]
    for name in ("run_id", "thread_id", "attempt"):
        assert row[name] == started[name]
    assert list(row)[-1] == "data"
