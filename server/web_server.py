"""The web server: uvicorn over our application, told how to start, to stop, and to drop peers."""

import asyncio
import contextlib
import logging
import signal
import socket
from collections.abc import Callable, Generator
from types import FrameType

import uvicorn
from fastapi import FastAPI

from server.edge.http_protocol import timed_protocol
from server.services import Services
from server.settings import Settings
from server.websocket.connections import ConnectionRegistry
from server.websocket.peer_protocol import PeerProtocol

#: What asks a process to stop.
_STOPPING = (signal.SIGINT, signal.SIGTERM)

#: How long open streams may hold up a stop, seconds.
_CLOSE_STREAMS_S = 3

#: A frame so many times larger than allowed is not even read to the end: it closes the connection.
_FRAME_CAP = 16

#: A peer may stay silent for so many pings.
_MISSED_PINGS = 2


class WebServer(uvicorn.Server):
    """Says when it is ready, and good-bye to WebSockets before it goes."""

    def __init__(self, app: FastAPI, services: Services, on_ready: Callable[[], None]) -> None:
        super().__init__(_config(app, services.settings))
        self._websockets: ConnectionRegistry = app.state.websockets
        self._stopping = services.stopping
        self._on_ready = on_ready

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        """Stop at a signal. uvicorn's own way ends the process before its services have closed."""
        loop = asyncio.get_running_loop()
        for number in _STOPPING:
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in _STOPPING:
                loop.remove_signal_handler(number)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop, and break off what is held open: it would hold up the stop."""
        self._stopping.begin()
        super().handle_exit(sig, frame)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to serve."""
        logging.getLogger("uvicorn.error").addFilter(_is_news)
        await super().startup(sockets)
        if not self.should_exit:
            self._on_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop to serve. Those WebSockets that are still open uvicorn closes in its own way."""
        await self._websockets.wait_until_closed()
        await super().shutdown(sockets)


def _is_news(record: logging.LogRecord) -> bool:
    """All but what is done on purpose: breaking off answers when the service stops."""
    return "without completing response" not in record.getMessage()


def _config(app: FastAPI, settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        log_level=settings.log_level.lower(),
        access_log=False,
        # Its lines go where all others go, and are masked there.
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=_CLOSE_STREAMS_S,
        http=timed_protocol(settings),
        ws=PeerProtocol,
        ws_max_size=_FRAME_CAP * settings.ws_frame_bytes,
        ws_ping_interval=settings.ws_ping_s,
        ws_ping_timeout=_MISSED_PINGS * settings.ws_ping_s,
        # It would cost every connection memory, and each small event more time than it saves.
        ws_per_message_deflate=False,
        proxy_headers=False,
    )
