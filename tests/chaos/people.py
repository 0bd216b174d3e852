"""Who uses the service meanwhile: they start runs, answer, cancel, and read with interruptions."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from typing import Any

import httpx

#: A person tries again so soon.
AGAIN_S = 0.2

Json = dict[str, Any]


@dataclass
class Conversation:
    """A thread, and all that its reader has seen of it."""

    thread_id: str
    graph: str
    seen: list[Json] = field(default_factory=list[Json])


class Person:
    """Starts a run, reads its thread with broken connections, answers what is asked."""

    def __init__(self, url: str, random: Random) -> None:
        self._url = url
        self._random = random

    async def converse(self, graph: str, *, cancels: bool) -> Conversation:
        """Have one conversation until its last run has ended."""
        async with httpx.AsyncClient(base_url=self._url, timeout=10) as client:
            thread = await self._sent(lambda: client.post("/threads", json={}))
            talk = Conversation(thread["thread_id"], graph)
            run = await self._started(client, talk)
            async for event in self._read(client, talk):
                if cancels and event["type"] == "agent_thinking":
                    cancels = False
                    await self._sent(lambda: client.post(f"/runs/{run['run_id']}/cancel"))
                if event["type"] != "end":
                    continue
                if event["status"] != "interrupted":
                    return talk
                answer = f"/runs/{event['run_id']}/resume"
                await self._sent(lambda path=answer: client.post(path, json={"value": True}))
        raise AssertionError("the stream ended")

    async def _started(self, client: httpx.AsyncClient, talk: Conversation) -> Json:
        """Start a run, once: an answer that was lost may have been of one that was taken."""
        path = f"/threads/{talk.thread_id}/runs"
        body = {"assistant_id": talk.graph, "input": {"done": []}}
        while True:
            known: Any = await self._sent(lambda: client.get(path))
            if known:
                return known[0]
            with suppress(httpx.HTTPError):
                await client.post(path, json=body)

    async def _read(self, client: httpx.AsyncClient, talk: Conversation) -> AsyncIterator[Json]:
        """The thread's events, over as many connections as it takes."""
        path = f"/threads/{talk.thread_id}/events"
        while True:
            last = talk.seen[-1]["seq"] if talk.seen else 0
            leaves_after = self._random.randrange(3, 20)
            with suppress(httpx.HTTPError):
                headers = {"Last-Event-ID": str(last)}
                async with client.stream("GET", path, headers=headers) as response:
                    if response.status_code == 200:
                        async for line in response.aiter_lines():
                            if not line.startswith("data: "):
                                continue
                            talk.seen.append(json.loads(line.removeprefix("data: ")))
                            yield talk.seen[-1]
                            leaves_after -= 1
                            if not leaves_after:
                                break
            await asyncio.sleep(AGAIN_S / 4)

    async def _sent(self, send: Callable[[], Awaitable[httpx.Response]]) -> Json:
        """Send until it is taken. One whose answer was lost may have been taken: 409 says so."""
        while True:
            with suppress(httpx.HTTPError):
                response = await send()
                assert response.status_code in (200, 202, 409, 503), response.text
                if response.status_code != 503:
                    return response.json()
                assert int(response.headers["Retry-After"]) > 0
            await asyncio.sleep(AGAIN_S)
