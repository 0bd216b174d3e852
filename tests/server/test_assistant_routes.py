"""Assistants over HTTP: shapes, pages, and what is refused with a sentence."""

from typing import Any
from urllib.parse import quote
from uuid import uuid4

import httpx
import pytest

from domain.assistants import default_assistant_id
from server.services import Services

NOBODY = "00000000-0000-4000-8000-000000000000"
FIELDS = {
    "assistant_id",
    "graph_id",
    "config",
    "context",
    "metadata",
    "name",
    "description",
    "version",
    "created_at",
    "updated_at",
}
SCHEMAS = {
    "graph_id",
    "input_schema",
    "output_schema",
    "state_schema",
    "config_schema",
    "context_schema",
}
OURS = ["supervisor", "data", "optimization", "report", "workflow", "workflow_builder"]


async def made(api: httpx.AsyncClient, **body: Any) -> dict[str, Any]:
    response = await api.post("/assistants", json={"graph_id": "data", **body})
    assert response.status_code == 200, response.text
    return response.json()


async def test_an_assistant_is_made_changed_and_deleted(api: httpx.AsyncClient) -> None:
    config = {"tags": ["x"], "recursion_limit": 7, "metadata": {"kept": True}}
    first = await made(api, config=config, metadata={"a": 1}, context={"tone": "dry"})
    assert (set(first), first["name"], first["version"]) == (FIELDS, "Untitled", 1)
    assert (first["config"], first["context"]) == (config, {"tone": "dry"})
    path = f"/assistants/{first['assistant_id']}"
    change = {"name": "Terse", "metadata": {"b": 2}, "graph_id": "report"}
    changed = (await api.patch(path, json=change)).json()
    assert (changed["version"], changed["name"], changed["graph_id"]) == (2, "Terse", "report")
    assert (changed["metadata"], changed["config"]) == ({"a": 1, "b": 2}, config)
    assert (await api.get(path)).json() == changed
    versions = await api.post(f"{path}/versions", json={"limit": 1})
    assert [each["version"] for each in versions.json()] == [2]
    assert (versions.headers["x-pagination-total"], versions.headers["x-pagination-next"]) == (
        "2",
        "1",
    )
    back = (await api.post(f"{path}/latest", json={"version": 1})).json()
    assert (back["version"], back["name"]) == (1, "Untitled")
    assert (await api.post(f"{path}/latest", json={"version": 3})).status_code == 404
    deleted = await api.delete(path)
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert (await api.get(path)).status_code == 404


async def test_a_taken_id_is_refused_or_given_back(api: httpx.AsyncClient) -> None:
    assistant_id = str(uuid4())
    first = await made(api, assistant_id=assistant_id, name="First")
    body = {"graph_id": "report", "assistant_id": assistant_id}
    for given in (body, {**body, "if_exists": "raise"}):
        refused = await api.post("/assistants", json=given)
        assert (refused.status_code, list(refused.json())) == (409, ["detail"])
    assert await made(api, **body, if_exists="do_nothing") == first
    default = str(default_assistant_id("report"))
    given = await made(api, assistant_id=default, if_exists="do_nothing")
    assert (given["graph_id"], given["metadata"]) == ("report", {"created_by": "system"})


async def test_the_default_assistants_are_found_in_the_graphs_order(
    api: httpx.AsyncClient,
) -> None:
    listed = await api.post("/assistants/search", json={"metadata": {"created_by": "system"}})
    assert [each["graph_id"] for each in listed.json()] == OURS
    assert [each["assistant_id"] for each in listed.json()] == [
        str(default_assistant_id(graph_id)) for graph_id in OURS
    ]
    assert all(each["description"] for each in listed.json())
    assert listed.headers["x-pagination-total"] == "6"
    assert "x-pagination-next" not in listed.headers
    by_graph = (await api.get("/assistants/report")).json()
    by_id = (await api.get(f"/assistants/{default_assistant_id('report')}")).json()
    assert by_graph == by_id == listed.json()[3]


async def test_a_search_is_paged_ordered_and_shows_what_is_chosen(api: httpx.AsyncClient) -> None:
    for name in ("b", "a"):
        await made(api, name=name, metadata={"mine": True})
    body = {"sort_by": "name", "sort_order": "asc", "limit": 2, "select": ["name", "version"]}
    first = await api.post("/assistants/search", json=body)
    assert first.json() == [{"name": "a", "version": 1}, {"name": "b", "version": 1}]
    assert (first.headers["x-pagination-total"], first.headers["x-pagination-next"]) == ("8", "2")
    last = await api.post("/assistants/search", json={**body, "offset": 6})
    assert [each["name"] for each in last.json()] == ["workflow", "workflow_builder"]
    assert "x-pagination-next" not in last.headers
    for filters, count in (
        ({}, 8),
        ({"metadata": {"mine": True}}, 2),
        ({"graph_id": "data"}, 3),
        ({"name": "DAT"}, 1),
        ({"metadata": None, "graph_id": None, "name": None}, 8),
    ):
        assert (await api.post("/assistants/count", json=filters)).json() == count


async def test_deleting_with_threads_takes_only_its_own(
    api: httpx.AsyncClient, services: Services
) -> None:
    assistant_id = (await made(api))["assistant_id"]

    async def thread(**metadata: str) -> str:
        created = await api.post("/threads", json={"metadata": metadata})
        return created.json()["thread_id"]

    its = [await thread(assistant_id=assistant_id) for _ in range(2)]
    other = await thread(assistant_id="data")
    deleted = await api.delete(f"/assistants/{assistant_id}", params={"delete_threads": "true"})
    assert deleted.status_code == 204
    assert [(await api.get(f"/threads/{each}")).status_code for each in (*its, other)] == [
        404,
        404,
        200,
    ]
    refused = await api.delete("/assistants/data", params={"delete_threads": "1"})
    assert refused.status_code == 409
    assert (await api.get(f"/threads/{other}")).status_code == 200


