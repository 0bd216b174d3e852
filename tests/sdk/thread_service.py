"""The whole service over the graphs of `thread_graphs`, and runs on it."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from langgraph_sdk.client import LangGraphClient
from pydantic import SecretStr

from domain.identity import LOCAL_USER
from domain.runs import Run
from server.composition import open_services
from server.runs.requests import RunRequest
from server.services import Services
from server.settings import Settings
from tests.sdk.conftest import DEADLINE_S
from tests.sdk.thread_graphs import NAMES

STATE_FIELDS = {
    "values",
    "next",
    "tasks",
    "metadata",
    "created_at",
    "checkpoint",
    "parent_checkpoint",
    "interrupts",
    "checkpoint_id",
    "parent_checkpoint_id",
}
TASK_FIELDS = {"id", "name", "path", "error", "interrupts", "checkpoint", "state", "result"}
INTERRUPT_FIELDS = {"value", "id", "response_schema"}


@pytest.fixture
async def services(database_url: str, tmp_path: Path) -> AsyncIterator[Services]:
    """Every service, with a worker, over graphs that are worth looking at."""
    config = tmp_path / "langgraph.json"
    graphs = {name: f"tests.sdk.thread_graphs:{name}" for name in NAMES}
    config.write_text(json.dumps({"graphs": graphs}), encoding="utf-8")
    settings = Settings(
        database_url=SecretStr(database_url), data_dir=tmp_path, config=config, worker_beat_s=0.2
    )
    async with open_services(settings, with_worker=True) as opened:
        yield opened


async def ran(services: Services, thread_id: str, graph_id: str, **request: Any) -> Run:
    """A run on a thread, at its end."""
    run = await services.manager.start(
        LOCAL_USER, RunRequest(graph_id, thread_id=UUID(thread_id), **request)
    )
    async with asyncio.timeout(DEADLINE_S):
        return await services.manager.wait_ended(LOCAL_USER, run.run_id)


async def busy(services: Services, thread_id: str, graph_id: str = "steps") -> Run:
    """A run that waits for hours, so that its thread is busy."""
    request = RunRequest(graph_id, thread_id=UUID(thread_id), after_s=9_999)
    return await services.manager.start(LOCAL_USER, request)


async def thread_with(
    client: LangGraphClient, services: Services, graph_id: str, given: Any = None
) -> str:
    """A thread on which a graph has run; its id."""
    thread_id = (await client.threads.create())["thread_id"]
    await ran(services, thread_id, graph_id, input={} if given is None else given)
    return thread_id
