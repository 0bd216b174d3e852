"""One application in mode `accounts` for the tests of a module."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from tests.conftest import create_test_database
from tests.server.auth.world import Site, open_site
from tests.server.tasks import no_task_left


@pytest.fixture(scope="module", autouse=True)
async def no_task_is_left() -> AsyncIterator[None]:
    """Whatever the tests of a module start is over when they are: they share services."""
    async with no_task_left():
        yield


@pytest.fixture(scope="module")
def module_database(postgres_url: str, template_database: str) -> str:
    """The URL of a database of the module's own."""
    name = f"test_{uuid4().hex}"
    return create_test_database(postgres_url, name, template=template_database)


@pytest.fixture(scope="module")
async def site(
    module_database: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Site]:
    async with open_site(module_database, tmp_path_factory.mktemp("site")) as opened:
        yield opened
