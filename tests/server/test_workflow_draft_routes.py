"""Drafts over the real application: new ones, changes of what is saved or sent, and refusals."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from pydantic import SecretStr

from benchmarks.drafting.services import catalogue
from domain.blueprints.blueprint import Blueprint
from domain.connections import ConnectionValues
from domain.drafting.drafter import draft
from domain.identity import LOCAL_USER, UserContext
from server.app import create_api
from server.composition import Services, open_services
from server.settings import Settings
from storage.json_columns import to_json
from tests.server.auth.world import HOST, SECRET, Site
from tests.storage.owner import as_owner

PROMPT = "When a payment is received, post to #sales on Slack."


@pytest.fixture
async def drafting(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    """The application with services to draft from."""
    async with _client(services) as client:
        yield client


def _client(services: Services) -> httpx.AsyncClient:
    app = create_api(services, "http://api")
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://api")


async def _saved(services: Services, user: UserContext, blueprint: Blueprint) -> str:
    workflow_id = uuid4()
    whose = {"id": workflow_id, "tenant": user.tenant_id, "user": user.user_id}
    async with as_owner(services.database) as connection:
        await connection.execute(
            "INSERT INTO workflows (workflow_id, tenant_id, user_id, name, draft_version)"
            " VALUES (%(id)s, %(tenant)s, %(user)s, 'w', 2)",
            whose,
        )
        for version, name in ((1, "old"), (2, blueprint.name)):
            data = {**blueprint.model_dump(mode="json"), "name": name}
            await connection.execute(
                "INSERT INTO workflow_versions (workflow_id, version, tenant_id, user_id,"
                " blueprint, saved_by) VALUES (%(id)s, %(version)s, %(tenant)s, %(user)s,"
                " %(blueprint)s, %(user)s)",
                {**whose, "version": version, "blueprint": to_json(data)},
            )
    return str(workflow_id)


async def test_a_sentence_becomes_a_draft(drafting: httpx.AsyncClient):
    sent = {"prompt": "Every day at 9 post to Slack.", "time_zone": "Asia/Kolkata"}
    answer = await drafting.post("/workflows/draft", json=sent)
    assert answer.status_code == 200
    body = answer.json()
    assert body["source"] == "drafter"
    assert [node["data"]["task"] for node in body["blueprint"]["nodes"]] == [
        "schedule",
        "post_message",
    ]
    assert body["blueprint"]["settings"]["time_zone"] == "Asia/Kolkata"
    assert body["questions"][0]["field"] == "data.params.channel"
    assert {one["code"] for one in body["problems"]} == {"param_missing", "connection_missing"}


async def test_the_saved_draft_is_changed_and_nothing_is_saved(
    drafting: httpx.AsyncClient, services: Services
):
    base = draft(PROMPT, catalogue()).blueprint
    workflow_id = await _saved(services, LOCAL_USER, base)
    sent = {"prompt": "Change the channel to #all.", "workflow_id": workflow_id}
    [change] = (await drafting.post("/workflows/draft", json=sent)).json()["diff"]
    assert (change["part_id"], change["before"], change["after"]) == (
        "post_message",
        "#sales",
        "#all",
    )
    saved = (await drafting.get(f"/workflows/{workflow_id}")).json()
    assert Blueprint.model_validate(saved["blueprint"]) == base


async def test_a_blueprint_that_is_not_saved_is_changed(drafting: httpx.AsyncClient):
    base = draft(PROMPT, catalogue()).blueprint.model_dump(mode="json")
    sent = {"prompt": "Also email boss@example.com.", "blueprint": base}
    body = (await drafting.post("/workflows/draft", json=sent)).json()
    assert [change["part"] for change in body["diff"]] == ["node", "edge"]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"prompt": " "}, "prompt"),
        ({"time_zone": "Mars/Olympus"}, "time zone"),
        ({"blueprint": {"nodes": 5}}, "nodes"),
    ],
)
async def test_what_cannot_be_drafted_is_refused(
    drafting: httpx.AsyncClient, more: dict[str, Any], said: str
):
    answer = await drafting.post("/workflows/draft", json={"prompt": PROMPT, **more})
    assert answer.status_code == 422
    assert said in answer.text


async def test_a_workflow_that_does_not_exist_is_not_found(drafting: httpx.AsyncClient):
    sent = {"prompt": PROMPT, "workflow_id": str(uuid4())}
    assert (await drafting.post("/workflows/draft", json=sent)).status_code == 404


async def test_drafts_have_a_limit_and_are_nobody_elses(database_url: str, tmp_path: Path):
    settings = Settings(
        database_url=SecretStr(database_url),
        data_dir=tmp_path,
        auth="accounts",
        registration="open",
        secret_key=SecretStr(SECRET),
        drafts_per_min=2,
    )
    async with open_services(settings, with_worker=False) as services:
        transport = httpx.ASGITransport(create_api(services, HOST))
        async with httpx.AsyncClient(transport=transport, base_url=HOST) as api:
            site = Site(services, api)
            alice, bob = await site.person("alice"), await site.person("bob")
            base = draft(PROMPT, catalogue()).blueprint
            owner = UserContext(user_id=alice.user_id, tenant_id=alice.tenant_id)
            workflow_id = await _saved(services, owner, base)
            values = ConnectionValues({"base_url": "https://a.example"}, {"api_key": "0123456789"})
            await services.connections.create(owner, "mine", "api_key", values)
            offered = (await services.drafting.catalogues.of(owner)).checks.connections
            other = UserContext(user_id=bob.user_id, tenant_id=bob.tenant_id)
            assert (await services.drafting.catalogues.of(other)).checks.connections == {}
            sent = {"prompt": PROMPT, "workflow_id": workflow_id}
            codes = [
                (await api.post("/workflows/draft", json=sent, headers=who.bearer)).status_code
                for who in (alice, bob, alice, alice)
            ]
    assert list(offered.values()) == ["api_key"]
    assert codes == [200, 404, 200, 429]
