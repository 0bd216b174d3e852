"""Connections over the API: taken in, shown without their secrets, changed and deleted."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from pydantic import SecretStr

from domain.errors import SecretKeyMissing
from server.app import create_api
from server.commands import rotate
from server.composition import open_services
from server.settings import Settings

SECRET = "sk-0123456789"
BODY: dict[str, Any] = {
    "name": " CRM ",
    "kind": "api_key",
    "settings": {"base_url": "https://api.example.com"},
    "secrets": {"api_key": SECRET},
}


def settings(url: str, folder: Path, **more: Any) -> Settings:
    return Settings(database_url=SecretStr(url), data_dir=folder, **more)


@pytest.fixture
async def client(database_url: str, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    keyed = settings(database_url, tmp_path, secret_key=SecretStr("k" * 32))
    async with open_services(keyed, with_worker=False) as services:
        transport = httpx.ASGITransport(create_api(services, "http://api"))
        async with httpx.AsyncClient(transport=transport, base_url="http://api") as opened:
            yield opened


async def made(client: httpx.AsyncClient, **other: Any) -> dict[str, Any]:
    answer = await client.post("/connections", json=BODY | other)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def test_kinds_say_what_is_secret(client: httpx.AsyncClient) -> None:
    kinds = {kind["name"]: kind for kind in (await client.get("/connections/kinds")).json()}
    built_in = {"api_key", "basic", "http_header"}
    assert built_in < set(kinds)
    secret = {
        (kind, field["name"])
        for kind, shape in kinds.items()
        for field in shape["fields"]
        if field["is_secret"] and kind in built_in
    }
    assert secret == {("api_key", "api_key"), ("basic", "password"), ("http_header", "value")}


async def test_a_connection_is_shown_without_its_secrets(client: httpx.AsyncClient) -> None:
    one = await made(client)
    assert (one["name"], one["settings"]) == ("CRM", BODY["settings"])
    assert (one["secrets_set"], one["status"], one["last_used_at"]) == (["api_key"], "active", None)
    for path in ("/connections", f"/connections/{one['connection_id']}"):
        assert SECRET not in (await client.get(path)).text
    assert (await client.get("/connections")).json() == [one]


async def test_it_is_changed_and_deleted(client: httpx.AsyncClient) -> None:
    one = await made(client)
    url = f"/connections/{one['connection_id']}"
    renamed = (await client.patch(url, json={"name": "ERP", "status": "off"})).json()
    assert (renamed["name"], renamed["status"]) == ("ERP", "off")
    assert renamed["secrets_set_at"] == one["secrets_set_at"]
    replaced = (await client.patch(url, json={"secrets": {"api_key": "another"}})).json()
    assert replaced["secrets_set_at"] > one["secrets_set_at"]
    refused = await client.patch(url, json={"secrets": {}})
    assert refused.status_code == 422
    assert (await client.delete(url)).status_code == 204
    assert [(await client.get(url)).status_code, (await client.delete(url)).status_code] == [
        404
    ] * 2


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "none"},
        {"name": ""},
        {"secrets": {"api_key": ["sk-0123456789"]}},
        {"secrets": {"api_key": SECRET, "sk-hidden-name": "x"}},
        {"secrets": {"api_key": SECRET * 1000}},
        {"settings": {"api_key": SECRET}},
        {"settings": {"base_url": f"https://{SECRET}@example.com"}},
        {"settings": {str(number): "x" for number in range(100)}},
    ],
)
async def test_what_is_refused_is_not_repeated(
    client: httpx.AsyncClient, change: dict[str, Any]
) -> None:
    answer = await client.post("/connections", json=BODY | change)
    assert answer.status_code == 422
    assert SECRET not in answer.text
    assert answer.json()["detail"].endswith(".")
    assert (await client.get("/connections")).json() == []


async def test_an_unknown_one_is_not_found(client: httpx.AsyncClient) -> None:
    url = f"/connections/{uuid4()}"
    for method in ("GET", "PATCH", "DELETE"):
        answer = await client.request(method, url, json={} if method == "PATCH" else None)
        assert answer.status_code == 404


async def test_without_a_key_the_rest_of_the_service_works(
    database_url: str, tmp_path: Path
) -> None:
    async with open_services(settings(database_url, tmp_path), with_worker=False) as services:
        transport = httpx.ASGITransport(create_api(services, "http://api"))
        async with httpx.AsyncClient(transport=transport, base_url="http://api") as client:
            assert (await client.get("/connections")).json() == []
            refused = await client.post("/connections", json=BODY)
    assert refused.status_code == 503
    assert "Set GOLDENPATH_SECRET_KEY" in refused.json()["detail"]


async def test_the_key_is_replaced_by_a_command(
    database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new = SecretStr("o" * 32), SecretStr("n" * 32)
    keyed = settings(database_url, tmp_path, secret_key=old)
    async with open_services(keyed, with_worker=False) as services:
        transport = httpx.ASGITransport(create_api(services, "http://api"))
        async with httpx.AsyncClient(transport=transport, base_url="http://api") as client:
            await made(client)
    both = settings(database_url, tmp_path, secret_key=new, secret_key_old=old)
    assert await rotate(both) == 0
    assert "1 connections of 1 tenants" in capsys.readouterr().out
    # The old key is not needed any more.
    assert await rotate(settings(database_url, tmp_path, secret_key=new)) == 0
    with pytest.raises(SecretKeyMissing):
        await rotate(settings(database_url, tmp_path))
