"""The real web server on a free port, in this process."""

import asyncio
import signal
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

from server.app import create_api
from server.auth.authenticators import Authenticator, local_mode
from server.services import Services
from server.stopping import Stopping
from server.web_server import WebServer
from server.websocket.connections import ConnectionRegistry
from tests.server.websocket.peers import DEADLINE_S


@dataclass(frozen=True, slots=True)
class Live:
    """A server that is up."""

    url: str
    services: Services
    websockets: ConnectionRegistry
    server: WebServer
    serving: asyncio.Task[None]

    async def stop(self) -> None:
        """As a signal does."""
        self.server.handle_exit(signal.SIGTERM, None)
        async with asyncio.timeout(DEADLINE_S):
            await asyncio.wait([self.serving])


@asynccontextmanager
async def live_server(
    services: Services, authenticate: Authenticator = local_mode, **settings: Any
) -> AsyncIterator[Live]:
    """The application over these services, with some settings of its own."""
    services = replace(
        services, settings=services.settings.model_copy(update=settings), stopping=Stopping()
    )
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        app = create_api(services, url, authenticate)
        ready = asyncio.Event()
        server = WebServer(app, services, ready.set)
        async with asyncio.TaskGroup() as tasks:
            serving = tasks.create_task(server.serve(sockets=[listening]))
            async with asyncio.timeout(DEADLINE_S):
                await ready.wait()
            live = Live(url, services, app.state.websockets, server, serving)
            yield live
            await live.stop()


async def eventually(condition: Callable[[], bool]) -> None:
    """Wait until a condition holds that nobody tells of."""
    async with asyncio.timeout(DEADLINE_S):
        while True:
            if condition():
                return
            await asyncio.sleep(0.01)
