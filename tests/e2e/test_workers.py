"""API and workers as processes of their own, over one database."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from domain.grammar import violations
from tests.e2e.events import DEADLINE_S, read_events, until_end
from tests.e2e.service import Service, WorkerProcess, open_to_postgres

#: Short, so that a takeover need not be waited for long.
ENVIRONMENT = {"GOLDENPATH_WORKER_BEAT_S": "0.5", "GOLDENPATH_WORKER_LEASE_S": "2"}


@dataclass(frozen=True)
class Split:
    """A service that executes nothing itself, and where its workers find the database."""

    service: Service
    folder: Path


@pytest.fixture
async def split(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Split]:
    folder = tmp_path_factory.mktemp("workers")
    open_to_postgres(folder)
    service = Service(folder, ENVIRONMENT, "--no-worker")
    await service.start()
    yield Split(service, folder)
    await service.stop()


async def test_runs_wait_for_a_worker_and_survive_the_death_of_one(split: Split) -> None:
    url = split.service.url
    async with httpx.AsyncClient(base_url=url, timeout=DEADLINE_S) as client:
        ready = (await client.get("/health/ready")).json()
        assert (ready["status"], ready["parts"]["worker"]["alive"]) == ("degraded", 0)
        await client.post("/usage/imports/sample", json={"model": "gpt-4o"})
        thread_id = (await client.post("/threads", json={})).json()["thread_id"]
        question = {"messages": [{"role": "user", "content": "Analyze my AI costs"}]}
        body = {"assistant_id": "supervisor", "input": question, "stream_mode": "agent_events"}
        run = (await client.post(f"/threads/{thread_id}/runs", json=body)).json()
        assert run["status"] == "pending"

        first, second = (WorkerProcess(split.folder, ENVIRONMENT) for _ in range(2))
        async with (
            asyncio.timeout(DEADLINE_S),
            client.stream("GET", f"/threads/{thread_id}/events") as response,
        ):
            await first.start()
            seen = []
            async for event in read_events(response):
                seen.append(event)
                if len(seen) == 6:
                    break
        await first.kill()
        await second.start()
        rest = await until_end(url, thread_id, seen[-1]["seq"])
        assert rest[-1]["status"] == "success"
        events = [*seen, *rest]
        assert violations(events) == []
        # What a client may wait for takes a number of its own, which this reader is not sent.
        numbers = [event["seq"] for event in events]
        assert numbers == sorted(set(numbers))
        assert (await client.get("/health/ready")).json()["parts"]["worker"]["status"] == "ok"
        assert await second.stop() == 0
