"""Runs are stopped, undone and deleted by LangGraph's client, alone and many at once."""

import asyncio
from typing import Any

import pytest
from langgraph_sdk.client import LangGraphClient
from langgraph_sdk.errors import NotFoundError

from tests.sdk.runs.clients import Door, frames, new_thread


async def test_a_cancelled_run_has_stopped_when_who_waits_is_answered(
    client: LangGraphClient,
) -> None:
    thread_id = await new_thread(client)
    door = Door()
    run = await client.runs.create(thread_id, "waiting", input=door.input)
    await door.reached()
    result: Any = await client.runs.cancel(thread_id, run["run_id"], wait=True)
    assert result["done"] == ["first"]
    got = await client.runs.get(thread_id, run["run_id"])
    assert got["status"] == "interrupted"
    assert (await client.threads.get(thread_id))["status"] == "interrupted"
    with pytest.raises(NotFoundError):
        await client.runs.cancel(thread_id, run["run_id"])


async def test_a_cancel_that_does_not_wait_is_accepted(client: LangGraphClient) -> None:
    thread_id = await new_thread(client)
    door = Door()
    run = await client.runs.create(thread_id, "waiting", input=door.input)
    await door.reached()
    assert await client.runs.cancel(thread_id, run["run_id"]) is None
    await client.runs.join(thread_id, run["run_id"])
    assert (await client.runs.get(thread_id, run["run_id"]))["status"] == "interrupted"


async def test_a_rolled_back_run_is_gone_with_what_it_did(client: LangGraphClient) -> None:
    thread_id = await new_thread(client)
    await client.runs.wait(thread_id, "waiting", input={"done": ["before"]})
    door = Door()
    run = await client.runs.create(thread_id, "waiting", input=door.input)
    await door.reached()
    await client.runs.cancel(thread_id, run["run_id"], wait=True, action="rollback")
    with pytest.raises(NotFoundError):
        await client.runs.get(thread_id, run["run_id"])
    values: Any = (await client.threads.get(thread_id))["values"]
    assert values["done"] == ["before", "first", "second"]


async def test_many_runs_are_cancelled_by_name_or_by_status(client: LangGraphClient) -> None:
    threads = [await new_thread(client) for _ in range(3)]
    doors = [Door() for _ in threads]
    runs: list[Any] = []
    for thread_id, door in zip(threads, doors, strict=True):
        runs.append(await client.runs.create(thread_id, "waiting", input=door.input))
        await door.reached()
    waiting = await client.runs.create(threads[0], "waiting", input={"gate": ""})
    await client.runs.cancel_many(thread_id=threads[0], run_ids=[runs[0]["run_id"]])
    await client.runs.join(threads[0], runs[0]["run_id"])
    await client.runs.join(threads[0], waiting["run_id"])
    assert (await client.runs.get(threads[0], waiting["run_id"]))["status"] == "success"
    await client.runs.cancel_many(status="all")
    for thread_id, run in zip(threads, runs, strict=True):
        await client.runs.join(thread_id, run["run_id"])
        assert (await client.runs.get(thread_id, run["run_id"]))["status"] == "interrupted"
    with pytest.raises(NotFoundError):
        await client.runs.cancel_many(status="running")


async def test_a_deleted_run_is_stopped_first(client: LangGraphClient) -> None:
    thread_id = await new_thread(client)
    door = Door()
    run = await client.runs.create(thread_id, "waiting", input=door.input)
    await door.reached()
    reading = asyncio.create_task(frames(client.runs.join_stream(thread_id, run["run_id"])))
    await client.runs.delete(thread_id, run["run_id"])
    assert (await reading)[-1] == ("end", {"status": "cancelled"})
    with pytest.raises(NotFoundError):
        await client.runs.get(thread_id, run["run_id"])
    with pytest.raises(NotFoundError):
        await client.runs.delete(thread_id, run["run_id"])
