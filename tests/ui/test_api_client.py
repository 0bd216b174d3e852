"""The API client over real HTTP: reconnects without a gap, and passes on the server's words."""

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest
import uvicorn

from tests.ui.logs import ANALYSIS
from tests.ui.scripted_api import ScriptedService, scripted_app
from ui.api_client import ApiClient, ApiError


class ScriptedServer(uvicorn.Server):
    """A server whose start can be awaited."""

    def install_signal_handlers(self) -> None:
        """The test process keeps its own."""


@pytest.fixture
def service() -> ScriptedService:
    return ScriptedService()


@pytest.fixture
async def client(service: ScriptedService) -> AsyncIterator[ApiClient]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        config = uvicorn.Config(scripted_app(service), log_level="warning", lifespan="off")
        server = ScriptedServer(config)
        serving = asyncio.ensure_future(server.serve([listener]))
        while not server.started:
            await asyncio.wait({serving}, timeout=0.01)
        yield ApiClient(f"http://127.0.0.1:{listener.getsockname()[1]}", {})
        server.force_exit = server.should_exit = True
        await serving


async def seen(client: ApiClient, thread_id: str, count: int, after: int = 0) -> list[int]:
    numbers: list[int] = []
    async with asyncio.timeout(10):
        async for event in client.events(thread_id, after):
            numbers.append(int(event["seq"]))
            if len(numbers) == count:
                break
    return numbers


async def test_the_feed_replays_and_follows(client: ApiClient, service: ScriptedService) -> None:
    thread = await client.create_thread("Costs")
    await service.append(thread.thread_id, *ANALYSIS[:4])
    reading = asyncio.ensure_future(seen(client, thread.thread_id, 6))
    await service.append(thread.thread_id, *ANALYSIS[4:6])
    assert await reading == [1, 2, 3, 4, 5, 6]


async def test_a_lost_feed_goes_on_behind_the_last_event_seen(
    client: ApiClient, service: ScriptedService
) -> None:
    thread = await client.create_thread("Costs")
    service.cut_after = 3
    await service.append(thread.thread_id, *ANALYSIS[:8])
    assert await seen(client, thread.thread_id, 8) == [1, 2, 3, 4, 5, 6, 7, 8]
    assert service.resumed_after[:3] == [0, 3, 6]


async def test_the_feed_starts_where_it_is_asked_to(
    client: ApiClient, service: ScriptedService
) -> None:
    thread = await client.create_thread("Costs")
    await service.append(thread.thread_id, *ANALYSIS[:8])
    assert await seen(client, thread.thread_id, 3, after=5) == [6, 7, 8]


async def test_a_thread_that_is_not_there_ends_the_feed_with_the_servers_words(
    client: ApiClient,
) -> None:
    with pytest.raises(ApiError, match="There is no thread nowhere"):
        await seen(client, "nowhere", 1)


async def test_refusals_carry_the_servers_words_and_status(client: ApiClient) -> None:
    with pytest.raises(ApiError, match="There is no thread nowhere") as caught:
        await client.rename_thread("nowhere", "x")
    assert caught.value.status == 404


async def test_an_unreachable_service_says_what_to_do() -> None:
    with pytest.raises(ApiError, match=r"cannot be reached\. Check that it is running"):
        await ApiClient("http://127.0.0.1:9", {}).conversations()


async def test_threads_are_created_listed_and_renamed(client: ApiClient) -> None:
    thread = await client.create_thread("Costs of May")
    await client.rename_thread(thread.thread_id, "Costs of June")
    page = await client.conversations("June")
    assert [t.title for t in page.threads] == ["Costs of June"]
    assert page.total == 1


async def test_a_question_becomes_a_run_of_the_supervisor(client: ApiClient) -> None:
    thread = await client.create_thread("Costs")
    run = await client.ask(thread.thread_id, "Analyze my AI costs")
    assert run.is_open
    assert run.kwargs["assistant_id"] == "supervisor"
    assert [r.run_id for r in await client.runs(thread.thread_id)] == [run.run_id]