async def test_a_graph_is_drawn_with_its_subgraphs_if_wanted(api: httpx.AsyncClient) -> None:
    async def nodes(**query: Any) -> set[str]:
        response = await api.get("/assistants/supervisor/graph", params=query)
        assert set(response.json()) == {"nodes", "edges"}
        return {node["id"] for node in response.json()["nodes"]}

    flat = await nodes()
    assert {"understand", "data", "optimization", "report"} <= flat
    for shallow in ("false", "0"):
        assert await nodes(xray=shallow) == flat
    for deep in ("true", "1", "5"):
        assert "data:call_model" in await nodes(xray=deep)


async def test_schemas_and_those_of_subgraphs_are_told(api: httpx.AsyncClient) -> None:
    schemas = (await api.get("/assistants/supervisor/schemas")).json()
    assert (set(schemas), schemas["graph_id"]) == (SCHEMAS, "supervisor")
    assert set(schemas["input_schema"]["properties"]) == {"messages"}
    assert set(schemas["context_schema"]["properties"]) == {"user_id", "tenant_id"}
    inner = (await api.get("/assistants/supervisor/subgraphs?recurse=true")).json()
    assert set(inner) == {"data", "optimization", "report", "workflow_builder"}
    one = (await api.get("/assistants/supervisor/subgraphs/data")).json()
    assert one == {"data": inner["data"]}
    assert (await api.get(f"/assistants/supervisor/subgraphs/{quote('a|b')}")).json() == {}


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/assistants", {}, 422),
        ("POST", "/assistants", {"graph_id": "secret"}, 422),
        ("POST", "/assistants", {"graph_id": "data", "assistant_id": "no-uuid"}, 422),
        ("POST", "/assistants", {"graph_id": "data", "if_exists": "maybe"}, 422),
        ("POST", "/assistants", {"graph_id": "data", "config": {"recursion_limit": 0}}, 422),
        ("POST", "/assistants", {"graph_id": "data", "config": {"tags": "a"}}, 422),
        ("POST", "/assistants", {"graph_id": "data", "name": "secret\0"}, 422),
        (
            "POST",
            "/assistants",
            {"graph_id": "data", "context": {"a": 1}, "config": {"configurable": {"a": 1}}},
            400,
        ),
        ("GET", "/assistants/secret", None, 404),
        ("GET", f"/assistants/{NOBODY}", None, 404),
        ("GET", "/assistants/%00", None, 404),
        ("PATCH", f"/assistants/{NOBODY}", {}, 404),
        ("PATCH", "/assistants/data", {"name": "Mine"}, 409),
        ("PATCH", "/assistants/data", {"graph_id": "secret"}, 422),
        ("DELETE", f"/assistants/{NOBODY}", None, 404),
        ("DELETE", "/assistants/data", None, 409),
        ("POST", "/assistants/search", {"limit": 1001}, 422),
        ("POST", "/assistants/search", {"limit": 0}, 422),
        ("POST", "/assistants/search", {"offset": -1}, 422),
        ("POST", "/assistants/search", {"sort_by": "secret"}, 422),
        ("POST", "/assistants/search", {"sort_order": "up"}, 422),
        ("POST", "/assistants/search", {"select": ["secret"]}, 422),
        ("POST", "/assistants/search", {"name": "secret\0"}, 422),
        ("GET", f"/assistants/{NOBODY}/graph", None, 404),
        ("GET", "/assistants/data/graph?xray=-1", None, 422),
        ("GET", "/assistants/data/graph?xray=deep", None, 422),
        ("GET", f"/assistants/{NOBODY}/schemas", None, 404),
        ("GET", f"/assistants/{NOBODY}/subgraphs", None, 404),
        ("GET", "/assistants/data/subgraphs?recurse=perhaps", None, 422),
        ("POST", f"/assistants/{NOBODY}/versions", {}, 404),
        ("POST", f"/assistants/{NOBODY}/latest", {"version": 1}, 404),
        ("POST", "/assistants/data/latest", {"version": 0}, 422),
        ("POST", "/assistants/data/latest", {"version": 2}, 404),
        ("POST", "/assistants/data/latest", {}, 422),
    ],
)
async def test_what_cannot_be_is_refused_with_a_sentence_that_repeats_no_values(
    api: httpx.AsyncClient, method: str, path: str, body: Any, status: int
) -> None:
    response = await api.request(method, path, json=body)
    assert response.status_code == status, response.text
    assert list(response.json()) == ["detail"]
    detail = response.json()["detail"]
    assert detail.endswith((".", "?"))
    assert "secret" not in detail or path.endswith("/secret")


async def test_the_service_says_which_api_it_speaks(api: httpx.AsyncClient) -> None:
    info = (await api.get("/info")).json()
    major, minor, _ = map(int, info["version"].split("."))
    assert (major, minor) >= (0, 4)
    assert info["flags"] == {"assistants": True, "crons": False}
    for query in ({}, {"check_db": "true"}):
        assert (await api.get("/ok", params=query)).json() == {"ok": True}


async def test_the_service_is_not_ok_without_its_database(
    api: httpx.AsyncClient, services: Services
) -> None:
    await services.database.system.close()
    assert (await api.get("/ok")).json() == {"ok": True}
    response = await api.get("/ok", params={"check_db": "1"})
    assert (response.status_code, list(response.json())) == (503, ["detail"])
