"""The service with small graphs, and what tests of runs ask of it again and again."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from server.composition import open_services
from server.services import Services
from server.settings import Settings

CONFIG = Path(__file__).parent / "langgraph.json"


@pytest.fixture
async def services(database_url: str, tmp_path: Path) -> AsyncIterator[Services]:
    """Every service, with a worker and the tests' graphs."""
    settings = Settings(
        database_url=SecretStr(database_url), data_dir=tmp_path, worker_beat_s=0.2, config=CONFIG
    )
    async with open_services(settings, with_worker=True) as opened:
        yield opened
