"""A model endpoint and another server for tools' tests."""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.standins.http_server import HttpServer, running_http_server
from tests.standins.model_server import ModelServer, running_model_server


@pytest.fixture
def model_server() -> Iterator[ModelServer]:
    with running_model_server() as server:
        yield server


@pytest.fixture
async def server() -> AsyncIterator[HttpServer]:
    async with running_http_server() as running:
        yield running
