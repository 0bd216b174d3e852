"""`kill -9` at any moment: what was seen stays, the rest comes, nothing comes twice."""

import asyncio
from typing import Any

import httpx
import pytest

from domain.grammar import thread_violations
from tests.e2e.events import DEADLINE_S, Event, read_events, until_end
from tests.e2e.service import Service, open_to_postgres


@pytest.fixture
async def service(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("crash")
    open_to_postgres(folder)
    running = Service(folder)
    await running.start()
    yield running
    await running.stop()


async def _chat_until(service: Service, message: str, count: int) -> list[Event]:
    """Start a chat and read so many events of it, then lose the connection."""
    events: list[Event] = []
    async with (
        asyncio.timeout(DEADLINE_S),
        httpx.AsyncClient(timeout=None) as client,
        client.stream("POST", f"{service.url}/chat", json={"message": message}) as response,
    ):
        response.raise_for_status()
        async for event in read_events(response):
            events.append(event)
            if len(events) == count:
                break
    return events


async def test_a_run_killed_at_any_moment_goes_on_where_it_was(service: Service) -> None:
    async with httpx.AsyncClient(base_url=service.url, timeout=DEADLINE_S) as client:
        imported = await client.post("/usage/imports/sample", json={"model": "gpt-4o"})
        imported.raise_for_status()
    for seen_before in (1, 6, 15, 28, 40):
        seen = await _chat_until(service, "Analyze my AI costs", seen_before)
        await service.kill()
        await service.start()
        thread_id = seen[0]["thread_id"]
        rest = await until_end(service.url, thread_id, seen[-1]["seq"])
        assert rest[-1]["status"] == "success"
        assert thread_violations([*seen, *rest]) == []
        # The whole log, read again, is what was seen: nothing was renumbered or changed.
        assert await until_end(service.url, thread_id) == [*seen, *rest]


async def test_a_stop_in_good_order_loses_nothing_either(service: Service) -> None:
    seen = await _chat_until(service, "Analyze my AI costs", 3)
    assert await service.stop() == 0
    await service.start()
    thread_id = seen[0]["thread_id"]
    rest = await until_end(service.url, thread_id, seen[-1]["seq"])
    assert thread_violations([*seen, *rest]) == []
    async with httpx.AsyncClient(base_url=service.url, timeout=DEADLINE_S) as client:
        thread = (await client.get(f"/threads/{thread_id}")).json()
    assert thread["status"] == "interrupted"
