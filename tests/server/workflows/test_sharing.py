"""Workflows in the hands of others: whom they are shared with, and what each may do."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.server.auth.world import Site, open_site
from tests.storage.workflow_rows import document


@pytest.fixture
async def people(database_url: str, tmp_path: Path) -> AsyncIterator[Site]:
    async with open_site(database_url, tmp_path) as opened:
        yield opened


async def test_rights_are_given_changed_and_taken(people: Site) -> None:
    ann = await people.person("ann")
    bob, eve = await people.member(ann, "member"), await people.person("eve")
    body = {"name": "Hers", "blueprint": document("Hers")}
    made = (await people.api.post("/workflows", json=body, headers=ann.bearer)).json()
    url = f"/workflows/{made['workflow_id']}"

    async def asked(method: str, path: str, who: Any, **options: Any) -> int:
        headers = {**who.bearer, **options.pop("headers", {})}
        answer = await people.api.request(method, url + path, headers=headers, **options)
        return answer.status_code

    async def shared(member: str, rights: str) -> int:
        return await asked("POST", "/share", ann, json={"member": member, "rights": rights})

    assert await asked("GET", "", bob) == 404
    # Only members of the workspace, by name or by address, and never oneself.
    assert await shared(eve.email, "viewer") == 404
    assert await shared(ann.user_id, "viewer") == 422
    assert await shared(bob.email.upper(), "viewer") == 200
    assert [await asked("GET", path, bob) for path in ("", "/versions", "/runs", "/export")] == [
        200
    ] * 4
    save = {"json": {"blueprint": document("His")}, "headers": {"If-Match": "1"}}
    assert await asked("PUT", "", bob, **save) == 403
    assert await asked("POST", "/execute", bob, json={}) == 403
    assert await asked("GET", "/share", bob) == 403
    assert await shared(bob.user_id, "editor") == 200
    assert await asked("PUT", "", bob, **save) == 200
    assert await asked("DELETE", "", bob) == 403
    listed = (await people.api.get("/workflows", headers=bob.bearer)).json()
    assert [(each["rights"], each["owner"]) for each in listed] == [("editor", ann.user_id)]
    copied = await people.api.post(f"{url}/duplicate", json={}, headers=bob.bearer)
    assert copied.status_code == 201
    assert await shared(bob.user_id, "none") == 200
    assert await asked("GET", "", bob) == 404
    assert await asked("GET", "", eve) == 404


async def test_a_viewer_of_the_workspace_changes_nothing(people: Site) -> None:
    ann = await people.person("ann")
    viewer = await people.member(ann, "viewer")
    body = {"name": "x", "blueprint": document()}
    refused = await people.api.post("/workflows", json=body, headers=viewer.bearer)
    assert refused.status_code == 403
    assert (await people.api.get("/workflows", headers=viewer.bearer)).json() == []


async def test_so_many_are_executed_a_minute(database_url: str, tmp_path: Path) -> None:
    async with open_site(database_url, tmp_path, workflow_runs_per_min=2) as people:
        ann = await people.person("ann")
        body = {"name": "x", "blueprint": document()}
        made = (await people.api.post("/workflows", json=body, headers=ann.bearer)).json()
        url = f"/workflows/{made['workflow_id']}/execute"
        answers = [await people.api.post(url, json={}, headers=ann.bearer) for _ in range(3)]
    # It is off, but asking counts.
    assert [each.status_code for each in answers] == [409, 409, 429]
    assert "GOLDENPATH_WORKFLOW_RUNS_PER_MIN" in answers[2].json()["detail"]
    assert int(answers[2].headers["Retry-After"]) > 0
