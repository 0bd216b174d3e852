"""Runs are started, waited for, listed, looked at, stopped and deleted by LangGraph's client."""

import asyncio
from typing import Any
from uuid import uuid4

import httpx
import pytest
from langgraph_sdk.client import LangGraphClient
from langgraph_sdk.errors import ConflictError, NotFoundError

from tests.sdk.runs.clients import Door, frames, new_thread


async def test_a_run_is_created_and_joined(client: LangGraphClient) -> None:
    thread_id = await new_thread(client)
    created: list[Any] = []
    run = await client.runs.create(
        thread_id,
        "counting",
        input={"count": 1},
        metadata={"mine": True},
        on_run_created=created.append,
    )
    assert (run["thread_id"], run["status"], run["metadata"]) == (
        thread_id,
        "pending",
        {"mine": True},
    )
    assert created == [{"run_id": run["run_id"], "thread_id": thread_id}]
    assert await client.runs.join(thread_id, run["run_id"]) == {"count": 2}
    got = await client.runs.get(thread_id, run["run_id"])
    assert (got["status"], got["run_id"]) == ("success", run["run_id"])
    thread = await client.threads.get(thread_id)
    assert (thread["status"], thread["values"]) == ("idle", {"count": 2})


async def test_waiting_brings_the_final_values(client: LangGraphClient) -> None:
    thread_id = await new_thread(client)
    created: list[Any] = []
    result = await client.runs.wait(
        thread_id, "counting", input={"count": 1}, on_run_created=created.append
    )
    assert result == {"count": 2}
    again = await client.runs.wait(thread_id, "counting", input={})
    assert again == {"count": 3}
    # Each run's own, whatever its thread has done since.
    assert await client.runs.join(thread_id, created[0]["run_id"]) == {"count": 2}


async def test_the_context_reaches_the_graph(client: LangGraphClient) -> None:
    thread_id = await new_thread(client)
    result = await client.runs.wait(thread_id, "counting", input={"count": 1}, context={"step": 10})
    assert result == {"count": 11}


async def test_an_error_is_raised_by_the_one_who_waits(client: LangGraphClient) -> None:
    thread_id = await new_thread(client)
    with pytest.raises(Exception, match=r"RuntimeError: .*the machine is on fire"):
        await client.runs.wait(thread_id, "failing", input={"count": 0})
    result: Any = await client.runs.wait(
        thread_id, "failing", input={"count": 0}, raise_error=False
    )
    assert result["__error__"]["error"] == "RuntimeError"
    assert (await client.threads.get(thread_id))["status"] == "error"
    assert {run["status"] for run in await client.runs.list(thread_id)} == {"error"}


async def test_a_thread_may_be_made_with_its_run(client: LangGraphClient) -> None:
    thread_id = str(uuid4())
    with pytest.raises(NotFoundError):
        await client.runs.create(thread_id, "counting", input={})
    run = await client.runs.create(
        thread_id, "counting", input={"count": 4}, if_not_exists="create"
    )
    assert await client.runs.join(thread_id, run["run_id"]) == {"count": 5}
    assert (await client.threads.get(thread_id))["thread_id"] == thread_id


async def test_runs_are_listed_by_status_and_page_with_chosen_fields(
    client: LangGraphClient,
) -> None:
    thread_id = await new_thread(client)
    door = Door()
    done = [await client.runs.create(thread_id, "counting", input={"count": 0}) for _ in range(3)]
    await client.runs.join(thread_id, done[-1]["run_id"])
    running = await client.runs.create(thread_id, "waiting", input=door.input)
    await door.reached()
    pending = await client.runs.create(thread_id, "counting", input={})

    async def ids(**query: Any) -> list[str]:
        return [run["run_id"] for run in await client.runs.list(thread_id, **query)]

    newest = [pending, running, *reversed(done)]
    assert await ids() == [run["run_id"] for run in newest]
    assert await ids(limit=2, offset=1) == [run["run_id"] for run in newest[1:3]]
    assert await ids(status="running") == [running["run_id"]]
    assert await ids(status="pending") == [pending["run_id"]]
    assert await ids(status="success") == [run["run_id"] for run in reversed(done)]
    [chosen] = await client.runs.list(thread_id, limit=1, select=["run_id", "status"])
    assert chosen == {"run_id": pending["run_id"], "status": "pending"}
    door.open()
    await client.runs.join(thread_id, pending["run_id"])


async def test_a_delayed_run_waits_and_its_thread_is_busy(client: LangGraphClient) -> None:
    thread_id = await new_thread(client)
    made = asyncio.Event()
    streaming = client.runs.stream(
        thread_id,
        "counting",
        input={"count": 0},
        after_seconds=2,
        on_run_created=lambda run: made.set(),
    )
    reading = asyncio.create_task(frames(streaming))
    async with asyncio.timeout(20):
        await made.wait()
    assert (await client.threads.get(thread_id))["status"] == "busy"
    assert [run["status"] for run in await client.runs.list(thread_id)] == ["pending"]
    assert (await reading)[-1] == ("end", {"status": "success"})


