"""Files that mean harm are answered with what is wrong with them, and leave nothing behind."""

import gzip
import io
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from server.app import create_api
from server.composition import open_services
from server.settings import Settings
from tests.storage.workbook_files import HEADER as COLUMNS
from tests.storage.workbook_files import with_parts, with_sheet, workbook

HEADER = b"time,model,input_tokens,output_tokens"
ROW = b"2025-01-01,gpt-4o,10,20"
LAUGHS = b"".join(
    [
        b'<!DOCTYPE l [<!ENTITY a0 "ha">',
        *(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 10)),
        b"]>",
    ]
)


@pytest.fixture
async def client(database_url: str, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    settings = Settings(
        database_url=SecretStr(database_url),
        data_dir=tmp_path,
        upload_mb=5,
        unpacked_mb=20,
        upload_line_kb=1024,
    )
    async with open_services(settings, with_worker=False) as services:
        transport = httpx.ASGITransport(create_api(services, "http://api"))
        async with httpx.AsyncClient(transport=transport, base_url="http://api") as opened:
            yield opened


def zipped(content: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("usage.csv", content)
    return buffer.getvalue()


LONG = HEADER + b"\n" + (ROW + b"\n") * 1_000_000
WIDE = HEADER + b",x" * 400_000 + b"\n" + ROW + b"\n"
FILES = {
    "a gzip bomb": (gzip.compress(LONG), 413, "GOLDENPATH_UNPACKED_MB"),
    "a zip bomb": (zipped(LONG), 413, "GOLDENPATH_UNPACKED_"),
    "zeros in a zip": (zipped(bytes(15_000_000)), 413, "GOLDENPATH_UNPACKED_RATIO"),
    "a workbook bomb": (with_sheet(bytes(15_000_000)), 413, "GOLDENPATH_UNPACKED_RATIO"),
    "billion laughs": (with_sheet(b"<row><c><v>&a9;</v></c></row>", LAUGHS), 422, "entities"),
    "macros": (with_parts(workbook([COLUMNS]), xl__vbaProject_dot_bin=b"x"), 422, "macros"),
    "far too many columns": (WIDE, 413, "larger than 500 columns"),
    "a million columns": (WIDE.replace(b",x", b",xyz"), 422, "column names is too long"),
    "a million cells": (
        with_sheet(b"<row>" + b"<c/><c />" * 500_000 + b"</row>"),
        413,
        "larger than",
    ),
    "NUL bytes": (bytes(10_000), 422, "neither a table"),
    "NULs in the header": (HEADER.replace(b"time", b"ti\x00me") + b"\n" + ROW, 422, "neither"),
    "an endless line": (b"x" * 3_000_000, 422, "neither a table"),
    "an endless quote": (b'"' + b"x,\n" * 1_000_000, 422, "cannot be read"),
    "endless nesting": (b"[" * 1_000_000, 422, "neither a table"),
    "nothing but a name": (b"PK\x03\x04", 422, "archive is broken"),
}


@pytest.mark.parametrize("name", FILES)
async def test_a_hostile_file_is_answered_in_a_sentence(
    client: httpx.AsyncClient, name: str
) -> None:
    content, status, said = FILES[name]
    answer = await client.post("/usage/imports", files={"file": ("usage.csv", content)})
    assert answer.status_code == status, answer.text
    detail = answer.json()["detail"]
    assert said in detail
    assert detail.endswith(".")
    assert len(detail) < 1000
    assert (await client.get("/usage/imports")).json() == []


async def test_a_hostile_row_is_rejected_and_the_others_are_read(
    client: httpx.AsyncClient,
) -> None:
    rows = [
        *[b"2025-01-0%d,gpt-4o,1,2" % day for day in range(1, 8)] * 3,
        b"2025-01-01,gp\x00t-4o,10,20",
        b"2025-01-02,gpt-4o," + b"1" * 2_000_000 + b",20",
        b"2025-01-03,gpt-4o,10,20",
        b"2025-01-04,gpt-4o,10,20" + b",x" * 10_000,
    ]
    content = HEADER + b"\n" + b"\n".join(rows) + b"\n"
    answer = await client.post("/usage/imports", files={"file": ("usage.csv", content)})
    assert answer.status_code == 201, answer.text
    done = answer.json()
    assert (done["rows_read"], done["rows_imported"], done["rows_rejected"]) == (25, 9, 2)


async def test_one_endless_json_row_ends_the_reading(client: httpx.AsyncClient) -> None:
    row = b'{"time":"2025-01-01","model":"gpt-4o","input_tokens":1,"output_tokens":2'
    content = b"[" + row + b"}, " + row + b',"prompt":"' + b"x" * 3_000_000 + b'"}, ' + row + b"}]"
    answer = await client.post("/usage/imports", files={"file": ("usage.json", content)})
    assert answer.status_code in (201, 422), answer.text
    if answer.status_code == 201:
        done = answer.json()
        found = (await client.get(f"/usage/imports/{done['import_id']}")).json()
        assert [reject["code"] for reject in found["rejects"]] == ["line_too_long"]


async def test_a_workbook_is_imported_like_its_table(client: httpx.AsyncClient) -> None:
    book = workbook([COLUMNS, ["2025-01-01", "gpt-4o", 10, 20], ["2025-01-02", "gpt-4o", "x", 20]])
    answer = await client.post("/usage/imports", files={"file": ("usage.xlsx", book)})
    assert answer.status_code == 201, answer.text
    done = answer.json()
    assert (done["format"], done["rows_imported"], done["rows_rejected"]) == ("token_table", 1, 1)
    found = (await client.get(f"/usage/imports/{done['import_id']}")).json()
    assert (found["rejects"][0]["line"], found["rejects"][0]["value"]) == (3, "x")
