"""Threads and their state as a plain HTTP client meets them."""

from typing import Any

import httpx
import pytest

from tests.server.test_routes import NOBODY

THREAD = f"/threads/{NOBODY}"


async def new_thread(api: httpx.AsyncClient, **body: Any) -> str:
    response = await api.post("/threads", json=body)
    assert response.status_code == 200
    return response.json()["thread_id"]


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", f"{THREAD}/state", None, 404),
        ("GET", f"{THREAD}/state/{NOBODY}", None, 404),
        ("GET", f"{THREAD}/history", None, 404),
        ("POST", f"{THREAD}/history", {}, 404),
        ("POST", f"{THREAD}/state", {"values": {}}, 404),
        ("POST", f"{THREAD}/state/checkpoint", {"checkpoint": {}}, 404),
        ("POST", f"{THREAD}/copy", None, 404),
        ("PATCH", THREAD, {"metadata": {}}, 404),
        ("DELETE", THREAD, None, 404),
        ("GET", f"{THREAD}/state?subgraphs=maybe", None, 422),
        ("GET", f"{THREAD}/state?select=nothing", None, 422),
        ("GET", f"{THREAD}/state?select=[1", None, 422),
        ("GET", f"{THREAD}/state/no-id", None, 422),
        ("GET", f"{THREAD}/history?limit=1001", None, 422),
        ("GET", f"{THREAD}/history?before=no-id", None, 422),
        ("POST", f"{THREAD}/history", {"limit": 0}, 422),
        ("POST", f"{THREAD}/history", {"before": {"checkpoint_id": 7}}, 422),
        ("POST", f"{THREAD}/state", {"values": "text"}, 422),
        ("POST", f"{THREAD}/state/checkpoint", {}, 422),
        ("POST", f"{THREAD}/state/checkpoint", {"checkpoint": {"checkpoint_ns": "a\0"}}, 422),
        ("POST", f"{THREAD}/state/checkpoint", {"checkpoint": {"checkpoint_map": {"": "\0"}}}, 422),
        ("POST", "/threads", {"thread_id": "no-id"}, 422),
        ("POST", "/threads", {"if_exists": "maybe"}, 422),
        ("POST", "/threads", {"supersteps": [{"updates": [{"values": {}}]}]}, 422),
        ("POST", "/threads/search", {"select": ["nothing"]}, 422),
        ("POST", "/threads/search", {"extract": {"a": "values[x]"}}, 422),
        ("POST", "/threads/count", {"status": "odd"}, 422),
        ("POST", "/threads/prune", {"thread_ids": [NOBODY]}, 501),
    ],
)
async def test_errors_are_sentences(
    api: httpx.AsyncClient, method: str, path: str, body: Any, status: int
) -> None:
    response = await api.request(method, path, json=body)
    assert (response.status_code, list(response.json())) == (status, ["detail"])
    assert response.json()["detail"].endswith((".", "?"))


async def test_an_empty_answer_has_no_body(api: httpx.AsyncClient) -> None:
    thread_id = await new_thread(api)
    path, headers = f"/threads/{thread_id}", {"Prefer": "return=minimal"}
    response = await api.patch(path, json={"metadata": {"title": "A"}}, headers=headers)
    assert (response.status_code, response.content) == (204, b"")
    assert (await api.get(path)).json()["metadata"] == {"title": "A"}
    whole = await api.patch(path, json={}, headers={"Prefer": "respond-async"})
    assert (whole.status_code, whole.json()["metadata"]) == (200, {"title": "A"})


async def test_the_count_is_a_number_and_nothing_else(api: httpx.AsyncClient) -> None:
    await new_thread(api)
    assert (await api.post("/threads/count", json={})).text == "1"


async def test_lists_in_the_query_come_as_every_client_sends_them(api: httpx.AsyncClient) -> None:
    thread_id = await new_thread(api, metadata={"graph_id": "supervisor"})
    question = {"messages": [{"role": "user", "content": "Hi", "id": "q"}]}
    changed = await api.post(
        f"/threads/{thread_id}/state", json={"values": question, "as_node": "__start__"}
    )
    assert changed.status_code == 200
    for query in (
        "select=next&select=checkpoint_id",
        'select=["next","checkpoint_id"]',
        "select=&select=next&select=checkpoint_id&subgraphs=1",
    ):
        state = await api.get(f"/threads/{thread_id}/state?{query}")
        assert state.json() == {"next": ["understand"], "checkpoint_id": _id(changed)}
    history = await api.get(f"/threads/{thread_id}/history?limit=1&select=checkpoint_id")
    assert history.json() == [{"checkpoint_id": _id(changed)}]
    older = await api.get(f"/threads/{thread_id}/history?before={_id(changed)}")
    assert older.json() == []
    at = await api.get(f"/threads/{thread_id}/state/{_id(changed)}?select=values.messages")
    assert [message["content"] for message in at.json()["values"]["messages"]] == ["Hi"]


def _id(changed: httpx.Response) -> str:
    return changed.json()["checkpoint_id"]
