"""The database goes and comes back under the real service, which needs no help to go on."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import aclosing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from domain.grammar import violations
from tests.e2e.events import DEADLINE_S, Event, read_events
from tests.e2e.service import Service
from tests.outages import FragilePostgres, fragile_postgres

QUESTION = {"messages": [{"role": "user", "content": "Hello"}]}

#: An answer that takes longer hangs.
ANSWER_S = 10


@pytest.fixture
def postgres() -> Iterator[FragilePostgres]:
    with fragile_postgres() as server:
        yield server


@pytest.fixture
async def service(postgres: FragilePostgres, tmp_path: Path) -> AsyncIterator[Service]:
    running = Service(tmp_path, {"DATABASE_URL": postgres.url})
    await running.start()
    yield running
    await running.stop()


@pytest.fixture
async def client(service: Service) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=service.url, timeout=ANSWER_S) as opened:
        yield opened


async def ready(client: httpx.AsyncClient) -> dict[str, Any]:
    return (await client.get("/health/ready")).json()


async def until_status(client: httpx.AsyncClient, status: str) -> dict[str, Any]:
    async with asyncio.timeout(DEADLINE_S):
        while (answer := await ready(client))["status"] != status:
            pass
    return answer


async def start_run(client: httpx.AsyncClient, thread_id: str) -> httpx.Response:
    body = {"assistant_id": "supervisor", "input": QUESTION}
    return await client.post(f"/threads/{thread_id}/runs", json=body)


async def until_run_ends(events: AsyncIterator[Event], seen: list[Event]) -> None:
    async with asyncio.timeout(DEADLINE_S):
        async for event in events:
            seen.append(event)
            if event["type"] == "end":
                return


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize("end", ["stop", "crash"])
async def test_without_its_database_the_service_says_so_and_comes_back_by_itself(
    postgres: FragilePostgres, client: httpx.AsyncClient, end: str
) -> None:
    thread_id = (await client.post("/threads", json={})).json()["thread_id"]
    assert (await start_run(client, thread_id)).status_code == 200
    seen: list[Event] = []
    async with (
        client.stream("GET", f"/threads/{thread_id}/events", timeout=None) as stream,
        aclosing(read_events(stream)) as events,  # type: ignore[type-var]
    ):
        await until_run_ends(events, seen)
        before = datetime.now(UTC)
        go_away: Callable[[], None] = getattr(postgres, end)
        await asyncio.to_thread(go_away)

        down = await until_status(client, "down")
        assert down["parts"]["database"]["status"] == "down"
        assert down["parts"]["database"]["reason"]
        assert moment(down["parts"]["database"]["since"]) >= before
        answer = await client.get("/health/ready")
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
        for refused in (
            await client.get(f"/threads/{thread_id}"),
            await start_run(client, thread_id),
            await client.post("/chat", json={"message": "Hello"}),
            await client.get(f"/threads/{thread_id}/events"),
        ):
            assert (refused.status_code, refused.headers["retry-after"]) == (503, "2")
            assert "database is not answering" in refused.json()["detail"]
        for path in ("/health/live", "/ok", "/info", "/docs", "/openapi.json", "/app/"):
            assert (await client.get(path)).status_code == 200, path

        await asyncio.to_thread(postgres.start)
        back = await until_status(client, "ready")
        # At the first try: nobody meets what is left of the outage.
        assert (await start_run(client, thread_id)).status_code == 200
        assert moment(back["parts"]["database"]["since"]) > moment(
            down["parts"]["database"]["since"]
        )
        # The very stream that was open before goes on.
        await until_run_ends(events, seen)
    numbers = [event["seq"] for event in seen]
    assert numbers == sorted(set(numbers))
    runs = list(dict.fromkeys(event["run_id"] for event in seen))
    assert len(runs) == 2
    for run_id in runs:
        assert violations([event for event in seen if event["run_id"] == run_id]) == []


async def test_a_database_that_stands_still_stops_nobody_from_asking_how_things_are(
    postgres: FragilePostgres, client: httpx.AsyncClient
) -> None:
    thread_id = (await client.post("/threads", json={})).json()["thread_id"]
    postgres.freeze()
    try:
        down = await until_status(client, "down")
        assert "has not answered" in down["parts"]["database"]["reason"]
        assert (await start_run(client, thread_id)).status_code == 503
        assert (await client.get("/health/live")).status_code == 200
    finally:
        postgres.thaw()
    await until_status(client, "ready")
    assert (await start_run(client, thread_id)).status_code == 200
