"""Workflows over HTTP: drafts with problems, versions that nobody overwrites, life and death."""

from typing import Any
from uuid import uuid4

import pytest

from tests.server.workflows.world import Site
from tests.storage.workflow_rows import document

Json = dict[str, Any]


def broken() -> Json:
    """A blueprint with an error and with a warning."""
    found = document("Broken")
    found["nodes"][1]["data"]["params"] = {}
    return found


async def test_a_draft_may_have_problems_and_is_kept(site: Site) -> None:
    body = {"name": "Mine", "blueprint": broken()}
    saved = (await site.api.post("/workflows", json=body)).json()
    assert saved["version"] == 1
    assert [each["code"] for each in saved["problems"]] == ["param_missing"]
    shown = (await site.api.get(f"/workflows/{saved['workflow_id']}")).json()
    assert (shown["name"], shown["status"], shown["rights"]) == ("Mine", "inactive", "owner")
    assert shown["blueprint"] == broken() | {"name": "Mine"}
    assert shown["statistics"]["executions"] == 0
    [listed] = (await site.api.get("/workflows?service=log&status=inactive&text=min")).json()
    assert listed["services"] == ["log", "manual"]


async def test_what_is_no_blueprint_is_refused_with_its_problems(site: Site) -> None:
    wrong: list[Json] = [{}, {"schema": 2}, document() | {"secret": 1}, {"nodes": [{}] * 401}]
    for blueprint in wrong:
        answer = await site.api.post("/workflows", json={"name": "x", "blueprint": blueprint})
        assert answer.status_code == 422
        assert {each["code"] for each in answer.json()["problems"]} <= {"schema", "too_large"}
        assert answer.json()["detail"].endswith(".")
    large = document()
    large["nodes"][1]["data"]["params"]["text"] = "x" * 600_000
    answer = await site.api.post("/workflows", json={"name": "x", "blueprint": large})
    assert [each["code"] for each in answer.json()["problems"]] == ["too_large"]
    assert (await site.api.get("/workflows")).json() == []


async def test_a_draft_is_saved_over_the_version_that_was_seen(site: Site) -> None:
    url = f"/workflows/{await site.made()}"
    body = {"name": "Second", "blueprint": document()}
    unsaid = await site.api.put(url, json=body)
    assert (unsaid.status_code, "If-Match" in unsaid.json()["detail"]) == (422, True)
    saved = await site.api.put(url, json=body, headers={"If-Match": '"1"'})
    assert (saved.status_code, saved.json()["version"]) == (200, 2)
    stale = await site.api.put(url, json=body, headers={"If-Match": "1"})
    assert (stale.status_code, stale.json()["version"]) == (409, 2)


async def test_going_live_needs_no_errors_and_shows_in_lists(site: Site) -> None:
    workflow_id = await site.made(broken())
    url = f"/workflows/{workflow_id}"
    refused = await site.api.post(f"{url}/activate", json={})
    assert refused.status_code == 422
    assert [each["code"] for each in refused.json()["problems"]] == ["param_missing"]
    body = {"blueprint": document()}
    await site.api.put(url, json=body, headers={"If-Match": "1"})
    assert (await site.api.post(f"{url}/activate", json={"version": 1})).status_code == 422
    live = (await site.api.post(f"{url}/activate", json={})).json()
    assert (live["version"], live["problems"]) == (2, [])
    assert [each["active_version"] for each in (await site.api.get("/workflows")).json()] == [2]
    assistant = await site.api.get(f"/assistants/{workflow_id}")
    assert assistant.json()["config"]["configurable"]["workflow_version"] == 2
    off = (await site.api.post(f"{url}/deactivate")).json()
    assert (off["status"], off["active_version"]) == ("inactive", None)
    assert (await site.api.get(f"/assistants/{workflow_id}")).status_code == 404
    assert (await site.api.post(f"{url}/activate", json={"version": 9})).status_code == 404


async def test_connections_are_wanted_for_life_and_only_warned_of_before(site: Site) -> None:
    blueprint = document()
    data = {"service": "whatsapp", "task": "send"}
    params = {"phone_number": "+911234567890", "message": "Hello"}
    blueprint["nodes"][1]["data"] = data | {"params": params}
    workflow_id = await site.made(blueprint)
    checked = (await site.api.post(f"/workflows/{workflow_id}/validate", json={})).json()
    [missing] = [each for each in checked["problems"] if each["code"] == "connection_missing"]
    assert missing["severity"] == "warning"
    refused = await site.api.post(f"/workflows/{workflow_id}/activate", json={})
    assert refused.status_code == 422
    connection = {
        "name": "Twilio",
        "kind": "basic",
        "settings": {"username": "AC1"},
        "secrets": {"password": "0123456789"},
    }
    made = (await site.api.post("/connections", json=connection)).json()
    blueprint["nodes"][1]["data"]["connection"] = made["connection_id"]
    body = {"blueprint": blueprint}
    await site.api.put(f"/workflows/{workflow_id}", json=body, headers={"If-Match": "1"})
    assert (await site.api.post(f"/workflows/{workflow_id}/activate", json={})).status_code == 200
    # One that is switched off is none.
    url = f"/connections/{made['connection_id']}"
    await site.api.patch(url, json={"status": "off"})
    again = await site.api.post(f"/workflows/{workflow_id}/activate", json={})
    assert [each["code"] for each in again.json()["problems"]] == ["connection_forbidden"]


