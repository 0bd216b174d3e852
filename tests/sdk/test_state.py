"""What threads have reached, read through LangGraph's official client."""

from itertools import pairwise
from typing import Any
from uuid import uuid4

import pytest
from langgraph.pregel.remote import RemoteGraph
from langgraph.types import StateSnapshot
from langgraph_sdk.client import LangGraphClient
from langgraph_sdk.errors import NotFoundError, UnprocessableEntityError

from server.services import Services
from tests.sdk.thread_service import (
    INTERRUPT_FIELDS,
    STATE_FIELDS,
    TASK_FIELDS,
    ran,
    services,
    thread_with,
)

__all__ = ["services"]

START = {"notes": ["start"]}


async def test_a_thread_that_never_ran_has_reached_nothing(client: LangGraphClient) -> None:
    for metadata in (None, {"graph_id": "steps"}):
        thread_id = (await client.threads.create(metadata=metadata))["thread_id"]
        state = await client.threads.get_state(thread_id)
        assert set(state) == STATE_FIELDS
        assert (state["values"], state["next"], state["tasks"]) == ({}, [], [])
        assert (state["checkpoint"], state["metadata"], state["created_at"]) == (None, {}, None)
        assert await client.threads.get_history(thread_id) == []
        whole: Any = {"thread_id": thread_id}
        at = await client.threads.get_state(thread_id, whole)
        assert set(at) == STATE_FIELDS
        assert (at["values"], at["metadata"], at["parent_checkpoint"]) == ({}, {}, None)
        assert at["checkpoint"] == {
            "thread_id": thread_id,
            "checkpoint_ns": "",
            "checkpoint_id": None,
            "checkpoint_map": None,
        }


async def test_langgraphs_remote_graph_reads_an_empty_thread(client: LangGraphClient) -> None:
    thread_id = (await client.threads.create())["thread_id"]
    remote = RemoteGraph("steps", client=client)
    state: Any = await remote.aget_state({"configurable": {"thread_id": thread_id}})
    assert (state.values, state.next, state.tasks) == ({}, (), ())
    assert state.config.get("configurable", {})["checkpoint_id"] is None


async def test_a_finished_thread_shows_where_it_came_from(
    client: LangGraphClient, services: Services
) -> None:
    thread_id = await thread_with(client, services, "steps", START)
    state: Any = await client.threads.get_state(thread_id)
    assert set(state) == STATE_FIELDS
    assert state["values"] == {"notes": ["start", "one", "two"]}
    assert (state["next"], state["tasks"], state["interrupts"]) == ([], [], [])
    assert state["checkpoint"] == {
        "thread_id": thread_id,
        "checkpoint_ns": "",
        "checkpoint_id": state["checkpoint_id"],
    }
    assert state["parent_checkpoint"]["checkpoint_id"] == state["parent_checkpoint_id"]
    metadata = state["metadata"]
    assert (metadata["source"], metadata["step"], metadata["graph_id"]) == ("loop", 2, "steps")
    parent: Any = await client.threads.get_state(thread_id, state["parent_checkpoint"])
    assert (parent["next"], parent["values"]) == (["two"], {"notes": ["start", "one"]})
    [task] = parent["tasks"]
    assert set(task) == TASK_FIELDS
    assert (task["name"], task["error"], task["result"]) == ("two", None, {"notes": ["two"]})
    same = await client.threads.get_state(thread_id, checkpoint_id=parent["checkpoint_id"])
    assert same == parent


async def test_messages_look_as_langgraphs_clients_expect(
    client: LangGraphClient, services: Services
) -> None:
    question = {"messages": [{"role": "user", "content": "Hi", "id": "question"}]}
    thread_id = await thread_with(client, services, "talking", question)
    state: Any = await client.threads.get_state(thread_id)
    [asked, answered] = state["values"]["messages"]
    assert (asked["type"], asked["content"], asked["id"]) == ("human", "Hi", "question")
    assert (answered["type"], answered["content"]) == ("ai", "You said Hi.")
    assert {"additional_kwargs", "response_metadata", "tool_calls"} <= set(answered)
    thread: Any = await client.threads.get(thread_id)
    assert thread["values"] == state["values"]


async def test_what_json_does_not_have_is_shown_as_near_as_can_be(
    client: LangGraphClient, services: Services
) -> None:
    thread_id = await thread_with(client, services, "awkward")
    for values in (
        (await client.threads.get_state(thread_id))["values"],
        (await client.threads.get_history(thread_id))[0]["values"],
        (await client.threads.get(thread_id))["values"],
    ):
        seen: Any = values
        assert (seen["rate"], seen["text"], seen["tags"]) == (None, "ab", ["x"])
        assert (seen["said"]["type"], seen["said"]["content"]) == ("human", "Hi")


