"""The real application on a port of its own, and LangGraph's official client of it."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import pytest
import uvicorn
from fastapi import FastAPI
from langgraph_sdk import get_client
from langgraph_sdk.client import LangGraphClient

from server.app import create_api
from server.services import Services
from tests.server.conftest import services

__all__ = ["services"]

DEADLINE_S = 20


class _Server(uvicorn.Server):
    """Leaves the signals to the test run."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def served(app: FastAPI, listening: socket.socket) -> AsyncIterator[None]:
    """The application behind a listening socket, in this loop; at the end streams are broken."""
    server = _Server(
        uvicorn.Config(
            app,
            lifespan="off",
            ws="none",
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=1,
        )
    )
    async with asyncio.TaskGroup() as tasks:
        serving = tasks.create_task(server.serve([listening]), name="uvicorn")
        try:
            yield
        finally:
            server.should_exit = True
            async with asyncio.timeout(DEADLINE_S):
                await serving


@pytest.fixture
async def service_url(services: Services) -> AsyncIterator[str]:
    """Where the whole service answers: API, worker and all."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        # Connections wait from now on, so nobody need wait for the server to be up.
        listening.listen(128)
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        async with served(create_api(services, url), listening):
            yield url


@pytest.fixture
async def client(service_url: str) -> AsyncIterator[LangGraphClient]:
    """LangGraph's client as anybody would make it."""
    async with get_client(url=service_url, api_key=None) as opened:
        yield opened
