"""The audit log over HTTP: what is noted, who may read it, how it is exported."""

import csv
import io
import json
from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from domain.errors import NotSignedIn
from domain.identity import Role, UserContext
from server.app import create_api
from server.services import Services
from storage.audit_log import record

CSV = b"timestamp,model,input_tokens,output_tokens\n2026-05-05T09:00:00Z,gpt-4o,1200,80\n"
LOCAL = UserContext("local", "local")


async def noted(api: httpx.AsyncClient, **search: str) -> list[Mapping[str, Any]]:
    answer = await api.get("/audit", params=search)
    assert answer.status_code == 200, answer.text
    return answer.json()["entries"]


async def test_what_people_do_is_noted_with_its_request(api: httpx.AsyncClient) -> None:
    named = {"X-Request-Id": "mine"}
    thread = (await api.post("/threads", json={})).json()["thread_id"]
    made = await api.post("/assistants", json={"graph_id": "data", "name": "Mine"})
    assistant = made.json()["assistant_id"]
    await api.patch(f"/assistants/{assistant}", json={"name": "Yours"})
    await api.post(f"/assistants/{assistant}/latest", json={"version": 1})
    run = (await api.post("/runs", json={"assistant_id": "data", "after_seconds": 600})).json()[
        "run_id"
    ]
    await api.post(f"/runs/{run}/cancel")
    imported = await api.post("/usage/imports", files={"file": ("may.csv", CSV)})
    usage = imported.json()["import_id"]
    # The very same file again is nothing new.
    await api.post("/usage/imports", files={"file": ("may.csv", CSV)})
    for path in (f"/usage/imports/{usage}", f"/assistants/{assistant}", f"/threads/{thread}"):
        assert (await api.delete(path, headers=named)).status_code == 204
        assert (await api.delete(path)).status_code == 404
    entries = await noted(api)
    assert [(entry["action"], entry["object_id"]) for entry in reversed(entries)] == [
        ("assistant.created", assistant),
        ("assistant.changed", assistant),
        ("assistant.changed", assistant),
        ("run.cancelled", run),
        ("usage_import.created", usage),
        ("usage_import.deleted", usage),
        ("assistant.deleted", assistant),
        ("thread.deleted", thread),
    ]
    assert {(entry["user_id"], entry["address"]) for entry in entries} == {("local", "127.0.0.1")}
    assert [entry["request_id"] for entry in entries[:3]] == ["mine"] * 3
    assert entries[3]["details"] == {"file_name": "may.csv", "rows": 1}


async def test_a_run_that_is_deleted_is_noted(api: httpx.AsyncClient) -> None:
    run = (await api.post("/chat", json={"message": "Hello"})).headers["content-location"]
    assert (await api.delete(run)).status_code == 204
    assert [entry["action"] for entry in await noted(api)] == ["run.deleted"]


async def test_pages_go_on_by_their_cursor(api: httpx.AsyncClient, services: Services) -> None:
    for number in range(5):
        await record(services.database, LOCAL, "thread.deleted", "thread", str(number))
    first = (await api.get("/audit", params={"limit": 3})).json()
    second = (await api.get("/audit", params={"limit": 3, "cursor": first["next_cursor"]})).json()
    assert [entry["object_id"] for entry in first["entries"] + second["entries"]] == list("43210")
    assert second["next_cursor"] is None
    assert [entry["object_id"] for entry in await noted(api, object_id="2")] == ["2"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"cursor": str(2**63)},
        {"cursor": "x"},
        {"limit": "1001"},
        {"since": "yesterday"},
        {"since": "2026-05-05T09:00:00"},
    ],
)
async def test_what_cannot_be_asked_is_refused(
    api: httpx.AsyncClient, wrong: dict[str, str]
) -> None:
    assert (await api.get("/audit", params=wrong)).status_code == 422


@pytest.mark.parametrize(
    ("role", "status"), [("owner", 200), ("admin", 200), ("member", 403), ("viewer", 403)]
)
async def test_owners_and_admins_may_read_it(services: Services, role: Role, status: int) -> None:
    async def authenticate(token: str | None) -> UserContext:
        if token is None:
            raise NotSignedIn
        return UserContext("ann", "tenant", role)

    transport = httpx.ASGITransport(create_api(services, "http://api", authenticate))
    async with httpx.AsyncClient(transport=transport, base_url="http://api") as client:
        assert (await client.get("/audit")).status_code == 401
        signed_in = {"Authorization": "Bearer ann's"}
        for path in ("/audit", "/audit/export"):
            assert (await client.get(path, headers=signed_in)).status_code == status


async def test_an_export_is_safe_for_spreadsheets_and_noted(
    api: httpx.AsyncClient, services: Services
) -> None:
    hostile = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", 'a,"b"\nc']
    for text in hostile:
        details = {"title": "=1+1"}
        await record(services.database, LOCAL, "thread.deleted", "thread", text, details=details)
    exported = await api.get("/audit/export", params={"action": "thread.deleted"})
    assert exported.headers["content-type"] == "text/csv; charset=utf-8"
    assert exported.headers["content-disposition"] == 'attachment; filename="audit-log.csv"'
    assert "sandbox" in exported.headers["content-security-policy"]
    rows = list(csv.DictReader(io.StringIO(exported.text)))
    assert [row["object_id"] for row in reversed(rows)] == [
        *(f"'{text}" for text in hostile[:5]),
        hostile[5],
    ]
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())
    assert json.loads(rows[0]["details"]) == {"title": "=1+1"}
    [entry] = await noted(api, action="audit_log.exported")
    assert entry["details"] == {"format": "csv"}


async def test_an_export_as_json_lines_has_every_entry(
    api: httpx.AsyncClient, services: Services
) -> None:
    for number in range(1005):
        await record(services.database, LOCAL, "thread.deleted", "thread", str(number))
    exported = await api.get("/audit/export", params={"format": "jsonl", "object_type": "thread"})
    assert exported.headers["content-type"] == "application/jsonl"
    ids = [int(json.loads(line)["object_id"]) for line in exported.text.splitlines()]
    assert ids == list(range(1004, -1, -1))