async def test_several_questions_at_once_are_all_there(
    client: LangGraphClient, services: Services
) -> None:
    thread_id = await thread_with(client, services, "several", START)
    state: Any = await client.threads.get_state(thread_id)
    tasks = {task["name"]: task for task in state["tasks"]}
    assert sorted(state["next"]) == ["left", "right"]
    assert tasks["silent"]["result"] == {"notes": ["silent"]}
    asked = [interrupt for task in state["tasks"] for interrupt in task["interrupts"]]
    assert [set(interrupt) for interrupt in asked] == [INTERRUPT_FIELDS] * 2
    assert {interrupt["value"]["question"] for interrupt in asked} == {"Left?", "Right?"}
    assert all(len(interrupt["id"]) == 32 for interrupt in asked)
    assert all(interrupt["response_schema"] == {"type": "string"} for interrupt in asked)
    assert state["interrupts"] == asked
    thread = await client.threads.get(thread_id)
    by_task = {task["id"]: task["interrupts"] for task in tasks.values() if task["interrupts"]}
    assert (thread["status"], thread["interrupts"]) == ("interrupted", by_task)
    answers = {interrupt["id"]: interrupt["value"]["question"] for interrupt in asked}
    await ran(services, thread_id, "several", command={"resume": answers})
    done: Any = await client.threads.get_state(thread_id)
    assert sorted(done["values"]["notes"]) == ["Left?", "Right?", "silent", "start"]
    assert (done["next"], done["interrupts"]) == ([], [])


async def test_graphs_inside_show_their_own_states(
    client: LangGraphClient, services: Services
) -> None:
    thread_id = await thread_with(client, services, "deep", START)
    flat: Any = await client.threads.get_state(thread_id)
    [outside] = flat["tasks"]
    assert (outside["name"], outside["state"]) == ("middle", None)
    assert outside["checkpoint"]["checkpoint_ns"] == f"middle:{outside['id']}"
    [asked] = outside["interrupts"]
    whole: Any = await client.threads.get_state(thread_id, subgraphs=True)
    middle = whole["tasks"][0]["state"]
    assert set(middle) == STATE_FIELDS
    assert (middle["values"], middle["next"]) == ({"notes": ["start", "middle"]}, ["inner"])
    inner = middle["tasks"][0]["state"]
    assert inner["values"] == {"notes": ["start", "middle", "inner thought"]}
    assert (inner["next"], inner["interrupts"]) == (["ask"], [asked])
    namespace = inner["checkpoint"]["checkpoint_ns"]
    assert namespace.split("|")[0] == outside["checkpoint"]["checkpoint_ns"]
    # Each of them can be asked for by itself, now and as it was.
    at: Any = await client.threads.get_state(thread_id, outside["checkpoint"])
    assert (at["values"], at["next"]) == (middle["values"], ["inner"])
    at = await client.threads.get_state(thread_id, inner["checkpoint"])
    assert at["checkpoint"] == inner["checkpoint"]
    assert set(at["checkpoint"]["checkpoint_map"]) == {"", *_around(namespace)}
    innermost: Any = {"thread_id": thread_id, "checkpoint_ns": namespace}
    history: Any = await client.threads.get_history(thread_id, checkpoint=innermost)
    assert [one["next"] for one in history] == [["ask"], ["think"], ["__start__"]]


def _around(namespace: str) -> list[str]:
    """The namespaces of the graphs around one and its own."""
    parts = namespace.split("|")
    return ["|".join(parts[:length]) for length in range(1, len(parts) + 1)]


async def test_an_error_stays_with_its_task(client: LangGraphClient, services: Services) -> None:
    thread_id = await thread_with(client, services, "failing")
    state: Any = await client.threads.get_state(thread_id)
    [task] = state["tasks"]
    assert (task["name"], task["result"]) == ("inner", None)
    assert task["error"] == "RuntimeError('the machine is on fire')"
    assert (await client.threads.get(thread_id))["status"] == "error"


