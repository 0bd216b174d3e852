"""The real application over a real database, in this process."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from server.app import create_api
from server.composition import open_services
from server.services import Services
from server.settings import Settings
from tests.server.tasks import no_task_left


@pytest.fixture(autouse=True)
async def no_task_is_left() -> AsyncIterator[None]:
    """Whatever a test starts is over when it is."""
    async with no_task_left():
        yield


@pytest.fixture
async def services(database_url: str, tmp_path: Path) -> AsyncIterator[Services]:
    """Every service, with a worker and the built-in model."""
    settings = Settings(database_url=SecretStr(database_url), data_dir=tmp_path, worker_beat_s=0.2)
    async with open_services(settings, with_worker=True) as opened:
        yield opened


@pytest.fixture
async def api(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the application. Streams arrive whole, when they end."""
    transport = httpx.ASGITransport(create_api(services, "http://api"))
    async with httpx.AsyncClient(transport=transport, base_url="http://api", timeout=30) as client:
        yield client
