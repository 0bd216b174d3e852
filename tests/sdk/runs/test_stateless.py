"""Runs without a thread: each has one of its own, shown nowhere, and gone with the run."""

import asyncio
from typing import Any

import httpx
import pytest
from langgraph_sdk.client import LangGraphClient
from langgraph_sdk.errors import NotFoundError

from tests.sdk.runs.clients import Door, frames


async def test_a_run_without_a_thread_is_waited_for(client: LangGraphClient) -> None:
    assert await client.runs.wait(None, "counting", input={"count": 4}) == {"count": 5}
    assert await client.threads.search() == []


async def test_its_thread_is_gone_but_its_log_can_be_read(client: LangGraphClient) -> None:
    created: list[Any] = []
    stream = client.runs.stream(
        None,
        "counting",
        input={"count": 4},
        stream_mode=["values", "updates"],
        on_run_created=created.append,
    )
    got = await frames(stream)
    assert got[-1] == ("end", {"status": "success"})
    thread_id, run_id = created[0]["thread_id"], created[0]["run_id"]
    with pytest.raises(NotFoundError):
        await client.threads.get(thread_id)
    again = await frames(client.runs.join_stream(thread_id, run_id, last_event_id="-1"))
    assert again == got
    assert await client.runs.join(thread_id, run_id) == {"count": 5}


async def test_it_may_keep_its_thread(client: LangGraphClient) -> None:
    created: list[Any] = []
    await client.runs.wait(
        None,
        "counting",
        input={"count": 4},
        on_completion="keep",
        on_run_created=created.append,
    )
    thread = await client.threads.get(created[0]["thread_id"])
    assert thread["values"] == {"count": 5}


async def test_a_run_in_the_background_is_followed_without_its_thread(
    client: LangGraphClient, service_url: str
) -> None:
    door = Door()
    run: Any = await client.runs.create(None, "waiting", input=door.input)
    await door.reached()
    assert await client.threads.search() == []
    async with httpx.AsyncClient(base_url=service_url, timeout=20) as http:
        reading = asyncio.create_task(
            http.get(f"/runs/{run['run_id']}/stream", headers={"Last-Event-ID": "-1"})
        )
        door.open()
        text = (await reading).text
    names = [line[7:] for line in text.splitlines() if line.startswith("event: ")]
    assert names == ["metadata", "values", "values", "values", "end"]


async def test_an_error_is_told_and_the_thread_goes_too(client: LangGraphClient) -> None:
    created: list[Any] = []
    result: Any = await client.runs.wait(
        None, "failing", input={"count": 0}, raise_error=False, on_run_created=created.append
    )
    assert result["__error__"]["error"] == "RuntimeError"
    with pytest.raises(NotFoundError):
        await client.threads.get(created[0]["thread_id"])