async def test_history_comes_newest_first_in_parts(
    client: LangGraphClient, services: Services
) -> None:
    thread_id = await thread_with(client, services, "steps", START)
    whole: Any = await client.threads.get_history(thread_id)
    assert [state["next"] for state in whole] == [[], ["two"], ["one"], ["__start__"]]
    assert all(set(state) == STATE_FIELDS for state in whole)
    for newer, older in pairwise(whole):
        assert newer["parent_checkpoint"] == older["checkpoint"]
    assert whole[-1]["parent_checkpoint"] is None
    first: Any = await client.threads.get_history(thread_id, limit=1)
    rest: Any = await client.threads.get_history(thread_id, before=first[0]["checkpoint_id"])
    assert first + rest == whole
    assert await client.threads.get_history(thread_id, before=first[0]["checkpoint"]) == rest
    inputs = await client.threads.get_history(thread_id, metadata={"source": "input"})
    assert inputs == whole[-1:]
    nothing = await client.threads.get_history(thread_id, metadata={"source": "out\x00put"})
    assert nothing == []
    one: Any = {"thread_id": thread_id, "checkpoint_id": whole[1]["checkpoint_id"]}
    assert await client.threads.get_history(thread_id, checkpoint=one) == whole[1:2]


async def test_fields_can_be_chosen(client: LangGraphClient, services: Services) -> None:
    thread_id = await thread_with(client, services, "counting")
    chosen: Any = await client.threads.get_state(thread_id, select=["next", "values.count"])
    assert chosen == {"next": [], "values": {"count": 2}}
    checkpoint: Any = {"thread_id": thread_id}
    missing: Any = await client.threads.get_state(
        thread_id, checkpoint, select=["values.nothing", "created_at"]
    )
    assert (missing["values"], set(missing)) == ({}, {"values", "created_at"})
    history: Any = await client.threads.get_history(thread_id, select=["values", "values.count"])
    assert history[:2] == [{"values": {"count": 2}}, {"values": {"count": 1}}]
    for select in (["nothing"], ["next.one"], ["values."]):
        with pytest.raises(UnprocessableEntityError, match="`select` names a field"):
            await client.threads.get_state(thread_id, select=select)


async def test_checkpoints_of_other_threads_are_not_read(
    client: LangGraphClient, services: Services
) -> None:
    mine = await thread_with(client, services, "steps", START)
    other = await thread_with(client, services, "steps", {"notes": ["private"]})
    theirs: Any = (await client.threads.get_state(other))["checkpoint"]
    with pytest.raises(NotFoundError, match="There is no checkpoint"):
        await client.threads.get_state(mine, checkpoint_id=theirs["checkpoint_id"])
    with pytest.raises(NotFoundError, match="There is no checkpoint"):
        await client.threads.get_state(mine, theirs | {"thread_id": mine})
    calls = [
        client.threads.get_state(mine, theirs),
        client.threads.get_history(mine, checkpoint=theirs),
        client.threads.get_history(mine, before=theirs),
        client.threads.update_state(mine, {"notes": ["x"]}, checkpoint=theirs),
    ]
    for call in calls:
        with pytest.raises(UnprocessableEntityError, match="another thread"):
            await call
    state = await client.threads.get_state(other)
    assert state["values"] == {"notes": ["private", "one", "two"]}


async def test_what_is_not_there_is_said_in_words(
    client: LangGraphClient, services: Services
) -> None:
    thread_id = await thread_with(client, services, "steps", START)
    with pytest.raises(NotFoundError, match="There is no thread"):
        await client.threads.get_state(str(uuid4()))
    with pytest.raises(NotFoundError, match="There is no checkpoint"):
        await client.threads.get_state(thread_id, checkpoint_id=str(uuid4()))
    with pytest.raises(UnprocessableEntityError):
        await client.threads.get_state(thread_id, checkpoint_id="no-id")
    gone = await client.threads.create(metadata={"graph_id": "gone"})
    with pytest.raises(NotFoundError, match="There is no graph gone"):
        await client.threads.get_state(gone["thread_id"])
    with pytest.raises(NotFoundError, match="There is no graph gone"):
        await client.threads.get_history(gone["thread_id"])


async def test_langgraphs_remote_graph_reads_a_paused_thread(
    client: LangGraphClient, services: Services
) -> None:
    thread_id = await thread_with(client, services, "deep", START)
    remote = RemoteGraph("deep", client=client)
    config: Any = {"configurable": {"thread_id": thread_id}}
    state = await remote.aget_state(config, subgraphs=True)
    [task] = state.tasks
    assert isinstance(task.state, StateSnapshot)
    assert task.state.values == {"notes": ["start", "middle"]}
    assert [interrupt.value for interrupt in state.interrupts] == [{"question": "How deep?"}]
    history = [one async for one in remote.aget_state_history(config)]
    assert [one.next for one in history] == [("middle",), ("__start__",)]
    assert await remote.aget_state(history[0].config) == history[0]