async def test_a_run_of_another_thread_is_not_found(client: LangGraphClient) -> None:
    thread_id, other = await new_thread(client), await new_thread(client)
    run = await client.runs.create(thread_id, "counting", input={})
    for ask in (client.runs.get, client.runs.join, client.runs.cancel, client.runs.delete):
        with pytest.raises((NotFoundError, httpx.HTTPStatusError)):
            await ask(other, run["run_id"])
    await client.runs.join(thread_id, run["run_id"])


REFUSED: list[tuple[dict[str, Any], int, str]] = [
    ({}, 422, "assistant_id"),
    ({"assistant_id": "nobody"}, 404, "assistant"),
    ({"stream_mode": "lifecycle"}, 422, "stream mode"),
    ({"stream_mode": ["values", "tools"]}, 422, "agent_events"),
    ({"multitask_strategy": "fight"}, 422, "multitask_strategy"),
    ({"on_disconnect": "panic"}, 422, "on_disconnect"),
    ({"durability": "never"}, 422, "durability"),
    ({"after_seconds": -1}, 422, "after_seconds"),
    ({"context": {"a": 1}, "config": {"configurable": {"b": 2}}}, 400, "not both"),
    ({"webhook": "https://example.com"}, 501, "Webhooks"),
]


async def test_what_cannot_be_done_is_refused_in_words(
    client: LangGraphClient, service_url: str
) -> None:
    thread_id = await new_thread(client)
    async with httpx.AsyncClient(base_url=service_url) as http:
        for body, status, said in REFUSED:
            whole = {"assistant_id": "counting", **body} if body else {}
            for path in (f"/threads/{thread_id}/runs", "/runs/stream", "/runs/wait"):
                answer = await http.post(path, json=whole)
                assert answer.status_code == status
                assert said in answer.json()["detail"]
    assert await client.runs.list(thread_id) == []


async def test_nothing_to_answer_without_a_thread(service_url: str) -> None:
    async with httpx.AsyncClient(base_url=service_url) as http:
        body = {"assistant_id": "asking", "command": {"resume": 1}}
        answer = await http.post("/runs/wait", json=body)
    assert answer.status_code == 400


NOT_BUILT = [
    ("POST", "/runs/batch"),
    ("POST", "/runs/crons"),
    ("POST", "/runs/crons/search"),
    ("GET", f"/runs/crons/{uuid4()}"),
    ("DELETE", f"/runs/crons/{uuid4()}"),
    ("POST", f"/threads/{uuid4()}/runs/crons"),
    ("GET", "/store/items"),
    ("PUT", "/store/items"),
    ("POST", "/store/namespaces"),
    ("POST", f"/threads/{uuid4()}/commands"),
    ("POST", f"/threads/{uuid4()}/stream/events"),
]


async def test_what_is_not_there_yet_says_so(service_url: str) -> None:
    async with httpx.AsyncClient(base_url=service_url) as http:
        for method, path in NOT_BUILT:
            answer = await http.request(method, path)
            assert answer.status_code == 501
            assert "not" in answer.json()["detail"]


async def test_the_headers_name_the_run(client: LangGraphClient, service_url: str) -> None:
    thread_id = await new_thread(client)
    async with httpx.AsyncClient(base_url=service_url) as http:
        body = {"assistant_id": "counting", "input": {"count": 0}, "stream_mode": ["updates"]}
        streamed = await http.post(f"/threads/{thread_id}/runs/stream", json=body)
        [run] = await client.runs.list(thread_id)
        path = f"/threads/{thread_id}/runs/{run['run_id']}"
        assert streamed.headers["content-location"] == path
        assert streamed.headers["location"] == f"{path}/stream?stream_mode=updates"
        assert streamed.headers["cache-control"] == "no-store"
        assert streamed.headers["x-accel-buffering"] == "no"
        assert streamed.headers["content-type"].startswith("text/event-stream")
        for answer in (
            await http.get(f"{path}/join"),
            await http.get(f"{path}/stream"),
            await http.get(streamed.headers["location"]),
            await http.post(f"/threads/{thread_id}/runs/wait", json=body),
        ):
            assert answer.status_code == 200
            assert answer.headers["content-location"].startswith(f"/threads/{thread_id}/runs/")
            again = await http.get(answer.headers["location"])
            assert again.status_code == 200


async def test_a_thread_that_is_busy_may_refuse(client: LangGraphClient) -> None:
    thread_id = await new_thread(client)
    door = Door()
    run = await client.runs.create(thread_id, "waiting", input=door.input)
    with pytest.raises(ConflictError):
        await client.runs.create(thread_id, "waiting", input={}, multitask_strategy="reject")
    door.open()
    await client.runs.join(thread_id, run["run_id"])