async def test_a_blueprint_is_checked_before_it_is_saved(site: Site) -> None:
    url = f"/workflows/{await site.made()}/validate"
    found = (await site.api.post(url, json={"blueprint": broken()})).json()["problems"]
    assert [each["code"] for each in found] == ["param_missing"]
    assert found[0]["node_id"] == "say"
    assert (await site.api.post(url, json={})).json()["problems"] == []


async def test_versions_are_listed_compared_and_restored(site: Site) -> None:
    url = f"/workflows/{await site.made()}"
    changed = document()
    changed["nodes"][1]["data"]["params"]["text"] = "bye"
    changed["nodes"][1]["position"] = {"x": 5, "y": 5}
    body = {"blueprint": changed, "note": "politer"}
    await site.api.put(url, json=body, headers={"If-Match": "1"})
    listed = await site.api.get(f"{url}/versions?limit=1")
    assert [(each["version"], each["note"]) for each in listed.json()] == [(2, "politer")]
    assert listed.headers["x-pagination-total"] == "2"
    one = (await site.api.get(f"{url}/versions/2?against=1")).json()
    [change] = one["differences"]
    assert (change["part_id"], change["field"]) == ("say", "data.params.text")
    assert (change["kind"], change["before"], change["after"]) == ("changed", "hello", "bye")
    restored = (await site.api.post(f"{url}/restore", json={"version": 1})).json()
    assert restored["version"] == 3
    assert (await site.api.get(url)).json()["blueprint"] == document()
    assert (await site.api.post(f"{url}/restore", json={"version": 9})).status_code == 404


async def test_a_document_goes_round_without_what_is_anothers(site: Site) -> None:
    blueprint = document()
    blueprint["nodes"][1]["data"]["connection"] = str(uuid4())
    blueprint["nodes"][1]["data"]["params"] = {"text": "sk_live_0123456789abcdef {{begin.x}}"}
    exported = (await site.api.get(f"/workflows/{await site.made(blueprint)}/export")).json()
    assert exported["format"] == "goldenpath.workflow"
    imported = (await site.api.post("/workflows/import", json=exported)).json()
    assert imported["removed"] == [
        {"node_id": "say", "field": "data.params.text", "reason": "secret"},
        {"node_id": "say", "field": "data.connection", "reason": "connection"},
    ]
    shown = (await site.api.get(f"/workflows/{imported['workflow_id']}")).json()
    assert shown["blueprint"]["nodes"][1]["data"]["params"]["text"] == "[removed]{{begin.x}}"
    assert "sk_live" not in str(shown)


async def test_a_copy_is_a_workflow_of_its_own(site: Site) -> None:
    workflow_id = await site.live()
    copy = (await site.api.post(f"/workflows/{workflow_id}/duplicate", json={})).json()
    shown = (await site.api.get(f"/workflows/{copy['workflow_id']}")).json()
    assert (shown["name"], shown["status"]) == ("Thanks (copy)", "inactive")


async def test_a_deleted_one_is_gone(site: Site) -> None:
    workflow_id = await site.live()
    assert (await site.api.delete(f"/workflows/{workflow_id}")).status_code == 204
    assert (await site.api.delete(f"/workflows/{workflow_id}")).status_code == 404
    assert (await site.api.get("/workflows")).json() == []
    refused = await site.api.post(f"/workflows/{workflow_id}/execute", json={})
    assert refused.status_code == 404


async def test_what_can_be_used_is_listed(site: Site) -> None:
    found = {each["service"]: each for each in (await site.api.get("/integrations")).json()}
    assert list(found) == ["manual", "log", "whatsapp", "goldenpath"]
    tasks = {task["name"]: task for task in found["whatsapp"]["tasks"]}
    assert (tasks["send"]["kind"], tasks["send"]["effect"]) == ("action", "unsafe")
    assert tasks["send"]["params"]["required"] == ["phone_number", "message"]
    assert tasks["message_received"]["sample"] == {"amount": 5}
    assert tasks["message_received"]["phrases"] == ["when message_received"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "", None),
        ("PUT", "", {"blueprint": {}}),
        ("DELETE", "", None),
        ("POST", "/validate", {}),
        ("POST", "/activate", {}),
        ("POST", "/deactivate", None),
        ("POST", "/duplicate", {}),
        ("POST", "/restore", {"version": 1}),
        ("POST", "/share", {"member": "ann"}),
        ("POST", "/execute", {}),
        ("GET", "/versions", None),
        ("GET", "/versions/1", None),
        ("GET", "/export", None),
        ("GET", "/runs", None),
        ("GET", "/share", None),
    ],
)
async def test_an_unknown_one_is_not_found(site: Site, method: str, path: str, body: Any) -> None:
    answer = await site.api.request(method, f"/workflows/{uuid4()}{path}", json=body)
    assert answer.status_code == 404, answer.text
