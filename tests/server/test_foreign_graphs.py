"""A user's own langgraph.json in the whole service: its graphs run and are looked at."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import httpx
import orjson
import pytest
from pydantic import SecretStr

from domain.errors import InvalidSettings
from domain.grammar import violations
from server.app import create_api
from server.composition import open_services
from server.services import Services
from server.settings import Settings
from tests.graphs.imported_modules import module_of
from tests.server.engine import DEADLINE_S

FLOWS = """
import contextlib
import os
from typing import TypedDict

from gp_helpers import plus
from langgraph.func import entrypoint
from langgraph.graph import START, StateGraph
from langgraph_sdk.runtime import ServerRuntime

story = []
STEP = int(os.environ["GP_TEST_STEP"])

class State(TypedDict):
    n: int

def build(step):
    async def add(state: State) -> State:
        return {"n": plus(state["n"], step)}
    builder = StateGraph(State)
    builder.add_node("add", add)
    builder.add_edge(START, "add")
    return builder

builder = build(STEP)

@entrypoint()
async def functional(n: int) -> int:
    return n + STEP

@contextlib.asynccontextmanager
async def make(config, runtime: ServerRuntime):
    story.append((runtime.access_context, runtime.ensure_user().identity))
    step = 100 if runtime.execution_runtime else 0
    yield build(step + config["configurable"].get("step", 0)).compile(name="made_here")
    story.append("put away")

def fails(config):
    raise LookupError("no such tool")
"""


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A graph list with its own variables, and a folder that its graphs import from."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    # Set and taken away, so that it is away again after the test.
    monkeypatch.setenv("GP_TEST_STEP", "")
    monkeypatch.delenv("GP_TEST_STEP")
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "gp_helpers.py").write_text("def plus(a, b):\n    return a + b\n")
    (tmp_path / "gp-flows.py").write_text(FLOWS)
    (tmp_path / ".env").write_text("GP_TEST_STEP=7\n")
    names = ("builder", "functional", "make", "fails")
    path = tmp_path / "langgraph.json"
    path.write_text(
        json.dumps(
            {
                "python_version": "3.11",
                "dependencies": ["./lib", "langgraph"],
                "env": ".env",
                "graphs": {name: f"./gp-flows.py:{name}" for name in names},
            }
        )
    )
    return path


def add_to(config: Path, **keys: Any) -> None:
    config.write_text(json.dumps({**json.loads(config.read_text()), **keys}))


@asynccontextmanager
async def serving(
    config: Path, url: str, folder: Path
) -> AsyncIterator[tuple[Services, httpx.AsyncClient]]:
    settings = Settings(database_url=SecretStr(url), data_dir=folder, config=config)
    async with open_services(settings, with_worker=True) as services:
        transport = httpx.ASGITransport(create_api(services, "http://api"))
        async with httpx.AsyncClient(transport=transport, base_url="http://api") as api:
            yield services, api


async def events_of_run(
    services: Services, api: httpx.AsyncClient, graph_id: str, value: Any
) -> list[dict[str, Any]]:
    """Start a run on a thread of its own; its events up to the end."""
    thread_id = (await api.post("/threads", json={})).json()["thread_id"]
    body = {"assistant_id": graph_id, "input": value}
    created = await api.post(f"/threads/{thread_id}/runs", json=body)
    created.raise_for_status()
    found: list[dict[str, Any]] = []
    stream = cast(Any, services.feed.follow(UUID(thread_id), 0))
    async with asyncio.timeout(DEADLINE_S), aclosing(stream) as batches:
        async for batch in batches:
            found += [orjson.loads(event.json()) for event in batch]
            if found and found[-1]["type"] == "end":
                break
    return found


async def test_every_kind_of_graph_runs_to_its_end(
    config: Path, database_url: str, tmp_path: Path
) -> None:
    async with serving(config, database_url, tmp_path) as (services, api):
        for graph_id, given, wanted in (
            ("builder", {"n": 1}, {"n": 8}),
            ("functional", 1, 8),
            ("make", {"n": 1}, {"n": 101}),
        ):
            events = await events_of_run(services, api, graph_id, given)
            assert violations(events) == []
            assert events[-1]["status"] == "success"
            thread = (await api.get(f"/threads/{events[0]['thread_id']}")).json()
            assert (graph_id, thread["values"]) == (graph_id, wanted)
    flows = module_of(tmp_path / "gp-flows.py")
    assert flows.story == [("threads.create_run", "local"), "put away"]


async def test_a_factory_that_fails_ends_its_run_with_the_reason(
    config: Path, database_url: str, tmp_path: Path
) -> None:
    async with serving(config, database_url, tmp_path) as (services, api):
        events = await events_of_run(services, api, "fails", {"n": 1})
        assert violations(events) == []
        [error] = [event for event in events if event["type"] == "error"]
        assert "LookupError: no such tool" in error["message"]
        assert events[-1]["status"] == "error"
        refused = await api.get("/assistants/fails/schemas")
        assert (refused.status_code, "no such tool" in refused.json()["detail"]) == (500, True)


async def test_graphs_are_looked_at_with_their_assistants_config(
    config: Path, database_url: str, tmp_path: Path
) -> None:
    async with serving(config, database_url, tmp_path) as (_, api):
        body = {"graph_id": "make", "config": {"configurable": {"step": 1}}}
        assistant_id = (await api.post("/assistants", json=body)).json()["assistant_id"]
        for path in ("graph", "schemas", "subgraphs"):
            response = await api.get(f"/assistants/{assistant_id}/{path}")
            assert response.status_code == 200, response.text
        drawing = (await api.get(f"/assistants/{assistant_id}/graph")).json()
        assert {node["id"] for node in drawing["nodes"]} == {"__start__", "add", "__end__"}
        schemas = (await api.get("/assistants/functional/schemas")).json()
        assert schemas["input_schema"]["type"] == "integer"


async def test_what_cannot_be_served_stops_the_start_by_its_name(
    config: Path, database_url: str, tmp_path: Path
) -> None:
    add_to(config, auth={"path": "./auth.py:auth"})
    with pytest.raises(InvalidSettings, match="`auth` in langgraph"):
        async with serving(config, database_url, tmp_path):
            pass
