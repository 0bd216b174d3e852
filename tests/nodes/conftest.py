"""A model endpoint, and everything nodes write while they run."""

from collections.abc import Iterator

import pytest

from tests.standins.model_server import ModelServer, running_model_server


@pytest.fixture
def model_server() -> Iterator[ModelServer]:
    with running_model_server() as server:
        yield server
