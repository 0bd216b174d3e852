"""A client of the WebSocket, for tests."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any
from uuid import uuid4

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

#: Nothing in these tests takes long; what waits longer than this is stuck.
DEADLINE_S = 20

Data = dict[str, Any]


class Peer:
    """One connection that has been made, and all that it got."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.got: list[Any] = []
        self.texts: list[str] = []

    async def send(self, kind: str, **fields: Any) -> None:
        await self.send_json({"type": kind, **fields})

    async def send_json(self, data: Any) -> None:
        await self.connection.send(json.dumps(data))

    async def next(self) -> Any:
        """The next frame."""
        async with asyncio.timeout(DEADLINE_S):
            text = await self.connection.recv()
        assert isinstance(text, str)
        self.texts.append(text)
        self.got.append(json.loads(text))
        return self.got[-1]

    async def until(self, **fields: Any) -> Data:
        """The next frame with these fields; those before it are kept in `got`."""
        while True:
            frame = await self.next()
            if isinstance(frame, dict) and fields.items() <= frame.items():
                return frame

    async def ask(self, kind: str, **fields: Any) -> Data:
        """Send a message and return its answer."""
        call_id = str(uuid4())
        await self.send(kind, id=call_id, **fields)
        return await self.until(id=call_id)

    async def until_end(self, run_id: str) -> list[Data]:
        """All events of the run, up to its end."""
        await self.until(type="end", run_id=run_id)
        return self.events(run_id)

    async def closed(self) -> tuple[int, str]:
        """Wait for the server to close; its code and reason."""
        with suppress(ConnectionClosed):
            while True:
                await self.next()
        code = self.connection.close_code
        assert code not in (None, 1006), "it was dropped without a word"
        return code, self.connection.close_reason or ""

    def events(self, run_id: str | None = None) -> list[Data]:
        """The events that it got, of one run or of all."""
        events = [frame for frame in self.got if "seq" in frame]
        return [event for event in events if run_id in (None, event.get("run_id"))]


@asynccontextmanager
async def opened(url: str, **options: Any) -> AsyncIterator[Peer]:
    """A connection to the WebSocket of a service, however it is welcomed."""
    address = url.replace("http", "ws", 1) + "/ws"
    async with connect(address, proxy=None, **options) as connection:
        yield Peer(connection)


@asynccontextmanager
async def joined(url: str, **options: Any) -> AsyncIterator[Peer]:
    """A connection that is ready."""
    async with opened(url, **options) as peer:
        ready = await peer.next()
        assert ready["type"] == "connection_ready"
        peer.got.clear()
        yield peer
