"""The real application over a real database, in this process."""

import asyncio
from collections.abc import AsyncIterator
from inspect import iscoroutine
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from server.app import create_app
from server.composition import Services, open_services
from server.settings import Settings


@pytest.fixture(autouse=True)
async def no_task_is_left() -> AsyncIterator[None]:
    """Whatever a test starts is over when it is."""
    before = asyncio.all_tasks()
    yield
    left = asyncio.all_tasks() - before - {asyncio.current_task()}
    assert not [task for task in left if not task.done() and not _is_gradios(task)]


def _is_gradios(task: asyncio.Task[Any]) -> bool:
    # Its queue's tasks are made for a process that ends with them.
    coroutine = task.get_coro()
    return "/gradio/" in coroutine.cr_code.co_filename if iscoroutine(coroutine) else False


@pytest.fixture
async def services(database_url: str, tmp_path: Path) -> AsyncIterator[Services]:
    """Every service, with a worker and the built-in model."""
    settings = Settings(database_url=SecretStr(database_url), data_dir=tmp_path, worker_beat_s=0.2)
    async with open_services(settings, with_worker=True) as opened:
        yield opened


@pytest.fixture
async def api(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the application. Streams arrive whole, when they end."""
    transport = httpx.ASGITransport(create_app(services, "http://api"))
    async with httpx.AsyncClient(transport=transport, base_url="http://api", timeout=30) as client:
        yield client
