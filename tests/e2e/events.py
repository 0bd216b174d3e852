"""Reading the service's event streams as a client does."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx

DEADLINE_S = 60

Event = dict[str, Any]


async def read_events(response: httpx.Response) -> AsyncIterator[Event]:
    """The events of a stream as they arrive, checked for the frame's own fields."""
    fields: dict[str, str] = {}
    async for line in response.aiter_lines():
        if not line:
            if "data" in fields:
                event = json.loads(fields["data"])
                assert (str(event["seq"]), event["type"]) == (fields["id"], fields["event"])
                yield event
            fields = {}
        elif not line.startswith(":"):
            name, _, value = line.partition(": ")
            fields[name] = value


async def until_end(url: str, thread_id: str, after: int = 0) -> list[Event]:
    """A thread's events behind `after`, up to the next `end`."""
    events: list[Event] = []
    async with (
        asyncio.timeout(DEADLINE_S),
        httpx.AsyncClient(timeout=None) as client,
        client.stream(
            "GET", f"{url}/threads/{thread_id}/events", headers={"Last-Event-ID": str(after)}
        ) as response,
    ):
        response.raise_for_status()
        async for event in read_events(response):
            events.append(event)
            if event["type"] == "end":
                return events
    raise AssertionError("the stream ended before the run")
