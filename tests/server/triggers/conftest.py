"""The service with a small graph in the place of workflows."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from server.app import create_api
from server.composition import Services, open_services
from server.settings import Settings

CONFIG = Path(__file__).parent / "langgraph.json"


def settings(url: str, folder: Path, **more: object) -> Settings:
    given: dict[str, object] = {
        "database_url": SecretStr(url),
        "data_dir": folder,
        "worker_beat_s": 0.2,
        "config": CONFIG,
        "secret_key": SecretStr("k" * 32),
        **more,
    }
    return Settings.model_validate(given)


@pytest.fixture
async def services(database_url: str, tmp_path: Path) -> AsyncIterator[Services]:
    async with open_services(settings(database_url, tmp_path), with_worker=True) as opened:
        yield opened


@pytest.fixture
async def api(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(create_api(services, "http://api"))
    async with httpx.AsyncClient(transport=transport, base_url="http://api", timeout=30) as client:
        yield client
