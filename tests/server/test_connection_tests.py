"""Trying a connection out: it signs in at the service and says as whom, and never the secret."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from server.app import create_api
from server.composition import open_services
from server.settings import Settings
from tests.standins.http_server import running_http_server
from tests.standins.provider_server import Reply
from tests.standins.slack_server import TOKEN, SlackServer


@pytest.fixture
async def server() -> AsyncIterator[SlackServer]:
    async with running_http_server(kind=SlackServer) as running:
        assert isinstance(running, SlackServer)
        yield running


@pytest.fixture
async def client(
    database_url: str, tmp_path: Path, server: SlackServer
) -> AsyncIterator[httpx.AsyncClient]:
    settings = Settings(
        database_url=SecretStr(database_url),
        data_dir=tmp_path,
        secret_key=SecretStr("k" * 32),
        egress_allow=f"127.0.0.1:{server.port}",
    )
    async with open_services(settings, with_worker=False) as services:
        transport = httpx.ASGITransport(create_api(services, "http://api"))
        async with httpx.AsyncClient(transport=transport, base_url="http://api") as opened:
            yield opened


async def made(client: httpx.AsyncClient, url: str, token: str = TOKEN) -> str:
    body = {
        "name": token[-12:],
        "kind": "slack",
        "settings": {"base_url": url},
        "secrets": {"bot_token": token},
    }
    answer = await client.post("/connections", json=body)
    assert answer.status_code == 201, answer.text
    return f"/connections/{answer.json()['connection_id']}"


async def test_it_says_as_whom(client: httpx.AsyncClient, server: SlackServer) -> None:
    answer = await client.post(f"{await made(client, server.url)}/test")
    said = "Signed in to the Slack workspace Shop as goldenbot."
    assert answer.json() == {"ok": True, "message": said}


async def test_a_refusal_is_an_answer_in_words(
    client: httpx.AsyncClient, server: SlackServer
) -> None:
    url = await made(client, server.url, "xoxb-another-token")
    answer = await client.post(f"{url}/test")
    assert answer.status_code == 200
    assert answer.json()["ok"] is False
    assert "the token is wrong (invalid_auth)" in answer.json()["message"]


async def test_what_repeats_the_secret_is_masked(
    client: httpx.AsyncClient, server: SlackServer
) -> None:
    server.troubles = [Reply(200, {"ok": False, "error": f"bad token {TOKEN}"})]
    answer = await client.post(f"{await made(client, server.url)}/test")
    assert answer.json()["ok"] is False
    assert TOKEN not in answer.text


async def test_an_address_inside_is_refused(client: httpx.AsyncClient, server: SlackServer) -> None:
    answer = await client.post(f"{await made(client, 'http://127.0.0.1:9')}/test")
    assert answer.json()["ok"] is False
    assert "GOLDENPATH_EGRESS_ALLOW" in answer.json()["message"]
    assert server.connections == 0


async def test_a_connection_that_is_off_or_gone_is_not_tried(
    client: httpx.AsyncClient, server: SlackServer
) -> None:
    url = await made(client, server.url)
    await client.patch(url, json={"status": "off"})
    assert (await client.post(f"{url}/test")).status_code == 409
    await client.delete(url)
    assert (await client.post(f"{url}/test")).status_code == 404
    assert server.connections == 0
