"""uvicorn's WebSocket protocol, and the end of peers that are not there any more."""

import asyncio
from typing import Final

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

#: How long last words may take on their way to a peer, seconds.
_LAST_WORDS_S: Final = 2.0


class PeerProtocol(WebSocketsSansIOProtocol):
    """Drops a peer that takes nothing any more.

    uvicorn closes a transport once all that was written has been taken. A peer that is dead, or
    does not read, never takes it: its socket would stay for ever.
    """

    _drop_timer: asyncio.TimerHandle | None = None

    def keepalive_timeout(self) -> None:
        """No ping was answered."""
        super().keepalive_timeout()
        self._drop_soon()

    def shutdown(self) -> None:
        """The process stops."""
        super().shutdown()
        self._drop_soon()

    async def run_asgi(self) -> None:
        """Serve it; afterwards nothing more is to be sent."""
        await super().run_asgi()
        self._drop_soon()

    def connection_lost(self, exc: Exception | None) -> None:
        """It is gone."""
        super().connection_lost(exc)
        self._end_timer()

    def _drop_soon(self) -> None:
        self._end_timer()
        if not self.disconnected:
            self._drop_timer = self.loop.call_later(_LAST_WORDS_S, self.transport.abort)

    def _end_timer(self) -> None:
        if self._drop_timer:
            self._drop_timer.cancel()
            self._drop_timer = None
