"""What JSON can say and Postgres cannot keep never breaks a request, wherever it is put."""

import json
from typing import Any

import httpx
import pytest

#: NUL characters, numbers that are none, halves of characters and integers without end.
HOSTILE: dict[str, Any] = {
    "text": "a\x00b",
    "name\x00": {"deep": ["\x00", {"x\x00": "\x00"}]},
    "escaped": "\\u0000",
    "not a number": float("nan"),
    "endless": [float("inf"), float("-inf")],
    "half": "a\ud800",
    "\udfff": "half a name",
    "long": 2**70,
}
#: What of it can be kept.
KEPT: dict[str, Any] = {
    "text": "ab",
    "name": {"deep": ["", {"x": ""}]},
    "escaped": "\\u0000",
    "not a number": None,
    "endless": [None, None],
    "half": "a?",
    "?": "half a name",
    "long": str(2**70),
}


async def send(api: httpx.AsyncClient, method: str, path: str, body: Any) -> httpx.Response:
    """As a client sends it whose JSON knows no such scruples."""
    return await api.request(
        method, path, content=json.dumps(body), headers={"content-type": "application/json"}
    )


async def new_thread(api: httpx.AsyncClient) -> str:
    return (await api.post("/threads", json={})).json()["thread_id"]


async def test_a_threads_metadata(api: httpx.AsyncClient) -> None:
    made = await send(api, "POST", "/threads", {"metadata": HOSTILE})
    assert made.status_code == 200, made.text
    assert made.json()["metadata"] == KEPT
    path = f"/threads/{await new_thread(api)}"
    changed = await send(api, "PATCH", path, {"metadata": {"title": "T\x00", **HOSTILE}})
    assert changed.json()["metadata"] == {"title": "T", **KEPT}
    found = await send(api, "POST", "/threads/search", {"metadata": HOSTILE})
    assert found.status_code == 200, found.text
    assert len(found.json()) == 2


async def test_titles_and_searches(api: httpx.AsyncClient) -> None:
    answer = await send(api, "POST", "/chat", {"message": "Hello\x00 there"})
    assert answer.status_code == 200, answer.text
    assert "event: end" in answer.text
    refused = await send(api, "POST", "/chat", {"message": "\ud800"})
    assert refused.status_code == 422, refused.text
    for query in ("\x00", "a\x00b"):
        assert (await api.get("/threads", params={"q": query})).status_code in (200, 422)


async def test_all_that_a_run_is_asked(api: httpx.AsyncClient) -> None:
    body = {
        "assistant_id": "supervisor",
        "input": {"messages": [{"role": "user", "content": "Hi\x00 \ud800"}]},
        "metadata": HOSTILE,
        "config": {"tags": ["t\x00"]},
        "context": HOSTILE,
    }
    path = f"/threads/{await new_thread(api)}/runs"
    made = await send(api, "POST", path, body)
    assert made.status_code == 200, made.text
    run = made.json()
    assert run["metadata"] == KEPT
    joined = await api.get(f"{path}/{run['run_id']}/join")
    assert joined.status_code == 200, joined.text
    assert (await api.get(f"/runs/{run['run_id']}")).json()["status"] == "success"
    other = {**body, "context": None, "config": {"configurable": HOSTILE}, "command": None}
    for kind in (f"{path}/wait", f"{path}/stream", "/runs/wait", "/runs/stream"):
        answer = await send(api, "POST", kind, other)
        assert answer.status_code == 200, answer.text


async def test_a_threads_state(api: httpx.AsyncClient) -> None:
    thread_id = await new_thread(api)
    body = {
        "assistant_id": "supervisor",
        "input": {"messages": [{"role": "user", "content": "Hi"}]},
    }
    assert (await send(api, "POST", f"/threads/{thread_id}/runs/wait", body)).status_code == 200
    values = {"messages": [{"role": "user", "content": "a\x00b \ud800", "name": "n\x00"}]}
    written = await send(api, "POST", f"/threads/{thread_id}/state", {"values": values})
    assert written.status_code == 200, written.text
    state = await api.get(f"/threads/{thread_id}/state")
    assert state.status_code == 200, state.text
    assert (await api.get(f"/threads/{thread_id}")).status_code == 200
    history = await send(api, "POST", f"/threads/{thread_id}/history", {"metadata": HOSTILE})
    assert history.status_code == 200, history.text
    found = await send(api, "POST", "/threads/search", {"values": HOSTILE})
    assert found.status_code == 200, found.text


async def test_answers(api: httpx.AsyncClient) -> None:
    asked = await send(api, "POST", "/chat", {"message": "Analyze my AI costs"})
    [_, run_id] = asked.headers["content-location"].split("/runs/")
    for answer in (HOSTILE, "a\x00", "\ud800", float("nan")):
        refused = await send(api, "POST", f"/runs/{run_id}/resume", {"value": answer})
        assert refused.status_code == 422, refused.text
        unknown = await send(api, "POST", f"/runs/{run_id}/resume", {"answers": {"i\x00": answer}})
        assert unknown.status_code in (409, 422), unknown.text


async def test_assistants(api: httpx.AsyncClient) -> None:
    body = {
        "graph_id": "supervisor",
        "name": "N",
        "metadata": HOSTILE,
        "config": {"configurable": HOSTILE},
    }
    made = await send(api, "POST", "/assistants", body)
    assert made.status_code == 200, made.text
    assistant = made.json()
    assert assistant["metadata"] == KEPT
    path = f"/assistants/{assistant['assistant_id']}"
    changed = await send(api, "PATCH", path, {**body, "context": HOSTILE, "config": {}})
    assert changed.status_code == 200, changed.text
    for text in ("name", "description"):
        refused = await send(api, "POST", "/assistants", {**body, text: "a\x00"})
        assert (refused.status_code, "NUL" in refused.json()["detail"]) == (422, True)
    for search in ({"metadata": HOSTILE}, {"name": "\x00"}, {"graph_id": "g\x00"}):
        found = await send(api, "POST", "/assistants/search", search)
        assert found.status_code in (200, 422), found.text


@pytest.mark.parametrize("name", ["supervisor\x00", "\ud800"])
async def test_names_of_things_that_cannot_be(api: httpx.AsyncClient, name: str) -> None:
    path = f"/threads/{await new_thread(api)}/runs"
    for answer in (
        await send(api, "POST", path, {"assistant_id": name}),
        await send(api, "POST", "/assistants", {"graph_id": name}),
        await send(api, "POST", "/runs/wait", {"assistant_id": name}),
    ):
        assert answer.status_code in (404, 422), answer.text


async def test_uploads(api: httpx.AsyncClient) -> None:
    file = ("a\x00b.csv", b"when\x00,tokens\n2024-01-01,\x00", "text/csv")
    refused = await api.post("/usage/imports", files={"file": file}, data={"model": "m\x00"})
    assert refused.status_code in (201, 422), refused.text
    bad = await send(api, "POST", "/usage/imports/sample", {"model": "gpt-4o\x00"})
    assert bad.status_code in (201, 422), bad.text
