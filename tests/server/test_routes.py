"""Chat, threads, runs and health as a client of the HTTP API meets them."""

import json
from typing import Any

import httpx
import pytest

from domain.grammar import violations
from server.services import Services

#: A well-formed id of nothing; fixed, so that every test worker collects the same names.
NOBODY = "00000000-0000-4000-8000-000000000000"

THREAD_FIELDS = {
    "thread_id",
    "created_at",
    "updated_at",
    "state_updated_at",
    "metadata",
    "config",
    "status",
    "values",
    "interrupts",
    "error",
}
RUN_FIELDS = {
    "run_id",
    "thread_id",
    "assistant_id",
    "created_at",
    "updated_at",
    "status",
    "metadata",
    "kwargs",
    "multitask_strategy",
}


def events_of(response: httpx.Response) -> list[dict[str, Any]]:
    """The events of a whole stream; each frame's fields agree with its data."""
    events: list[dict[str, Any]] = []
    for block in response.text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if line[0] != ":")
        if fields:
            event = json.loads(fields["data"])
            assert (fields["id"], fields["event"]) == (str(event["seq"]), event["type"])
            events.append(event)
    return events


async def chat(api: httpx.AsyncClient, message: str, **fields: str) -> httpx.Response:
    response = await api.post("/chat", json={"message": message, **fields})
    response.raise_for_status()
    return response


async def test_chat_streams_one_run_to_its_end(api: httpx.AsyncClient) -> None:
    response = await chat(api, "Hello, who are you?")
    events = events_of(response)
    assert violations(events) == []
    assert response.headers["content-type"].startswith("text/event-stream")
    assert response.headers["x-accel-buffering"] == "no"
    run = (await api.get(f"/runs/{events[0]['run_id']}")).json()
    location = f"/threads/{run['thread_id']}/runs/{run['run_id']}"
    assert response.headers["content-location"] == location
    assert (set(run), run["status"]) == (RUN_FIELDS, "success")


async def test_a_conversation_goes_on_with_its_thread(api: httpx.AsyncClient) -> None:
    first = events_of(await chat(api, "Hello"))
    thread_id = first[0]["thread_id"]
    second = events_of(await chat(api, "What can you do?", thread_id=thread_id))
    assert second[0]["seq"] == first[-1]["seq"] + 1
    thread = (await api.get(f"/threads/{thread_id}")).json()
    assert set(thread) == THREAD_FIELDS
    said = [message["content"] for message in thread["values"]["messages"]]
    assert [said[0], said[2]] == ["Hello", "What can you do?"]
    runs = (await api.get(f"/threads/{thread_id}/runs")).json()
    assert [run["run_id"] for run in runs] == [second[0]["run_id"], first[0]["run_id"]]


async def test_missing_usage_is_asked_for_and_the_answer_goes_on(api: httpx.AsyncClient) -> None:
    asked = events_of(await chat(api, "Analyze my AI costs"))
    run_id, thread_id = asked[0]["run_id"], asked[0]["thread_id"]
    [question] = [event for event in asked if event["type"] == "interrupt"]
    assert question["path"] == ["supervisor", "data"]
    thread = (await api.get(f"/threads/{thread_id}")).json()
    [[waiting]] = thread["interrupts"].values()
    assert (thread["status"], waiting["id"]) == ("interrupted", question["id"])
    bad = await api.post(f"/runs/{run_id}/resume", json={"value": {"import_id": 5}})
    assert (bad.status_code, "does not fit" in bad.json()["detail"]) == (422, True)
    answer = {"answers": {question["id"]: {"use_sample": True, "model": "gpt-4o"}}}
    resumed = await api.post(f"/runs/{run_id}/resume", json=answer)
    assert (resumed.status_code, resumed.json()["thread_id"]) == (200, thread_id)
    for late in (answer, {"value": {"use_sample": True, "model": "gpt-4o"}}):
        refused = await api.post(f"/runs/{run_id}/resume", json=late)
        assert (refused.status_code, "already answered" in refused.json()["detail"]) == (409, True)


