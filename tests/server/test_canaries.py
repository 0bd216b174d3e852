"""Canary secrets are planted in connections, and then nowhere to be found."""

import base64
import io
import json
import logging
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import psycopg
import pytest
from psycopg import sql
from pydantic import SecretStr

from domain.masking import MASK
from server.app import create_api
from server.composition import open_services
from server.settings import Settings
from storage.database import SEARCH_PATH
from tests.standins.http_server import Answer, Asked, HttpServer, running_http_server

KEY = "service-key-0123456789-0123456789"
CANARIES = {
    "api_key": "sk-canary-4f1c0a/9+z=",
    "basic": 'canary "pass" wörd \\ 77',
    "http_header": "canary-header-5e0d21",
}
SETTINGS = {"api_key": {}, "basic": {"username": "ann"}, "http_header": {"header": "X-Canary"}}
SECRET_FIELDS = {"api_key": "api_key", "basic": "password", "http_header": "value"}


class Echo(HttpServer):
    """A provider that repeats what it was sent, as it was and decoded."""

    def answer(self, asked: Asked) -> Answer:
        said = json.dumps(asked.headers)
        for value in asked.headers.values():
            scheme, _, rest = value.partition(" ")
            if scheme == "Basic":
                decoded = base64.b64decode(rest).decode()
                said += decoded + json.dumps({"again": json.dumps({"you sent": decoded})})
        return Answer("HTTP/1.1 401 No", [said.encode()])


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """All that is logged, by whomever, at every level."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(logging.Formatter("%(name)s %(message)s"))
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield written
    root.setLevel(level)
    root.removeHandler(handler)


@pytest.fixture
async def answers() -> list[str]:
    """Every answer of the API, headers included."""
    return []


@pytest.fixture
async def api(
    database_url: str, tmp_path: Path, log: io.StringIO, answers: list[str]
) -> AsyncIterator[httpx.AsyncClient]:
    config = tmp_path / "langgraph.json"
    graph = Path(__file__).with_name("canary_graph.py")
    config.write_text(json.dumps({"graphs": {"canary": f"{graph}:graph"}}))
    settings = Settings(
        database_url=SecretStr(database_url),
        data_dir=tmp_path,
        config=config,
        secret_key=SecretStr(KEY),
        egress_allow="127.0.0.0/8",
    )

    async def remember(response: httpx.Response) -> None:
        await response.aread()
        answers.append(f"{response.headers} {response.text}")

    async with open_services(settings, with_worker=True) as services:
        transport = httpx.ASGITransport(create_api(services, "http://api"))
        async with httpx.AsyncClient(
            transport=transport,
            base_url="http://api",
            timeout=60,
            event_hooks={"response": [remember]},
        ) as opened:
            yield opened


def forms(canary: str) -> set[str]:
    """A canary as it could be written down."""
    escaped = {canary}
    for _ in range(4):
        escaped |= {json.dumps(text)[1:-1] for text in escaped}
        escaped |= {json.dumps(text, ensure_ascii=False)[1:-1] for text in escaped}
    return escaped | {
        quote(canary),
        canary.encode().hex(),
        base64.b64encode(canary.encode()).decode().rstrip("="),
        base64.b64encode(f"ann:{canary}".encode()).decode().rstrip("="),
    }


def found_in(text: str) -> list[str]:
    return [form for canary in CANARIES.values() for form in forms(canary) if form in text]


def dump(url: str) -> dict[str, str]:
    """Every value of every table as text; binary ones as they are and as hexadecimal digits."""
    schemas = [name for name in SEARCH_PATH.split(",") if name != "public"]
    with psycopg.connect(url) as connection:
        tables = connection.execute(
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname = ANY(%s)", [schemas]
        ).fetchall()
        dumped: dict[str, str] = {}
        for schema, table in tables:
            rows = connection.execute(
                sql.SQL("SELECT * FROM {}").format(sql.Identifier(schema, table))
            ).fetchall()
            values = [_text(value) for row in rows for value in row]
            dumped[f"{schema}.{table}"] = "\n".join(values)
    return dumped


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return f"{value.decode(errors='replace')} {value.hex()}"
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)


async def plant(api: httpx.AsyncClient, kind: str) -> str:
    body = {
        "name": f"Canary of {kind}",
        "kind": kind,
        "settings": SETTINGS[kind],
        "secrets": {SECRET_FIELDS[kind]: CANARIES[kind]},
    }
    created = await api.post("/connections", json=body)
    assert created.status_code == 201, created.text
    # What is refused repeats nothing either.
    assert (await api.post("/connections", json=body)).status_code == 409
    for broken in ({"name": 7}, {"kind": "x" * 500}, {"settings": {"a": CANARIES[kind]}}):
        assert (await api.post("/connections", json=body | broken)).status_code == 422
    connection_id = created.json()["connection_id"]
    await api.patch(f"/connections/{connection_id}", json={"secrets": body["secrets"]})
    return connection_id


async def run(api: httpx.AsyncClient, server: HttpServer, connection_id: str, mode: str) -> None:
    given: dict[str, Any] = {"mode": mode, "connection_id": connection_id, "port": server.port}
    thread_id = (await api.post("/threads", json={})).json()["thread_id"]
    body = {
        "assistant_id": "canary",
        "input": given,
        "stream_mode": ["values", "updates", "messages-tuple", "custom", "debug", "agent_events"],
    }
    streamed = await api.post(f"/threads/{thread_id}/runs/stream", json=body)
    assert streamed.status_code == 200, streamed.text
    for path in ("", "/state", "/history", "/runs"):
        if path == "/history":
            await api.post(f"/threads/{thread_id}/history", json={})
        else:
            await api.get(f"/threads/{thread_id}{path}")


async def test_no_canary_is_found_in_database_log_or_answers(
    api: httpx.AsyncClient, database_url: str, log: io.StringIO, answers: list[str]
) -> None:
    async with running_http_server(kind=Echo) as server:
        for kind in CANARIES:
            connection_id = await plant(api, kind)
            for mode in ("answer", "fail", "ask"):
                await run(api, server, connection_id, mode)
            await api.get(f"/connections/{connection_id}")
        sent = str([asked.headers for asked in server.asked])
    await api.get("/connections")
    await api.get("/threads")

    # The provider did get them, and repeated them into the run.
    assert len(server.asked) == 9
    assert CANARIES["api_key"] in sent
    assert CANARIES["http_header"] in sent
    dumped = dump(database_url)
    assert MASK in dumped["goldenpath.run_events"]
    assert MASK in log.getvalue()
    assert "*" * 20 in dumped["langgraph.checkpoint_blobs"]

    assert {table: found_in(text) for table, text in dumped.items() if found_in(text)} == {}
    assert found_in(log.getvalue()) == []
    assert [answer for answer in answers if found_in(answer)] == []
