"""The import endpoints of the real application."""

import csv
import io
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from pydantic import SecretStr

from domain.costs.formats.registry import FORMATS
from server.app import create_api
from server.composition import open_services
from server.settings import Settings

HEADER = b"time,model,input_tokens,output_tokens\n"
GOOD = HEADER + b"2025-01-01,gpt-4o,10,20\n"


@pytest.fixture
async def client(database_url: str, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    settings = Settings(database_url=SecretStr(database_url), data_dir=tmp_path, upload_mb=1)
    async with open_services(settings, with_worker=False) as services:
        app = create_api(services, "http://api")
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://api") as opened:
            yield opened


async def upload(
    client: httpx.AsyncClient, content: bytes, name: str = "usage.csv", **fields: str
) -> httpx.Response:
    return await client.post("/usage/imports", files={"file": (name, content)}, data=fields)


async def test_an_upload_is_created_once_and_then_shown(client: httpx.AsyncClient) -> None:
    first, again = await upload(client, GOOD), await upload(client, GOOD)
    assert (first.status_code, again.status_code) == (201, 200)
    shown = first.json()
    assert shown == again.json()
    assert (shown["format"], shown["rows_imported"]) == ("token_table", 1)
    assert (await client.get("/usage/imports")).json() == [shown]
    one = (await client.get(f"/usage/imports/{shown['import_id']}")).json()
    assert one == {**shown, "rejects": []}


async def test_format_and_model_are_honoured(client: httpx.AsyncClient) -> None:
    trace = b"TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:17:03.9799600,4808,10\n"
    refused = await upload(client, trace)
    assert refused.status_code == 422
    assert "Name the model" in refused.json()["detail"]
    done = await upload(client, trace, model="gpt-4o", format="azure_trace")
    assert (done.status_code, done.json()["model"]) == (201, "gpt-4o")
    wrong = await upload(client, trace, model="gpt-4o", format="litellm")
    assert wrong.status_code == 422


async def test_rejects_are_shown_and_downloadable_and_no_spreadsheet_runs_them(
    client: httpx.AsyncClient,
) -> None:
    content = HEADER + b"2025-01-01,gpt-4o,=cmd|'/c calc'!A1,20\n"
    done = (await upload(client, content, name="=evil.csv")).json()
    url = f"/usage/imports/{done['import_id']}"
    (reject,) = (await client.get(url)).json()["rejects"]
    assert (reject["line"], reject["column"]) == (2, "input_tokens")
    assert reject["value"] == "=cmd|'/c calc'!A1"
    assert reject["next_step"]
    answer = await client.get(f"{url}/rejects.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    (row,) = csv.DictReader(io.StringIO(answer.text))
    assert row["value"] == "'=cmd|'/c calc'!A1"
    assert row["file"] == "'=evil.csv"
    assert row["line"] == "2"


async def test_the_sample_is_one_import(client: httpx.AsyncClient) -> None:
    done = await client.post("/usage/imports/sample", json={"model": "gpt-4o"})
    assert (done.status_code, done.json()["rows_imported"]) == (201, 28_185)


@pytest.mark.parametrize(
    ("content", "status"),
    [(b"hello", 422), (b"", 422), (b"x" * 3 * 1024 * 1024, 413)],
    ids=["no export", "empty", "too large"],
)
async def test_unusable_uploads_are_refused_in_a_sentence(
    client: httpx.AsyncClient, content: bytes, status: int
) -> None:
    answer = await upload(client, content)
    assert answer.status_code == status
    assert answer.json()["detail"].endswith(".")
    assert (await client.get("/usage/imports")).json() == []


async def test_other_bodies_are_refused_with_what_to_send(client: httpx.AsyncClient) -> None:
    no_form = await client.post("/usage/imports", content=GOOD)
    no_file = await client.post("/usage/imports", files={"data": ("x.csv", GOOD)})
    broken = await client.post(
        "/usage/imports",
        content=b"nonsense",
        headers={"content-type": "multipart/form-data; boundary=b"},
    )
    assert [answer.status_code for answer in (no_form, no_file, broken)] == [422, 422, 422]
    assert "field named file" in no_file.json()["detail"]


async def test_unknown_imports_are_not_found(client: httpx.AsyncClient) -> None:
    url = f"/usage/imports/{uuid4()}"
    assert (await client.get(url)).status_code == 404
    assert (await client.get(f"{url}/rejects.csv")).status_code == 404


async def test_the_api_description_names_every_format(client: httpx.AsyncClient) -> None:
    described = (await client.get("/openapi.json")).json()
    body = described["paths"]["/usage/imports"]["post"]["requestBody"]
    form = body["content"]["multipart/form-data"]["schema"]["properties"]
    assert set(form) == {"file", "format", "model"}
    assert form["format"]["enum"] == ["auto", *FORMATS]
