"""The WebSocket of the real process: killed, stopped and started, nothing is lost or twice."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from domain.grammar import thread_violations
from tests.e2e.events import DEADLINE_S, Event, until_end
from tests.e2e.service import Service, open_to_postgres
from tests.server.websocket.peers import joined


@pytest.fixture
async def service(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Service]:
    running = Service(open_to_postgres(tmp_path_factory.mktemp("websocket")))
    await running.start()
    async with httpx.AsyncClient(base_url=running.url, timeout=DEADLINE_S) as client:
        imported = await client.post("/usage/imports/sample", json={"model": "gpt-4o"})
        imported.raise_for_status()
    yield running
    await running.stop()


async def seen_until(service: Service, count: int) -> tuple[str, list[Event]]:
    """Start a run and read so many events of it, then be gone without a word."""
    async with joined(service.url) as peer:
        started = await peer.ask("user_message", text="Analyze my AI costs")
        await peer.until(seq=count)
        peer.connection.transport.abort()
        return started["run_id"], peer.events()


async def rest_after(service: Service, run_id: str, seen: list[Event]) -> list[Event]:
    async with joined(service.url) as peer:
        await peer.ask("subscribe", thread_id=seen[0]["thread_id"], after=seen[-1]["seq"])
        return await peer.until_end(run_id)


@pytest.mark.parametrize("count", [1, 8, 25])
async def test_a_run_killed_in_its_midst_is_read_on_exactly(service: Service, count: int) -> None:
    run_id, seen = await seen_until(service, count)
    await service.kill()
    await service.start()
    rest = await rest_after(service, run_id, seen)
    assert rest[-1]["status"] == "success"
    assert thread_violations([*seen, *rest]) == []
    # Readers of server-sent events see the same.
    assert await until_end(service.url, seen[0]["thread_id"]) == [*seen, *rest]


async def test_a_stop_says_1001_and_the_run_goes_on_after_the_start(service: Service) -> None:
    async with joined(service.url) as peer, joined(service.url) as idle:
        started = await peer.ask("user_message", text="Analyze my AI costs")
        await peer.until(type="agent_started")
        stopping = asyncio.create_task(service.stop())
        codes = [(await each.closed())[0] for each in (peer, idle)]
        assert codes == [1001, 1001]
        assert await stopping == 0
        seen = peer.events()
    await service.start()
    rest = await rest_after(service, started["run_id"], seen)
    assert rest[-1]["status"] == "success"
    assert thread_violations([*seen, *rest]) == []


async def test_two_tabs_see_the_same_run(service: Service) -> None:
    async with joined(service.url) as first, joined(service.url) as second:
        started = await first.ask("user_message", text="Analyze my AI costs")
        await second.ask("subscribe", thread_id=started["thread_id"], after=0)
        seen = [await tab.until_end(started["run_id"]) for tab in (first, second)]
        assert seen[0] == seen[1]
        assert thread_violations(seen[0]) == []
