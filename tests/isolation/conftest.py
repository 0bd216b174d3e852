"""One world for the tests of a module."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from tests.conftest import create_test_database
from tests.isolation.world import World, open_world


@pytest.fixture(scope="module")
async def world(
    postgres_url: str, template_database: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    url = create_test_database(postgres_url, f"test_{uuid4().hex}", template=template_database)
    async with open_world(url, tmp_path_factory.mktemp("isolation")) as opened:
        yield opened
