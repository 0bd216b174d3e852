"""Every stream mode, as LangGraph's client gets it, is what the graph itself streams."""

import asyncio
import itertools
import logging
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from langgraph_sdk.client import LangGraphClient

from domain.grammar import violations
from tests.graphs import sample_graphs
from tests.graphs.recordings import COUNT, QUESTION
from tests.graphs.sample_graphs import Graph
from tests.graphs.streamed import (
    Frame,
    comparable,
    joined,
    streamed_in_process,
    with_all_questions,
)
from tests.sdk.runs.clients import Door, frames, new_thread, parts
from tests.sdk.runs.graphs import TALE

GRAPHS: dict[str, tuple[Callable[[], Graph], Any]] = {
    "nested": (sample_graphs.nested, QUESTION),
    "asking_twice": (sample_graphs.asking_twice, COUNT),
    "failing": (sample_graphs.failing, COUNT),
}
PLAIN_MODES = ["values", "updates", "custom", "tasks"]


@pytest.mark.parametrize("subgraphs", [False, True])
async def test_each_mode_is_what_the_graph_itself_streams(
    client: LangGraphClient, subgraphs: bool, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    for name, (make, given) in GRAPHS.items():
        for mode in PLAIN_MODES:
            expected = await streamed_in_process(make(), given, mode, subgraphs=subgraphs)
            if mode == "values":
                expected = with_all_questions(expected)
            got = await _streamed(client, name, given, mode, subgraphs=subgraphs)
            assert comparable([_of_graph(frame) for frame in parts(got)]) == comparable(expected)


#: What a run of the service adds to the metadata of tasks and messages.
OURS = ("run_id", "graph_id", "assistant_id")


def _of_graph(frame: Frame) -> Frame:
    name, data = frame
    if not name.startswith("tasks") or "metadata" not in data:
        return frame
    own = {key: value for key, value in data["metadata"].items() if key not in OURS}
    rest = {key: value for key, value in data.items() if key != "metadata"}
    return name, {**rest, "metadata": own} if own else rest


async def _streamed(
    client: LangGraphClient, name: str, given: Any, *modes: Any, subgraphs: bool = False
) -> list[Frame]:
    """A run on a new thread, from its metadata to its end."""
    stream = client.runs.stream(
        await new_thread(client),
        name,
        input=given,
        stream_mode=list(modes),
        stream_subgraphs=subgraphs,
    )
    got = await frames(stream)
    assert (got[0][0], got[0][1]["attempt"]) == ("metadata", 1)
    assert got[-1][0] == "end"
    assert len([frame for frame in got if frame[0] in ("metadata", "end")]) == 2
    return got


@pytest.mark.parametrize("subgraphs", [False, True])
async def test_messages_are_what_the_graph_itself_streams(
    client: LangGraphClient, subgraphs: bool
) -> None:
    expected = await streamed_in_process(
        sample_graphs.nested(), QUESTION, "messages", subgraphs=subgraphs
    )
    got = await _streamed(client, "nested", QUESTION, "messages-tuple", subgraphs=subgraphs)
    said = joined(parts(got))
    assert _without_run(said) == _without_run(joined(expected))


def _without_run(said: list[Frame]) -> list[Frame]:
    return comparable(
        [
            (name, [message, {key: value for key, value in metadata.items() if key not in OURS}])
            for name, [message, metadata] in said
        ]
    )


async def test_checkpoints_and_debug_say_where_the_run_stands(client: LangGraphClient) -> None:
    got = parts(await _streamed(client, "nested", QUESTION, "checkpoints", "debug", subgraphs=True))
    saved = [data for name, data in got if name.startswith("checkpoints")]
    debugged = [
        data["payload"]
        for name, data in got
        if name.startswith("debug") and data["type"] == "checkpoint"
    ]
    assert saved == debugged
    own = [data for name, data in got if name == "checkpoints"]
    assert [data["metadata"]["step"] for data in own] == list(range(-1, len(own) - 1))
    for before, after in itertools.pairwise(own):
        assert after["parent_checkpoint"]["checkpoint_id"] == before["checkpoint"]["checkpoint_id"]
    kinds = {data["type"] for name, data in got if name.startswith("debug")}
    assert kinds == {"checkpoint", "task", "task_result"}


async def test_whole_messages_grow(client: LangGraphClient) -> None:
    got = parts(await _streamed(client, "telling", QUESTION, "messages"))
    assert got[0][0] == "messages/metadata"
    assert got[0][1]["tale"]["metadata"]["langgraph_node"] == "tell"
    texts = [data[0]["content"] for name, data in got[1:] if name == "messages/partial"]
    assert texts[-1] == TALE
    assert all(TALE.startswith(text) for text in texts)
    assert [len(text) for text in texts] == sorted(len(text) for text in texts)


async def test_chunks_come_in_order_and_the_last_one_says_so(client: LangGraphClient) -> None:
    got = parts(await _streamed(client, "telling", QUESTION, "messages-tuple"))
    chunks = [message for _, [message, _] in got]
    assert "".join(chunk["content"] for chunk in chunks) == TALE
    assert {chunk["type"] for chunk in chunks} == {"AIMessageChunk"}
    assert [chunk["chunk_position"] for chunk in chunks] == [*[None] * (len(chunks) - 1), "last"]


async def test_events_are_streamed_too(client: LangGraphClient) -> None:
    got = parts(await _streamed(client, "nested", QUESTION, "events", "values"))
    events = [data for name, data in got if name == "events"]
    assert [events[0]["event"], events[-1]["event"]] == ["on_chain_start", "on_chain_end"]
    assert {"on_chat_model_stream", "on_tool_end"} <= {event["event"] for event in events}
    assert [data for name, data in got if name == "values"][-1] == events[-1]["data"]["output"]


async def test_our_own_events_are_a_mode_as_well(client: LangGraphClient) -> None:
    got = await _streamed(client, "nested", QUESTION, "agent_events", "values")
    events = [data for name, data in got if name not in ("metadata", "end", "values")]
    assert {event["type"] for event in events} == {
        *("agent_started", "agent_thinking", "tool_executing", "tool_completed", "agent_completed")
    }
    end = {**events[-1], "type": "end", "status": "success"}
    assert violations([*events, end]) == []
    assert [event["seq"] for event in events] == sorted(event["seq"] for event in events)
    assert [name for name, _ in got if name == "values"]


async def test_an_error_is_told_before_the_end(
    client: LangGraphClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    got = await _streamed(client, "failing", COUNT, "values")
    assert got[-1] == ("end", {"status": "error"})
    name, data = got[-2]
    assert (name, data["error"]) == ("error", "RuntimeError")
    assert "on fire" in data["message"]


async def test_the_default_mode_is_values(client: LangGraphClient, service_url: str) -> None:
    thread_id = await new_thread(client)
    async with httpx.AsyncClient(base_url=service_url) as http:
        body = {"assistant_id": "counting", "input": {"count": 1}}
        answer = await http.post(f"/threads/{thread_id}/runs/stream", json=body)
    events = [line[7:] for line in answer.text.splitlines() if line.startswith("event: ")]
    assert events == ["metadata", "values", "values", "end"]
    ids = [int(line[4:]) for line in answer.text.splitlines() if line.startswith("id: ")]
    assert ids == sorted(set(ids))


async def test_people_see_only_the_events_for_people(
    client: LangGraphClient, service_url: str
) -> None:
    thread_id = await new_thread(client)
    run = await client.runs.create(thread_id, "nested", input=QUESTION, stream_mode=["values"])
    await client.runs.join(thread_id, run["run_id"])
    types: list[str] = []
    async with (
        httpx.AsyncClient(base_url=service_url) as http,
        http.stream("GET", f"/threads/{thread_id}/events") as answer,
        asyncio.timeout(20),
    ):
        async for line in answer.aiter_lines():
            if line.startswith("event: "):
                types.append(line[7:])
            if types and types[-1] == "end":
                break
    assert "values" not in types
    assert types[0] == "agent_started"


async def test_a_reader_may_take_some_of_what_a_run_streams(client: LangGraphClient) -> None:
    thread_id = await new_thread(client)
    run = await client.runs.create(
        thread_id, "nested", input=QUESTION, stream_mode=["values", "updates", "messages-tuple"]
    )
    await client.runs.join(thread_id, run["run_id"])

    async def names(*modes: Any) -> set[str]:
        stream = client.runs.join_stream(
            thread_id, run["run_id"], stream_mode=list(modes), last_event_id="-1"
        )
        return {name for name, _ in await frames(stream)} - {"metadata", "end"}

    assert await names() == {"values", "updates", "messages"}
    assert await names("updates") == {"updates"}
    # The two kinds of messages match each other's frames.
    assert await names("messages") == {"messages"}
    assert "agent_started" in await names("agent_events")
    assert await names("custom") == set()


async def test_a_thread_is_followed_over_its_runs(client: LangGraphClient) -> None:
    thread_id = await new_thread(client)
    runs = [
        await client.runs.create(thread_id, "counting", input={"count": number})
        for number in range(2)
    ]
    await client.runs.join(thread_id, runs[-1]["run_id"])

    async def read(mode: Any) -> list[Frame]:
        got: list[Frame] = []
        stream = client.threads.join_stream(thread_id, last_event_id="-1", stream_mode=mode)
        async with asyncio.timeout(20):
            async for part in await stream:
                got.append((part.event, part.data))
                done = [data for _, data in got if data.get("status") == "run_done"]
                if len(done) == len(runs):
                    break
        return got

    begins_and_ends = [
        ("metadata", frame)
        for run in runs
        for frame in (
            {"run_id": run["run_id"], "attempt": 1},
            {"run_id": run["run_id"], "status": "run_done"},
        )
    ]
    assert await read("lifecycle") == begins_and_ends
    everything = await read("run_modes")
    assert [frame for frame in everything if frame[0] == "metadata"] == begins_and_ends
    counts = [data["count"] for name, data in everything if name == "values"]
    assert counts == [0, 1, 1, 2]


async def test_a_silent_stream_says_that_it_lives(
    client: LangGraphClient, service_url: str
) -> None:
    thread_id = await new_thread(client)
    door = Door()
    body = {"assistant_id": "waiting", "input": door.input}
    async with httpx.AsyncClient(base_url=service_url, timeout=20) as http:
        async with http.stream("POST", f"/threads/{thread_id}/runs/stream", json=body) as answer:
            async for line in answer.aiter_lines():
                if line == ": heartbeat":
                    break
        async with http.stream("POST", f"/threads/{thread_id}/runs/wait", json=body) as answer:
            async for raw in answer.aiter_raw():
                assert raw == b"\n"
                break
    door.open()
