"""Frames on their way to one peer: few may wait, so that a slow one holds up nobody's memory."""

import asyncio
from typing import Any, Final

import orjson
from starlette.websockets import WebSocket, WebSocketDisconnect

#: Frames that wait for a slow peer; then whoever has another waits. An event has 64 KB at most.
MOST_WAITING: Final = 64


class Outbox:
    """A bounded queue with one reader: the connection's writer."""

    def __init__(self) -> None:
        self._frames: asyncio.Queue[bytes] = asyncio.Queue(MOST_WAITING)

    async def put(self, frame: bytes) -> None:
        """Send this after what waits; waits itself while too much does."""
        await self._frames.put(frame)

    async def put_json(self, data: Any) -> None:
        """The same for JSON data."""
        await self.put(orjson.dumps(data))

    async def send_all(self, websocket: WebSocket) -> None:
        """Send what comes until the peer is gone."""
        while True:
            frame = await self._frames.get()
            try:
                await websocket.send_text(frame.decode())
            except (WebSocketDisconnect, RuntimeError):
                # The latter is how uvicorn says that it has closed by itself: too large a frame
                # came, or no answer to its pings.
                return
