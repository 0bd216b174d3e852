"""LangGraph's client over a service that dies or stops while it streams: it misses nothing."""

import asyncio
from typing import Any

import pytest
from langgraph_sdk import get_client
from langgraph_sdk.client import LangGraphClient

from tests.e2e.service import DEADLINE_S, Service, open_to_postgres

MODES: list[Any] = ["values", "updates", "messages-tuple", "agent_events"]
QUESTION: Any = {"messages": [{"role": "user", "content": "Analyze my AI costs"}]}

Frame = tuple[str, Any]


@pytest.fixture
async def service(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("sdk")
    open_to_postgres(folder)
    running = Service(folder)
    await running.start()
    yield running
    await running.stop()


class Reader:
    """Streams a run and keeps what comes."""

    def __init__(self, client: LangGraphClient, thread_id: str) -> None:
        self._client = client
        self._thread_id = thread_id
        self.frames: list[Frame] = []
        self._more = asyncio.Event()

    async def read(self) -> None:
        """From the run's beginning to its end, over all that happens to the connection."""
        stream = self._client.runs.stream(
            self._thread_id,
            "supervisor",
            input=QUESTION,
            stream_mode=MODES,
            stream_subgraphs=True,
        )
        async for part in stream:
            self.frames.append((part.event, part.data))
            self._more.set()

    async def has(self, count: int) -> None:
        """Until so many frames have come."""
        async with asyncio.timeout(DEADLINE_S):
            while len(self.frames) < count:
                self._more.clear()
                await self._more.wait()


@pytest.mark.parametrize("seen_before", [1, 12])
@pytest.mark.parametrize("end", ["kill", "stop"])
async def test_the_union_is_the_log(service: Service, end: str, seen_before: int) -> None:
    async with get_client(url=service.url, api_key=None) as client:
        thread_id = (await client.threads.create())["thread_id"]
        reader = Reader(client, thread_id)
        async with asyncio.timeout(DEADLINE_S), asyncio.TaskGroup() as tasks:
            tasks.create_task(reader.read())
            await reader.has(seen_before)
            if end == "kill":
                await service.kill()
            else:
                assert await service.stop() == 0
            await service.start()
        assert reader.frames[-1][0] == "end"
        run_id = reader.frames[0][1]["run_id"]
        whole = [
            (part.event, part.data)
            async for part in client.runs.join_stream(thread_id, run_id, last_event_id="-1")
        ]
        assert reader.frames == whole
        attempts = [data["attempt"] for name, data in whole if name == "metadata"]
        assert attempts == list(range(1, len(attempts) + 1))
        values = [data for name, data in whole if name == "values"]
        assert await client.runs.join(thread_id, run_id) == values[-1]
