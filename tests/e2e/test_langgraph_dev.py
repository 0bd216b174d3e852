"""Our langgraph.json, unchanged, under LangGraph's own development server."""

import asyncio
import os
import shutil
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from langgraph_sdk import get_client
from langgraph_sdk.client import LangGraphClient
from pydantic import SecretStr

from domain.identity import LOCAL_USER
from graphs.catalog import load_catalog
from server.ports import credentials_of, open_ports
from server.settings import Settings
from storage.database import Database
from storage.reports import ReportRepository
from tests.e2e.service import ROOT, free_port

DEADLINE_S = 60
QUESTION: Any = {"messages": [{"role": "user", "content": "Analyze my AI costs"}]}
SAMPLE = {"use_sample": True, "model": "gpt-4o"}
#: What the graphs are made of; the pages and the tests stay at home.
FOLDERS = ("checkpoints", "domain", "graphs", "nodes", "server", "storage", "tools")
#: Whatever wants to leave this machine finds nobody there.
NO_NETWORK = {
    "HTTPS_PROXY": "http://127.0.0.1:9",
    "HTTP_PROXY": "http://127.0.0.1:9",
    "NO_PROXY": "127.0.0.1",
    "LANGGRAPH_CLI_NO_ANALYTICS": "1",
    "LANGSMITH_TRACING": "false",
}


@asynccontextmanager
async def dev_server(folder: Path, environment: dict[str, str]) -> AsyncIterator[str]:
    """`langgraph dev` in a folder; yields its URL."""
    port = free_port()
    log = folder / "dev.log"
    foreign = ("GOLDENPATH_", "OPENAI_", "DATABASE_", "LANG")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    options = ("--no-browser", "--no-reload", "--host", "127.0.0.1", "--port", str(port))
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "langgraph_cli", "dev", *options),
            cwd=folder,
            env={**clean, **NO_NETWORK, **environment},
            stdout=output,
            stderr=asyncio.subprocess.STDOUT,
        )
    url = f"http://127.0.0.1:{port}"
    try:
        await until_it_answers(url, process, log)
        yield url
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(DEADLINE_S):
            await process.wait()


async def until_it_answers(url: str, process: asyncio.subprocess.Process, log: Path) -> None:
    async with asyncio.timeout(DEADLINE_S), httpx.AsyncClient(base_url=url) as plain:
        while process.returncode is None:
            try:
                if (await plain.get("/ok")).is_success:
                    return
            except httpx.TransportError:
                await asyncio.sleep(0.1)
    pytest.fail(f"langgraph dev ended: {_end_of(log)}")


def _end_of(log: Path) -> str:
    return log.read_text(errors="replace")[-4000:]


@pytest.fixture
async def client(tmp_path: Path, database_url: str) -> AsyncIterator[LangGraphClient]:
    """LangGraph's client of its development server, which serves a clean copy of ours."""
    for folder in FOLDERS:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=ignored)
    shutil.copy(ROOT / "langgraph.json", tmp_path)
    async with (
        dev_server(tmp_path, {"DATABASE_URL": database_url}) as url,
        get_client(url=url, api_key=None) as opened,
    ):
        yield opened


async def test_every_graph_of_ours_runs_there_to_the_values_it_has_here(
    client: LangGraphClient, database: Database
) -> None:
    catalog = load_catalog(ROOT / "langgraph.json")
    assistants = await client.assistants.search()
    assert {assistant["graph_id"] for assistant in assistants} == set(catalog)
    # Which graph a workflow is says the version that its run is pinned to, and none is kept there.
    conversations = {name: entry for name, entry in catalog.items() if name != "workflow"}
    there = {graph_id: await run(client, graph_id) for graph_id in conversations}
    settings = Settings(database_url=SecretStr(database.url))
    async with open_ports(database, settings, credentials_of(database, settings)):
        for graph_id, entry in conversations.items():
            here = await entry.graph.ainvoke(QUESTION)
            messages = [message.model_dump() for message in here["messages"]]
            assert said(there[graph_id]) == said(messages)
    # What the report agent kept there is in the database that both share.
    reports = ReportRepository(database)
    for graph_id in ("supervisor", "report"):
        report_id = there[graph_id][-1]["additional_kwargs"]["report_id"]
        stored = await reports.get(LOCAL_USER, UUID(report_id))
        assert stored.markdown


async def run(client: LangGraphClient, graph_id: str) -> list[dict[str, Any]]:
    """The messages at a run's end; the first run is asked for usage and takes the sample."""
    thread_id = (await client.threads.create())["thread_id"]
    values: Any = await client.runs.wait(thread_id, graph_id, input=QUESTION)
    assert ("__interrupt__" in values) == (graph_id == "supervisor")
    if "__interrupt__" in values:
        [question] = values["__interrupt__"]
        assert question["value"]["kind"] == "usage_needed"
        command: Any = {"resume": {question["id"]: SAMPLE}}
        values = await client.runs.wait(thread_id, graph_id, command=command)
    assert "__interrupt__" not in values
    return values["messages"]


def said(messages: list[dict[str, Any]]) -> list[tuple[str, str | None, Any]]:
    """Who said what."""
    return [(message["type"], message["name"], message["content"]) for message in messages]
