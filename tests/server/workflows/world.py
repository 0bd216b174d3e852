"""The application with workflows, and what tests do there again and again."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from pydantic import SecretStr

from server.app import create_api
from server.composition import open_services
from server.services import Services
from server.settings import Settings
from tests.server.workflows.services import INTEGRATIONS, config_with_graph
from tests.storage.workflow_rows import document
from tools.registry import Integrations

DEADLINE_S = 20
Json = dict[str, Any]


@dataclass(frozen=True)
class Site:
    """The services and a client of them."""

    services: Services
    api: httpx.AsyncClient

    async def made(self, blueprint: Json | None = None, **settings: Any) -> str:
        """The id of a new workflow."""
        blueprint = blueprint or document(**settings)
        body = {"name": blueprint["name"], "blueprint": blueprint}
        answer = await self.api.post("/workflows", json=body)
        assert answer.status_code == 201, answer.text
        return answer.json()["workflow_id"]

    async def live(self, blueprint: Json | None = None, **settings: Any) -> str:
        """The id of a new workflow that is live."""
        workflow_id = await self.made(blueprint, **settings)
        answer = await self.api.post(f"/workflows/{workflow_id}/activate", json={})
        assert answer.status_code == 200, answer.text
        return workflow_id

    async def execute(self, workflow_id: str, **payload: Any) -> Json:
        """What a start of it is answered."""
        answer = await self.api.post(f"/workflows/{workflow_id}/execute", json={"payload": payload})
        assert answer.status_code == 202, answer.text
        return answer.json()

    async def execution(self, run_id: str) -> Json:
        """How an execution stands."""
        answer = await self.api.get(f"/workflows/runs/{run_id}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def until(self, run_id: str, *statuses: str) -> Json:
        """The execution once it stands so."""
        found: Json = {}

        async def stands() -> bool:
            found.update(await self.execution(run_id))
            return found["status"] in statuses

        await eventually(stands)
        return found


async def eventually(condition: Callable[[], Any]) -> None:
    """Wait until a condition holds that nobody tells of."""
    async with asyncio.timeout(DEADLINE_S):
        while True:
            if await condition():
                return
            await asyncio.sleep(0.02)


@asynccontextmanager
async def open_workflow_site(
    url: str,
    folder: Path,
    *,
    with_worker: bool = True,
    integrations: Integrations = INTEGRATIONS,
    **settings: Any,
) -> AsyncIterator[Site]:
    """The application in local mode, unless told otherwise."""
    values: Json = {
        "database_url": SecretStr(url),
        "data_dir": folder,
        "worker_beat_s": 0.2,
        "config": config_with_graph(folder),
        "secret_key": SecretStr("k" * 40),
        **settings,
    }
    opening = open_services(Settings(**values), with_worker=with_worker, integrations=integrations)
    async with opening as services:
        transport = httpx.ASGITransport(create_api(services, "http://api"))
        async with httpx.AsyncClient(transport=transport, base_url="http://api", timeout=30) as api:
            yield Site(services, api)
