"""Answers that stay open: filled while nothing happens, and broken off when the service stops."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from server.auth.standing import Standing
from server.stopping import Stopping
from storage.database import DatabaseError

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Liveness:
    """How an open answer shows that it lives."""

    stopping: Stopping
    #: Longest silence, seconds.
    silence_s: float
    #: What breaks the silence.
    filler: bytes
    #: The last word before the service stops.
    farewell: bytes = b""


class LiveResponse(Response):
    """An answer as long as its content.

    A client that is cut off, because the service stops, its database is away or its sign-in has
    ended, sees a broken answer, never a finished one: it knows that there is more and comes back.
    """

    def __init__(
        self,
        content: AsyncGenerator[bytes],
        liveness: Liveness,
        media_type: str,
        headers: Mapping[str, str] | None = None,
        left: Callable[[], None] | None = None,
    ) -> None:
        """`left` is called when the client goes before the answer has ended."""
        self.status_code = 200
        self.background = None
        self.media_type = media_type
        self.init_headers(
            {"Cache-Control": "no-store", "X-Accel-Buffering": "no", **(headers or {})}
        )
        self._content = content
        self._liveness = liveness
        self._left = left
        self._last_sent = 0.0
        self._is_sending = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer until the content ends, the client leaves or may stay no more, or all stops."""
        standing: Standing | None = scope.get("state", {}).get("standing")
        start = {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
        await send(start)
        async with asyncio.TaskGroup() as tasks, contextlib.aclosing(self._content):
            sending = tasks.create_task(self._send_content(send), name="answer")
            leaving = tasks.create_task(_until_left(receive), name="client")
            parts: list[asyncio.Task[Any]] = [sending, leaving]
            if standing:
                parts.append(tasks.create_task(standing.until_lost(), name="standing"))
            try:
                await self._until_over(parts, send)
            finally:
                for part in parts:
                    part.cancel()
                await asyncio.wait(parts)
        if sending.cancelled():
            if self._left and leaving.done() and not leaving.cancelled():
                self._left()
            elif self._liveness.stopping.has_begun and self._liveness.farewell:
                await self._part(send, self._liveness.farewell)
        elif sending.result():
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _until_over(self, parts: Sequence[asyncio.Task[Any]], send: Send) -> None:
        loop = asyncio.get_running_loop()
        stopped: asyncio.Future[None] = loop.create_future()
        stopping = self._liveness.stopping
        stopping.watch(self, lambda: stopped.set_result(None))
        self._last_sent = loop.time()
        try:
            while True:
                silent_until = self._last_sent + self._liveness.silence_s
                over, _ = await asyncio.wait(
                    (*parts, stopped),
                    timeout=max(silent_until - loop.time(), 0),
                    return_when=asyncio.FIRST_COMPLETED,
                )
                if over:
                    return
                if loop.time() >= self._last_sent + self._liveness.silence_s:
                    # A client that is slow to take what it gets need not be told.
                    if not self._is_sending:
                        await self._part(send, self._liveness.filler)
                    self._last_sent = loop.time()
        finally:
            stopping.forget(self)

    async def _send_content(self, send: Send) -> bool:
        """Whether the content came to its end."""
        try:
            async for part in self._content:
                if not part:
                    continue
                self._is_sending = True
                await self._part(send, part)
                self._is_sending = False
                self._last_sent = asyncio.get_running_loop().time()
        except DatabaseError as error:
            logger.warning("An open answer breaks off: %s", error)
            return False
        return True

    async def _part(self, send: Send, body: bytes) -> None:
        await send({"type": "http.response.body", "body": body, "more_body": True})


async def _until_left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
