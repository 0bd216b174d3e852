"""What tests of runs do with LangGraph's client."""

import asyncio
from collections.abc import AsyncIterable
from typing import Any
from uuid import uuid4

from langgraph_sdk.client import LangGraphClient

from tests.graphs.streamed import Frame
from tests.sdk.runs.graphs import GATES

DEADLINE_S = 20
QUESTION: Any = {"messages": [{"role": "user", "content": "What is one and two?"}]}


async def new_thread(client: LangGraphClient) -> str:
    """A thread's id."""
    return (await client.threads.create())["thread_id"]


async def frames(stream: AsyncIterable[Any]) -> list[Frame]:
    """All that a stream brings, as event and data."""
    async with asyncio.timeout(DEADLINE_S):
        return [(part.event, part.data) async for part in stream]


def parts(frames: list[Frame]) -> list[Frame]:
    """Only what the graph streamed."""
    around = ("metadata", "end", "error", "gap")
    return [frame for frame in frames if frame[0] not in around]


class Door:
    """A door that a waiting run stands at until it is opened."""

    def __init__(self) -> None:
        self.name = uuid4().hex

    @property
    def input(self) -> dict[str, Any]:
        """Makes a run of `waiting` stand here."""
        return {"gate": self.name, "done": []}

    async def reached(self) -> None:
        """Until the run stands here."""
        async with asyncio.timeout(DEADLINE_S):
            await GATES.reached[self.name].wait()

    def open(self) -> None:
        """Let it go on."""
        GATES.opened[self.name].set()
