"""Threads through LangGraph's official client."""

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from langgraph_sdk.client import LangGraphClient
from langgraph_sdk.errors import (
    APIStatusError,
    ConflictError,
    NotFoundError,
    UnprocessableEntityError,
)

from domain.identity import LOCAL_USER
from server.runs.requests import RunRequest
from server.services import Services
from tests.sdk.thread_service import busy, services, thread_with
from tests.storage.owner import as_owner

__all__ = ["services"]

START = {"notes": ["start"]}
NOBODY = "00000000-0000-4000-8000-000000000000"


async def test_a_threads_life(client: LangGraphClient) -> None:
    thread_id = str(uuid4())
    made: Any = await client.threads.create(
        thread_id=thread_id, metadata={"title": "Costs"}, graph_id="steps"
    )
    assert (made["thread_id"], made["status"]) == (thread_id, "idle")
    assert made["metadata"] == {"title": "Costs", "graph_id": "steps"}
    assert (made["values"], made["interrupts"], made["error"]) == (None, {}, None)
    assert await client.threads.get(thread_id) == made
    assert await client.threads.get(thread_id, include=["ttl"]) == made
    changed: Any = await client.threads.update(thread_id, metadata={"title": "Bills"})
    assert changed["metadata"] == {"title": "Bills", "graph_id": "steps"}
    assert changed["updated_at"] > made["updated_at"]
    nothing = await client.threads.update(thread_id, metadata={"more": 1}, return_minimal=True)
    assert nothing is None
    assert (await client.threads.get(thread_id))["metadata"] == {**changed["metadata"], "more": 1}
    await client.threads.delete(thread_id)
    with pytest.raises(NotFoundError, match="There is no thread"):
        await client.threads.get(thread_id)


async def test_a_taken_id_conflicts_or_is_given_back(client: LangGraphClient) -> None:
    made = await client.threads.create(metadata={"title": "Costs"})
    thread_id = made["thread_id"]
    with pytest.raises(ConflictError, match="exists already"):
        await client.threads.create(thread_id=thread_id)
    again = await client.threads.create(
        thread_id=thread_id, metadata={"title": "Bills"}, if_exists="do_nothing"
    )
    assert again == made


async def test_what_cannot_be_kept_is_not_promised(client: LangGraphClient) -> None:
    thread_id = (await client.threads.create())["thread_id"]
    with pytest.raises(UnprocessableEntityError, match="Leave it out"):
        await client.threads.create(ttl=5)
    with pytest.raises(UnprocessableEntityError, match="Leave it out"):
        await client.threads.update(thread_id, metadata={"a": 1}, ttl=5)
    assert (await client.threads.get(thread_id))["metadata"] == {}
    with pytest.raises(APIStatusError, match="cannot be pruned") as error:
        await client.threads.prune([thread_id])
    assert error.value.status_code == 501


async def test_a_busy_thread_is_stopped_and_deleted(
    client: LangGraphClient, services: Services
) -> None:
    thread_id = await thread_with(client, services, "deep", START)
    run = await busy(services, thread_id)
    assert (await client.threads.get(thread_id))["status"] == "busy"
    await client.threads.delete(thread_id)
    for call in (
        client.threads.get(thread_id),
        client.threads.get_state(thread_id),
        client.threads.get_history(thread_id),
        client.threads.update(thread_id, metadata={}),
        client.threads.update_state(thread_id, None),
        client.threads.copy(thread_id),
        client.threads.delete(thread_id),
    ):
        with pytest.raises(NotFoundError, match="There is no thread"):
            await call
    async with as_owner(services.database) as connection:
        left = await connection.execute(
            "SELECT thread_id FROM checkpoints UNION ALL SELECT thread_id FROM checkpoint_blobs"
            " UNION ALL SELECT thread_id FROM checkpoint_writes"
            " UNION ALL SELECT run_id::text FROM runs WHERE run_id = %s",
            [run.run_id],
        )
        assert await left.fetchall() == []


