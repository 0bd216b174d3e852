"""LangGraph's RemoteGraph: a graph that runs in the service, used like any other."""

from typing import Any
from uuid import uuid4

import pytest
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.errors import ParentCommand
from langgraph.graph import END, START, StateGraph
from langgraph.pregel.remote import RemoteException, RemoteGraph
from langgraph.types import Command
from langgraph_sdk.client import LangGraphClient

from tests.graphs.recordings import COUNT, QUESTION
from tests.graphs.sample_graphs import Count, Talk
from tests.sdk.runs.graphs import TALE


def on_new_thread() -> RunnableConfig:
    return {"configurable": {"thread_id": str(uuid4())}}


async def test_it_is_invoked_like_a_graph(client: LangGraphClient) -> None:
    remote = RemoteGraph("counting", client=client)
    config = on_new_thread()
    assert await remote.ainvoke({"count": 1}, config) == {"count": 2}
    assert await remote.ainvoke({}, config) == {"count": 3}
    # Without a thread it remembers nothing.
    assert await remote.ainvoke({"count": 7}) == {"count": 8}


async def test_it_streams_like_a_graph(client: LangGraphClient) -> None:
    remote = RemoteGraph("telling", client=client)
    modes: list[Any] = ["values", "updates", "messages"]
    parts: Any = remote.astream(QUESTION, on_new_thread(), stream_mode=modes)
    got = [(part.event, part.data) async for part in parts]
    said = [data for name, data in got if name == "messages"]
    assert "".join(chunk["content"] for chunk, _ in said) == TALE
    assert {metadata["langgraph_node"] for _, metadata in said} == {"tell"}
    values = [data for name, data in got if name == "values"]
    updates = [data for name, data in got if name == "updates"]
    assert values[-1]["messages"][-1] == updates[-1]["tell"]["messages"][-1]


async def test_its_questions_are_answered_by_a_command(client: LangGraphClient) -> None:
    remote = RemoteGraph("asking", client=client)
    config = on_new_thread()
    paused: Any = await remote.ainvoke(COUNT, config)
    [asked] = paused["__interrupt__"]
    assert asked["value"] == {"question": "First number?"}
    await remote.ainvoke(Command(resume=1), config)
    assert await remote.ainvoke(Command(resume=2), config) == {"count": 3}


async def test_its_errors_are_errors(client: LangGraphClient) -> None:
    with pytest.raises(RemoteException, match="on fire"):
        await RemoteGraph("failing", client=client).ainvoke(COUNT, on_new_thread())


async def test_what_it_asks_of_its_parent_reaches_the_parent(client: LangGraphClient) -> None:
    with pytest.raises(ParentCommand) as asked:
        await RemoteGraph("leaving", client=client).ainvoke(COUNT, on_new_thread())
    command = asked.value.args[0]
    assert (command.goto, command.update) == ("elsewhere", {"count": 5})


def talking_with(remote: RemoteGraph) -> Any:
    builder = StateGraph(Talk)
    builder.add_node("remote", remote)
    builder.add_edge(START, "remote")
    builder.add_edge("remote", END)
    return builder.compile(checkpointer=InMemorySaver())


async def test_it_is_a_part_of_a_local_graph(client: LangGraphClient) -> None:
    local = talking_with(RemoteGraph("telling", client=client, name="remote"))
    result = await local.ainvoke(QUESTION, on_new_thread())
    assert result["messages"][-1].text == TALE


async def test_as_a_part_it_streams_through(client: LangGraphClient) -> None:
    local = talking_with(RemoteGraph("nested", client=client, name="remote"))
    parts: list[Any] = [
        part
        async for part in local.astream(
            QUESTION, on_new_thread(), stream_mode=["updates", "custom"], subgraphs=True
        )
    ]
    inside = [(namespace, mode) for namespace, mode, _ in parts if namespace]
    assert {namespace[0].partition(":")[0] for namespace, _ in inside} == {"remote"}
    assert {len(namespace) for namespace, _ in inside} == {1, 2}
    assert {"updates", "custom"} == {mode for _, mode in inside}


async def test_as_a_part_it_asks_for_the_whole(client: LangGraphClient) -> None:
    builder = StateGraph(Count)
    builder.add_node("remote", RemoteGraph("asking", client=client, name="remote"))
    builder.add_edge(START, "remote")
    local = builder.compile(checkpointer=InMemorySaver())
    config = on_new_thread()
    paused: Any = await local.ainvoke({"count": 0}, config)
    assert [asked.value for asked in paused["__interrupt__"]] == [{"question": "First number?"}]
