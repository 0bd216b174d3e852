"""Files over the API: kept, listed, downloaded as files and never as pages."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from server.app import create_api
from server.composition import open_services
from server.settings import Settings


@pytest.fixture
async def client(database_url: str, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    given: dict[str, Any] = {"database_url": SecretStr(database_url), "data_dir": tmp_path}
    async with open_services(Settings(**given, file_mb=1), with_worker=False) as services:
        transport = httpx.ASGITransport(create_api(services, "http://api"))
        async with httpx.AsyncClient(transport=transport, base_url="http://api") as opened:
            yield opened


async def sent(client: httpx.AsyncClient, name: str, content: bytes, kind: str) -> httpx.Response:
    return await client.post("/files", files={"file": (name, content, kind)})


async def test_a_file_is_kept_and_comes_back_as_a_download(client: httpx.AsyncClient) -> None:
    page = b"<script>alert(1)</script>"
    kept = await sent(client, "page.html", page, "text/html")
    assert kept.status_code == 201, kept.text
    entry = kept.json()
    assert (entry["name"], entry["media_type"], entry["byte_count"]) == (
        *("page.html", "text/html", len(page)),
    )
    answer = await client.get(f"/files/{entry['file_id']}")
    assert answer.content == page
    assert answer.headers["content-disposition"] == 'attachment; filename="page.html"'
    assert "sandbox" in answer.headers["content-security-policy"]
    [listed] = (await client.get("/files")).json()
    assert listed["file_id"] == entry["file_id"]


async def test_a_file_is_deleted(client: httpx.AsyncClient) -> None:
    entry = (await sent(client, "a.txt", b"a", "text/plain")).json()
    url = f"/files/{entry['file_id']}"
    assert (await client.delete(url)).status_code == 204
    assert [(await client.get(url)).status_code, (await client.delete(url)).status_code] == [
        404
    ] * 2


async def test_larger_than_a_request_is_fine_and_larger_than_the_setting_is_not(
    client: httpx.AsyncClient,
) -> None:
    fits = await sent(client, "a.bin", b"x" * 1024 * 1024, "application/octet-stream")
    assert fits.status_code == 201, fits.text
    refused = await sent(client, "a.bin", b"x" * (1024 * 1024 + 1), "application/octet-stream")
    assert refused.status_code == 413
    assert "GOLDENPATH_FILE_MB" in refused.json()["detail"]


async def test_another_form_is_refused(client: httpx.AsyncClient) -> None:
    assert (await client.post("/files", json={})).status_code == 422
    other = await client.post("/files", files={"document": ("a", b"a")})
    assert other.status_code == 422