async def test_threads_are_found_by_what_they_are(
    client: LangGraphClient, services: Services
) -> None:
    plain = (await client.threads.create(metadata={"team": {"name": "x", "size": 2}}))["thread_id"]
    done = await thread_with(client, services, "steps", START)
    paused = await thread_with(client, services, "several", START)

    async def found(**filters: Any) -> set[str]:
        threads = await client.threads.search(**filters)
        if "ids" not in filters:
            assert await client.threads.count(**filters) == len(threads)
        return {thread["thread_id"] for thread in threads}

    assert await found() == {plain, done, paused}
    assert await found(metadata={"graph_id": "steps"}) == {done}
    assert await found(metadata={"team": {"name": "x"}}) == {plain}
    assert await found(status="interrupted") == {paused}
    assert await found(values={"notes": ["two"]}) == {done}
    assert await found(ids=[done, plain, NOBODY]) == {done, plain}
    assert await found(status="idle", metadata={"graph_id": "several"}) == set()
    for body in ({"ids": ["no-id"]}, {"status": "odd"}, {"sort_by": "title"}, {"limit": 1001}):
        response = await client.http.client.post("/threads/search", json=body)
        assert (response.status_code, list(response.json())) == (422, ["detail"])


async def test_threads_come_in_order_page_by_page(
    client: LangGraphClient, service_url: str
) -> None:
    made = [(await client.threads.create())["thread_id"] for _ in range(5)]
    await client.threads.update(made[1], metadata={"touched": True})
    newest = await client.threads.search()
    assert newest[0]["thread_id"] == made[1]
    oldest = await client.threads.search(sort_by="created_at", sort_order="asc")
    assert [thread["thread_id"] for thread in oldest] == made
    by_id = await client.threads.search(sort_by="thread_id", sort_order="desc")
    assert [thread["thread_id"] for thread in by_id] == sorted(made, reverse=True)
    seen: list[str] = []
    async with httpx.AsyncClient(base_url=service_url) as plain:
        following: str | None = "0"
        while following is not None:
            body = {"limit": 2, "offset": int(following), "sort_by": "created_at"}
            page = await plain.post("/threads/search", json=body)
            assert page.headers["x-pagination-total"] == "5"
            seen += [thread["thread_id"] for thread in page.json()]
            following = page.headers.get("x-pagination-next")
    assert seen == made[::-1]


async def test_parts_of_threads_can_be_chosen(client: LangGraphClient, services: Services) -> None:
    thread_id = await thread_with(client, services, "talking", _said("Hi"))
    [chosen] = await client.threads.search(select=["thread_id", "status"])
    assert chosen == {"thread_id": thread_id, "status": "idle"}
    paths = {
        "last": "values.messages[-1].content",
        "first": "values.messages[0].type",
        "graph": "metadata.graph_id",
        "nothing": "values.messages[7].content",
    }
    extracted = {"last": "You said Hi.", "first": "human", "graph": "talking", "nothing": None}
    [found] = await client.threads.search(select=["thread_id"], extract=paths)
    assert found == {"thread_id": thread_id, "extracted": extracted}
    [whole] = await client.threads.search(extract={"last": paths["last"]})
    assert whole == {
        **await client.threads.get(thread_id), "extracted": {"last": "You said Hi."}
    }  # fmt: skip
    assert "extracted" not in (await client.threads.search())[0]
    for extract in ({"a": "values."}, {"a": "status"}, {str(n): "values" for n in range(11)}):
        with pytest.raises(UnprocessableEntityError):
            await client.threads.search(extract=extract)
    with pytest.raises(UnprocessableEntityError, match="`select` names a field"):
        await client.threads.search(select=["nothing"])  # pyright: ignore[reportArgumentType]


def _said(text: str) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": text}]}


async def test_threads_of_stateless_runs_are_in_no_list(
    client: LangGraphClient, services: Services
) -> None:
    for on_completion in ("keep", "delete"):
        request = RunRequest("steps", input=START, is_stateless=True, on_completion=on_completion)
        run = await services.manager.start(LOCAL_USER, request)
        await services.manager.wait_ended(LOCAL_USER, run.run_id)
        assert await client.threads.search() == []
        assert await client.threads.count() == 0
        assert (await client.http.client.get("/threads")).json() == []
        thread_id = str(run.thread_id)
        if on_completion == "keep":
            state: Any = await client.threads.get_state(thread_id)
            assert state["values"] == {"notes": ["start", "one", "two"]}
            continue
        for call in (
            client.threads.get(thread_id),
            client.threads.get_state(thread_id),
            client.threads.copy(thread_id),
            client.threads.update_state(thread_id, None),
            client.threads.delete(thread_id),
        ):
            with pytest.raises(NotFoundError, match="There is no thread"):
                await call
        with pytest.raises(ConflictError, match="exists already"):
            await client.threads.create(thread_id=thread_id, if_exists="do_nothing")
        owned = await services.assistants.threads_of(LOCAL_USER, UUID(run.assistant_id), 10)
        assert run.thread_id not in owned
