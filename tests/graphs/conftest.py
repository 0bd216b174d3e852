"""Ports in memory and a model endpoint for the graphs' tests."""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.standins.model_server import ModelServer, running_model_server
from tests.standins.ports import MemoryPorts, example_facts
from tools.chat_model import ChatModels
from tools.model_settings import ModelSettings


@pytest.fixture
def memory() -> MemoryPorts:
    """Ports with usage, without a configured model."""
    memory = MemoryPorts()
    memory.usage.facts_by_tenant["local"] = example_facts()
    return memory


@pytest.fixture
def empty_memory() -> MemoryPorts:
    """Ports without usage."""
    return MemoryPorts()


@pytest.fixture
def model_server() -> Iterator[ModelServer]:
    with running_model_server() as server:
        yield server


@pytest.fixture
async def modelled(model_server: ModelServer, memory: MemoryPorts) -> AsyncIterator[MemoryPorts]:
    """Ports with usage and a model endpoint that works."""
    settings = ModelSettings(
        model="stand-in", base_url=model_server.base_url, timeout_s=2, retry_after_s=0
    )
    memory.models = ChatModels(settings)
    yield memory
    await memory.models.aclose()
