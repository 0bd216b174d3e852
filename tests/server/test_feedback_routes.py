"""What people think of a run's answer: kept, changed, taken back, gone with the thread."""

from typing import Any

import httpx
import pytest

from tests.server.test_routes import NOBODY, chat, events_of


async def answered(api: httpx.AsyncClient) -> tuple[str, str]:
    """The ids of a new thread and its run."""
    [*_, end] = events_of(await chat(api, "Hello, who are you?"))
    return end["thread_id"], end["run_id"]


async def thought(api: httpx.AsyncClient, thread_id: str) -> list[tuple[str, int, str | None]]:
    response = await api.get(f"/threads/{thread_id}/feedback")
    response.raise_for_status()
    return [(each["run_id"], each["score"], each["comment"]) for each in response.json()]


async def test_an_opinion_is_kept_changed_and_taken_back(api: httpx.AsyncClient) -> None:
    thread_id, run_id = await answered(api)
    path = f"/runs/{run_id}/feedback"
    assert await thought(api, thread_id) == []
    good = await api.post(path, json={"score": 1})
    assert (good.status_code, good.json()["score"]) == (200, 1)
    bad = await api.post(path, json={"score": -1, "comment": "The total is wrong.\0"})
    assert bad.json()["comment"] == "The total is wrong."
    assert await thought(api, thread_id) == [(run_id, -1, "The total is wrong.")]
    # Two requests in either order: the comment stays with its score.
    await api.post(path, json={"score": -1})
    assert await thought(api, thread_id) == [(run_id, -1, "The total is wrong.")]
    await api.post(path, json={"score": -1, "comment": ""})
    assert await thought(api, thread_id) == [(run_id, -1, None)]
    await api.post(path, json={"score": -1, "comment": "Still wrong."})
    await api.post(path, json={"score": 1})
    assert await thought(api, thread_id) == [(run_id, 1, None)]
    nothing = await api.post(path, json={"score": 0})
    assert (nothing.status_code, nothing.json()["score"]) == (200, 0)
    assert await thought(api, thread_id) == []


async def test_it_goes_with_its_thread(api: httpx.AsyncClient) -> None:
    thread_id, run_id = await answered(api)
    await api.post(f"/runs/{run_id}/feedback", json={"score": 1})
    assert (await api.delete(f"/threads/{thread_id}")).status_code == 204
    assert (await api.get(f"/threads/{thread_id}/feedback")).status_code == 404
    assert (await api.post(f"/runs/{run_id}/feedback", json={"score": 1})).status_code == 404


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"score": 1}, 404),
        ({"score": 0}, 404),
        ({"score": 2}, 422),
        ({}, 422),
        ({"score": 1, "comment": "x" * 2_001}, 422),
    ],
)
async def test_errors_are_sentences(
    api: httpx.AsyncClient, body: dict[str, Any], status: int
) -> None:
    response = await api.post(f"/runs/{NOBODY}/feedback", json=body)
    assert response.status_code == status
    assert response.json()["detail"].endswith((".", "?"))
