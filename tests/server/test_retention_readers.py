"""Who reads behind retention is told what is gone; who reads events misses none."""

from typing import Any
from uuid import UUID

import httpx
import orjson

from domain.grammar import violations
from domain.retention import Retention
from server.retention import tidy
from server.services import Services
from server.sse import thread_frames

LEAST = Retention(stream_parts_h=0, checkpoints="latest", runs_days=0, gone_threads_h=0)
QUESTION = {"messages": [{"role": "user", "content": "Hello"}]}


def frames_of(text: str) -> list[dict[str, Any]]:
    frames: list[dict[str, Any]] = []
    for block in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if line[0] != ":")
        if "data" in fields:
            frames.append({**fields, "data": orjson.loads(fields["data"])})
    return frames


async def streamed_run(api: httpx.AsyncClient) -> tuple[str, list[dict[str, Any]]]:
    """Where a run's stream is read again, and what came of it first."""
    thread_id = (await api.post("/threads", json={})).json()["thread_id"]
    body = {"assistant_id": "supervisor", "input": QUESTION, "stream_mode": ["values", "updates"]}
    answer = await api.post(f"/threads/{thread_id}/runs/stream", json=body)
    assert answer.status_code == 200
    return answer.headers["content-location"] + "/stream", frames_of(answer.text)


async def test_a_reader_of_parts_is_told_which_are_gone(
    api: httpx.AsyncClient, services: Services
) -> None:
    path, first = await streamed_run(api)
    again = await api.get(path, headers={"Last-Event-ID": "-1"})
    assert frames_of(again.text) == first
    cleared = await tidy(services.database.url, LEAST, lambda: True)
    assert cleared
    numbers = [int(frame["id"]) for frame in first if frame["event"] in ("values", "updates")]
    assert cleared.stream_parts == len(numbers)
    late = frames_of((await api.get(path, headers={"Last-Event-ID": "-1"})).text)
    [gap] = [frame for frame in late if frame["event"] == "gap"]
    assert "id" not in gap
    assert gap["data"]["from"] <= min(numbers)
    assert gap["data"]["to"] >= max(numbers)
    assert [frame["event"] for frame in late if frame["event"] != "gap"] == [
        frame["event"] for frame in first if frame["event"] not in ("values", "updates")
    ]
    # Who has all of them, misses none.
    seen = {"Last-Event-ID": str(max(numbers))}
    rest = frames_of((await api.get(path, headers=seen)).text)
    assert "gap" not in [frame["event"] for frame in rest]


async def test_a_reader_of_events_misses_none_and_hears_of_no_gap(
    api: httpx.AsyncClient, services: Services
) -> None:
    path, _ = await streamed_run(api)
    thread_id = path.split("/")[2]

    async def events() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        frames = thread_frames(services.feed, UUID(thread_id), 0)
        try:
            async for text in frames:
                found += frames_of(text.decode())
                if found and found[-1]["event"] == "end":
                    return found
        finally:
            await frames.aclose()
        raise AssertionError("the thread ended")

    before = await events()
    cleared = await tidy(services.database.url, LEAST, lambda: True)
    assert cleared
    assert cleared.stream_parts > 0
    assert await events() == before
    assert violations([frame["data"] for frame in before]) == []


async def test_history_that_is_gone_is_not_gone_on_from(
    api: httpx.AsyncClient, services: Services
) -> None:
    path, _ = await streamed_run(api)
    thread = "/".join(path.split("/")[:3])
    history = (await api.get(f"{thread}/history", params={"limit": 100})).json()
    state = (await api.get(f"{thread}/state")).json()
    cleared = await tidy(services.database.url, LEAST, lambda: True)
    assert cleared
    assert cleared.checkpoints > 0
    assert (await api.get(f"{thread}/state")).json()["values"] == state["values"]
    gone = history[-1]["checkpoint"]["checkpoint_id"]
    body = {"assistant_id": "supervisor", "input": QUESTION}
    for place in ({"checkpoint": {"checkpoint_id": gone}}, {"checkpoint_id": gone}):
        refused = await api.post(f"{thread}/runs", json={**body, **place})
        assert (refused.status_code, "no checkpoint" in refused.json()["detail"]) == (404, True)
    assert (await api.get(f"{thread}/state/{gone}")).status_code == 404
    kept = state["checkpoint"]["checkpoint_id"]
    forked = await api.post(f"{thread}/runs/wait", json={**body, "checkpoint_id": kept})
    assert forked.status_code == 200, forked.text
