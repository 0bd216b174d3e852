"""Threads copied from others, or begun with a history, through LangGraph's official client."""

from typing import Any
from uuid import uuid4

import pytest
from langgraph_sdk.client import LangGraphClient
from langgraph_sdk.errors import NotFoundError, UnprocessableEntityError

from server.services import Services
from tests.sdk.thread_service import busy, ran, services, thread_with

__all__ = ["services"]

START = {"notes": ["start"]}


async def test_a_copy_goes_its_own_way(client: LangGraphClient, services: Services) -> None:
    original = await thread_with(client, services, "steps", START)
    await client.threads.update(original, metadata={"title": "Costs"})
    copy: Any = await client.threads.copy(original)
    thread: Any = await client.threads.get(original)
    for field in ("metadata", "values", "status", "interrupts", "state_updated_at"):
        assert copy[field] == thread[field]
    assert copy["thread_id"] != original
    assert await _history(client, copy["thread_id"]) == await _history(client, original)
    state: Any = await client.threads.get_state(copy["thread_id"])
    assert state["checkpoint"]["thread_id"] == copy["thread_id"]
    await client.threads.update_state(copy["thread_id"], {"notes": ["elsewhere"]})
    await ran(services, original, "steps", input={"notes": ["here"]})
    notes = ["start", "one", "two"]
    assert await _notes(client, copy["thread_id"]) == [*notes, "elsewhere"]
    assert await _notes(client, original) == [*notes, "here", "one", "two"]
    await client.threads.delete(original)
    assert await _notes(client, copy["thread_id"]) == [*notes, "elsewhere"]


async def test_a_copy_can_answer_what_the_original_asked(
    client: LangGraphClient, services: Services
) -> None:
    original = await thread_with(client, services, "deep", START)
    copy: Any = await client.threads.copy(original)
    assert copy["status"] == "interrupted"
    [[asked]] = copy["interrupts"].values()
    await ran(services, copy["thread_id"], "deep", command={"resume": {asked["id"]: "deep"}})
    assert (await _notes(client, copy["thread_id"]))[-1] == "deep"
    assert (await client.threads.get(original))["status"] == "interrupted"


async def test_a_copy_of_a_busy_thread_has_what_was_saved_so_far(
    client: LangGraphClient, services: Services
) -> None:
    original = await thread_with(client, services, "several", START)
    await busy(services, original, "several")
    copy: Any = await client.threads.copy(original)
    assert copy["status"] == "interrupted"
    assert copy["interrupts"] == (await client.threads.get(original))["interrupts"]
    assert (await client.threads.get_state(copy["thread_id"]))["values"] == copy["values"]
    assert await client.runs.list(copy["thread_id"]) == []


async def _history(client: LangGraphClient, thread_id: str) -> list[dict[str, Any]]:
    """All states of a thread, without its id."""
    states: Any = await client.threads.get_history(thread_id)
    return [{**state, "checkpoint": None, "parent_checkpoint": None} for state in states]


async def _notes(client: LangGraphClient, thread_id: str) -> list[str]:
    state: Any = await client.threads.get_state(thread_id)
    return state["values"]["notes"]


async def test_a_thread_may_begin_with_a_history(
    client: LangGraphClient, services: Services
) -> None:
    made: Any = await client.threads.create(
        graph_id="steps",
        supersteps=[
            {"updates": [{"values": START, "as_node": "__input__"}]},
            {"updates": [{"values": START, "as_node": "__start__"}]},
            {"updates": [{"values": {"notes": ["mine"]}, "as_node": "one"}]},
        ],
    )
    assert (made["status"], made["values"]) == ("interrupted", {"notes": ["start", "mine"]})
    history: Any = await client.threads.get_history(made["thread_id"])
    assert [state["next"] for state in history] == [["two"], ["one"], ["__start__"]]
    await ran(services, made["thread_id"], "steps")
    assert await _notes(client, made["thread_id"]) == ["start", "mine", "two"]


async def test_a_history_may_be_made_of_commands(client: LangGraphClient) -> None:
    command = {"update": {"notes": ["jumped"]}, "goto": "two"}
    made: Any = await client.threads.create(
        graph_id="steps",
        supersteps=[{"updates": [{"values": None, "command": command, "as_node": "__start__"}]}],
    )
    assert made["values"] == {"notes": ["jumped"]}
    state: Any = await client.threads.get_state(made["thread_id"])
    assert sorted(state["next"]) == ["one", "two"]


async def test_a_history_that_cannot_be_makes_no_thread(client: LangGraphClient) -> None:
    thread_id = str(uuid4())
    step: Any = {"updates": [{"values": START, "as_node": "nobody"}]}
    with pytest.raises(UnprocessableEntityError, match="no such node"):
        await client.threads.create(thread_id=thread_id, graph_id="steps", supersteps=[step])
    with pytest.raises(UnprocessableEntityError, match="has no graph"):
        await client.threads.create(thread_id=thread_id, supersteps=[step])
    with pytest.raises(NotFoundError, match="There is no graph gone"):
        await client.threads.create(thread_id=thread_id, graph_id="gone", supersteps=[step])
    with pytest.raises(UnprocessableEntityError, match="updates"):
        await client.threads.create(graph_id="steps", supersteps=[{"updates": []}])
    with pytest.raises(NotFoundError):
        await client.threads.get(thread_id)
