"""Services that the tests of a module share."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from pydantic import SecretStr

from server.composition import open_services
from server.services import Services
from server.settings import Settings
from tests.conftest import create_test_database
from tests.server.tasks import no_task_left


@pytest.fixture(scope="module", autouse=True)
async def no_task_is_left() -> AsyncIterator[None]:
    """Whatever the tests of a module start is over when they are: they share services."""
    async with no_task_left():
        yield


@pytest.fixture(scope="module")
async def shared_services(
    postgres_url: str, template_database: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Services]:
    """Every service over a database of the module's own."""
    url = create_test_database(postgres_url, f"test_{uuid4().hex}", template=template_database)
    folder = tmp_path_factory.mktemp("shared")
    settings = Settings(database_url=SecretStr(url), data_dir=folder, worker_beat_s=0.2)
    async with open_services(settings, with_worker=True) as opened:
        yield opened
