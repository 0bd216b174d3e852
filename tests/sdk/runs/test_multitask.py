"""What becomes of a new run on a thread that is busy, for every way to ask for it."""

import asyncio
from typing import Any

import pytest
from langgraph_sdk.client import LangGraphClient
from langgraph_sdk.errors import ConflictError, NotFoundError

from tests.sdk.runs.clients import DEADLINE_S, Door, frames, new_thread

AGAIN: dict[str, Any] = {"gate": "", "done": ["new"]}


async def busy_thread(client: LangGraphClient) -> tuple[str, dict[str, Any], Door]:
    """A thread with a run that stands at a door."""
    thread_id, door = await new_thread(client), Door()
    run: Any = await client.runs.create(thread_id, "waiting", input=door.input)
    await door.reached()
    return thread_id, run, door


async def test_a_run_waits_for_the_one_before_it(client: LangGraphClient) -> None:
    thread_id, first, door = await busy_thread(client)
    second = await client.runs.create(thread_id, "waiting", input=AGAIN)
    third = await client.runs.create(thread_id, "waiting", input={})
    assert (await client.runs.get(thread_id, second["run_id"]))["status"] == "pending"
    door.open()
    done: Any = await client.runs.join(thread_id, third["run_id"])
    assert done["done"] == ["first", "second", "new", *["first", "second"] * 2]
    assert await client.runs.join(thread_id, first["run_id"]) == {
        "gate": door.name,
        "done": ["first", "second"],
    }


async def test_a_run_may_refuse_to_wait(client: LangGraphClient) -> None:
    thread_id, first, door = await busy_thread(client)
    with pytest.raises(ConflictError) as refused:
        await client.runs.create(
            thread_id, "waiting", input={"secret": "mine"}, multitask_strategy="reject"
        )
    assert "mine" not in str(refused.value)
    door.open()
    await client.runs.join(thread_id, first["run_id"])
    done: Any = await client.runs.wait(
        thread_id, "waiting", input=AGAIN, multitask_strategy="reject"
    )
    assert done["done"][-1] == "second"


async def test_a_run_may_stop_the_one_before_it(client: LangGraphClient) -> None:
    thread_id, first, _ = await busy_thread(client)
    reading = asyncio.create_task(frames(client.runs.join_stream(thread_id, first["run_id"])))
    got = await frames(
        client.runs.stream(thread_id, "waiting", input=AGAIN, multitask_strategy="interrupt")
    )
    assert got[-1] == ("end", {"status": "success"})
    assert (await reading)[-1] == ("end", {"status": "cancelled"})
    assert (await client.runs.get(thread_id, first["run_id"]))["status"] == "interrupted"
    values: Any = (await client.threads.get(thread_id))["values"]
    assert values["done"] == ["first", "new", "first", "second"]


async def test_a_run_may_undo_the_one_before_it(client: LangGraphClient) -> None:
    thread_id, first, _ = await busy_thread(client)
    async with asyncio.timeout(DEADLINE_S):
        done: Any = await client.runs.wait(
            thread_id, "waiting", input=AGAIN, multitask_strategy="rollback"
        )
    assert done["done"] == ["new", "first", "second"]
    with pytest.raises(NotFoundError):
        await client.runs.get(thread_id, first["run_id"])


async def test_a_waiting_run_is_stopped_before_it_began(client: LangGraphClient) -> None:
    thread_id, first, door = await busy_thread(client)
    second = await client.runs.create(thread_id, "waiting", input=AGAIN)
    await client.runs.cancel(thread_id, second["run_id"], wait=True)
    assert (await client.runs.get(thread_id, second["run_id"]))["status"] == "interrupted"
    got = await frames(client.runs.join_stream(thread_id, second["run_id"], last_event_id="-1"))
    assert [name for name, _ in got] == ["metadata", "end"]
    assert got[-1][1] == {"status": "cancelled"}
    door.open()
    done: Any = await client.runs.join(thread_id, first["run_id"])
    assert done["done"] == ["first", "second"]