async def test_threads_are_made_listed_renamed_and_deleted(api: httpx.AsyncClient) -> None:
    made = [
        (await api.post("/threads", json={"metadata": {"title": title}})).json()
        for title in ("Costs of May", "Costs of June", "100% other")
    ]
    assert (set(made[0]), made[0]["values"], made[0]["status"]) == (THREAD_FIELDS, None, "idle")
    listed = await api.get("/threads", params={"limit": 2})
    assert listed.headers["x-pagination-total"] == "3"
    assert [thread["thread_id"] for thread in listed.json()] == [
        thread["thread_id"] for thread in reversed(made[1:])
    ]
    found = (await api.get("/threads", params={"q": "costs"})).json()
    assert {thread["metadata"]["title"] for thread in found} == {"Costs of May", "Costs of June"}
    assert len((await api.get("/threads", params={"q": "0%"})).json()) == 1
    path = f"/threads/{made[0]['thread_id']}"
    changed = (await api.patch(path, json={"metadata": {"title": "New"}})).json()
    assert changed["metadata"] == {"title": "New"}
    assert (await api.delete(path)).status_code == 204
    assert (await api.get(path)).status_code == 404


async def test_a_run_is_queued_and_can_be_cancelled_once_at_most(api: httpx.AsyncClient) -> None:
    thread_id = (await api.post("/threads", json={})).json()["thread_id"]
    question = {"messages": [{"role": "user", "content": "Hi"}]}
    body = {"assistant_id": "supervisor", "input": question}
    queued = await api.post(f"/threads/{thread_id}/runs", json=body)
    run = queued.json()
    assert (queued.status_code, run["status"], set(run)) == (200, "pending", RUN_FIELDS)
    cancelled = await api.post(f"/runs/{run['run_id']}/cancel")
    assert cancelled.status_code in (202, 409)


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/chat", {"message": "  "}, 422),
        ("POST", "/chat", {"message": "Hi", "thread_id": "no-uuid"}, 422),
        ("POST", "/chat", {"message": "Hi", "thread_id": NOBODY}, 404),
        ("POST", f"/threads/{NOBODY}/runs", {"assistant_id": "supervisor"}, 404),
        ("GET", f"/threads/{NOBODY}", None, 404),
        ("GET", f"/threads/{NOBODY}/events", None, 404),
        ("GET", f"/runs/{NOBODY}", None, 404),
        ("POST", f"/runs/{NOBODY}/resume", {}, 422),
        ("POST", f"/runs/{NOBODY}/resume", {"value": 1}, 404),
        ("GET", "/threads?limit=0", None, 422),
        ("GET", "/nothing/here", None, 404),
    ],
)
async def test_errors_are_sentences(
    api: httpx.AsyncClient, method: str, path: str, body: Any, status: int
) -> None:
    response = await api.request(method, path, json=body)
    assert response.status_code == status
    assert list(response.json()) == ["detail"]
    assert response.json()["detail"].endswith((".", "?"))


async def test_a_taken_thread_id_and_a_bad_cursor_are_refused(api: httpx.AsyncClient) -> None:
    thread = (await api.post("/threads", json={})).json()
    taken = await api.post("/threads", json={"thread_id": thread["thread_id"]})
    assert taken.status_code == 409
    path = f"/threads/{thread['thread_id']}/events"
    bad = await api.get(path, headers={"Last-Event-ID": "abc"})
    assert (bad.status_code, "Last-Event-ID" in bad.json()["detail"]) == (422, True)


async def test_health_says_which_part_works(api: httpx.AsyncClient) -> None:
    assert (await api.get("/health/live")).json() == {"status": "ok"}
    ready = (await api.get("/health/ready")).json()
    assert ready["status"] == "ready"
    assert ready["parts"]["worker"]["alive"] == 1
    assert (ready["parts"]["model"]["model"], ready["parts"]["model"]["configured"]) == (
        "playbook",
        None,
    )


async def test_the_api_describes_all_of_itself(api: httpx.AsyncClient) -> None:
    document = (await api.get("/openapi.json")).json()
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            assert operation.get("description"), f"{method} {path} says nothing"
            assert operation["responses"], path
    wanted = {"/chat", "/threads/{thread_id}/events", "/runs/{run_id}/resume", "/usage/imports"}
    assert wanted | {"/reports/{report_id}", "/health/ready"} <= set(document["paths"])


async def test_the_root_leads_to_the_pages(api: httpx.AsyncClient, services: Services) -> None:
    response = await api.get("/")
    assert (response.status_code, response.headers["location"]) == (307, "/app/")
