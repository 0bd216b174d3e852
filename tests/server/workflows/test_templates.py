"""Templates: published without what is one's own, reviewed, found, rated and begun from."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from domain.workflows.templates import ShippedTemplate, Slot
from server.app import create_api
from server.services import Services
from storage.templates import TemplateRepository
from tests.server.auth.world import HOST, Person, Site, open_site
from tests.storage.workflow_rows import document

SHIPPED = ShippedTemplate(
    template_id="say-hello",
    title="Say hello",
    description="A first step.",
    category="support",
    services=["log", "manual"],
    blueprint=document("Say hello"),
    slots=[Slot("say", "data.params.text", "What to say")],
)


def with_shipped(services: Services) -> Services:
    """The same services with a shipped template."""
    templates = TemplateRepository(services.database, [SHIPPED])
    workflows = replace(services.workflows, templates=templates)
    return replace(services, side=replace(services.side, workflows=workflows))


@pytest.fixture
async def people(database_url: str, tmp_path: Path) -> AsyncIterator[Site]:
    async with open_site(database_url, tmp_path) as opened:
        services = with_shipped(opened.services)
        transport = httpx.ASGITransport(create_api(services, HOST))
        async with httpx.AsyncClient(transport=transport, base_url=HOST, timeout=30) as api:
            yield Site(services, api)


async def published(people: Site, who: Person, **fields: Any) -> dict[str, Any]:
    blueprint = document("Mine")
    blueprint["nodes"][1]["data"]["params"]["text"] = "Call +91 98765 43210, {{trigger_data.name}}"
    body = {"name": "Mine", "blueprint": blueprint}
    made = (await people.api.post("/workflows", json=body, headers=who.bearer)).json()
    url = f"/workflows/{made['workflow_id']}/publish"
    template = {"title": "Call back", "category": "sales", **fields}
    answer = await people.api.post(url, json=template, headers=who.bearer)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def listed(people: Site, who: Person, **query: Any) -> list[str]:
    answer = await people.api.get("/workflow-templates", params=query, headers=who.bearer)
    assert answer.status_code == 200, answer.text
    return [each["title"] for each in answer.json()]


async def test_its_way_from_private_to_public(people: Site) -> None:
    owner = await people.person("owner")
    ann = await people.member(owner, "member", "ann")
    bob = await people.member(owner, "member", "bob")
    eve = await people.person("eve")
    template = await published(people, ann)
    assert template["removed"] == [
        {"node_id": "say", "field": "data.params.text", "reason": "phone"}
    ]
    assert template["slots"][0]["title"] == "A phone number"
    assert "98765" not in str(template["blueprint"])
    url = f"/workflow-templates/{template['template_id']}"

    async def asked(who: Person, method: str, path: str = "", **body: Any) -> int:
        answer = await people.api.request(method, url + path, json=body, headers=who.bearer)
        return answer.status_code

    # Private: its author's alone.
    assert [await asked(who, "GET") for who in (ann, owner, bob, eve)] == [200, 404, 404, 404]
    assert await asked(bob, "POST", "/submit") == 404
    assert await asked(ann, "POST", "/submit") == 200
    assert await asked(ann, "POST", "/submit") == 409
    # In review: for who reviews.
    assert [await asked(who, "GET") for who in (owner, bob, eve)] == [200, 404, 404]
    assert await asked(ann, "POST", "/review", decision="public") == 403
    assert await asked(eve, "POST", "/review", decision="public") == 404
    rejected = await asked(owner, "POST", "/review", decision="rejected", reason="Too short.")
    assert rejected == 204
    mine = (await people.api.get(url, headers=ann.bearer)).json()
    assert (mine["status"], mine["reason"]) == ("rejected", "Too short.")
    assert await asked(bob, "GET") == 404
    assert await asked(ann, "POST", "/submit") == 200
    assert await asked(owner, "POST", "/review", decision="public") == 204
    assert await asked(owner, "POST", "/review", decision="public") == 409
    # Public: for everybody in the workspace, and nobody else.
    assert [await asked(who, "GET") for who in (bob, eve)] == [200, 404]
    assert await asked(bob, "DELETE") == 404
    assert await asked(ann, "POST", "/withdraw") == 200
    assert await asked(bob, "GET") == 404
    assert await asked(ann, "DELETE") == 204
    assert await asked(ann, "GET") == 404


async def test_only_an_owner_publishes_their_workflow(people: Site) -> None:
    ann = await people.person("ann")
    bob = await people.member(ann, "member", "bob")
    body = {"name": "x", "blueprint": document()}
    made = (await people.api.post("/workflows", json=body, headers=ann.bearer)).json()
    url = f"/workflows/{made['workflow_id']}"
    share = {"member": bob.user_id, "rights": "editor"}
    await people.api.post(f"{url}/share", json=share, headers=ann.bearer)
    refused = await people.api.post(f"{url}/publish", json={"title": "x"}, headers=bob.bearer)
    assert refused.status_code == 403


async def test_publishing_again_renews_the_template_and_hides_it(people: Site) -> None:
    ann = await people.person("ann")
    body = {"name": "x", "blueprint": document()}
    made = (await people.api.post("/workflows", json=body, headers=ann.bearer)).json()
    url = f"/workflows/{made['workflow_id']}/publish"
    first = (await people.api.post(url, json={"title": "One"}, headers=ann.bearer)).json()
    await people.api.post(f"/workflow-templates/{first['template_id']}/submit", headers=ann.bearer)
    again = (await people.api.post(url, json={"title": "Two"}, headers=ann.bearer)).json()
    assert (again["template_id"], again["status"]) == (first["template_id"], "private")


async def test_they_are_found_rated_and_begun_from(people: Site) -> None:
    ann = await people.person("ann")
    bob = await people.member(ann, "member", "bob")
    eve = await people.person("eve")
    template = await published(people, ann, description="For sales people")
    url = f"/workflow-templates/{template['template_id']}"
    refused = await people.api.post(f"{url}/rate", json={"stars": 5}, headers=ann.bearer)
    assert refused.status_code == 409
    await people.api.post(f"{url}/submit", headers=ann.bearer)
    await people.api.post(f"{url}/review", json={"decision": "public"}, headers=ann.bearer)
    for who, stars in ((ann, 1), (ann, 5), (bob, 4)):
        answer = await people.api.post(f"{url}/rate", json={"stars": stars}, headers=who.bearer)
    assert (answer.json()["ratings"], answer.json()["rating"]) == (2, 4.5)
    assert await listed(people, bob) == ["Call back", "Say hello"]
    assert await listed(people, bob, sort_by="title") == ["Call back", "Say hello"]
    assert await listed(people, bob, category="support") == ["Say hello"]
    assert await listed(people, bob, text="SALES p") == ["Call back"]
    assert await listed(people, bob, service="log", limit=1, offset=1) == ["Say hello"]
    assert await listed(people, bob, service="slack") == []
    assert await listed(people, ann, mine=True) == ["Call back"]
    # What a workspace thinks is its own.
    assert await listed(people, eve) == ["Say hello"]
    found = await people.api.get("/workflow-templates/categories", headers=bob.bearer)
    assert found.json() == [
        {"category": "sales", "templates": 1},
        {"category": "support", "templates": 1},
    ]
    for template_id, name in ((template["template_id"], "His own"), ("say-hello", None)):
        begun = await people.api.post(
            f"/workflow-templates/{template_id}/import", json={"name": name}, headers=bob.bearer
        )
        assert begun.status_code == 201, begun.text
        assert begun.json()["slots"]
        made = await people.api.get(f"/workflows/{begun.json()['workflow_id']}", headers=bob.bearer)
        assert (made.json()["status"], made.json()["name"]) == ("inactive", name or "Say hello")
    used = (await people.api.get(url, headers=bob.bearer)).json()
    assert used["uses"] == 1
    for method, path in (("DELETE", ""), ("POST", "/submit"), ("POST", "/withdraw")):
        answer = await people.api.request(
            method, f"/workflow-templates/say-hello{path}", headers=bob.bearer
        )
        assert answer.status_code == 404
