"""Assistants through LangGraph's official client."""

from typing import Any
from uuid import uuid4

import pytest
from langgraph.pregel.remote import RemoteGraph
from langgraph_sdk.client import LangGraphClient
from langgraph_sdk.errors import ConflictError, NotFoundError, UnprocessableEntityError

OURS = ["supervisor", "data", "optimization", "report", "workflow", "workflow_builder"]


async def test_an_assistants_life(client: LangGraphClient) -> None:
    assistant_id = str(uuid4())
    first = await client.assistants.create(
        "data",
        {"tags": ["a"], "recursion_limit": 9},
        context={"tone": "dry"},
        metadata={"team": "costs"},
        assistant_id=assistant_id,
        name="Costs",
        description="Looks at costs.",
    )
    assert (first["assistant_id"], first["version"]) == (assistant_id, 1)
    assert (first["graph_id"], first["name"]) == ("data", "Costs")
    assert first.get("config") == {"tags": ["a"], "recursion_limit": 9}
    assert first.get("context") == {"tone": "dry"}
    second = await client.assistants.update(
        assistant_id, graph_id="report", metadata={"more": 1}, context={}
    )
    assert (second["version"], second["graph_id"], second.get("context")) == (2, "report", {})
    assert second["metadata"] == {"team": "costs", "more": 1}
    assert await client.assistants.get(assistant_id) == second
    versions = await client.assistants.get_versions(assistant_id)
    assert [version["version"] for version in versions] == [2, 1]
    assert await client.assistants.get_versions(assistant_id, {"more": 1}) == versions[:1]
    back = await client.assistants.set_latest(assistant_id, 1)
    assert (back["version"], back["graph_id"]) == (1, "data")
    await client.assistants.delete(assistant_id)
    with pytest.raises(NotFoundError, match="There is no assistant"):
        await client.assistants.get(assistant_id)


async def test_a_taken_id_conflicts_or_is_given_back(client: LangGraphClient) -> None:
    assistant_id = str(uuid4())
    first = await client.assistants.create("data", assistant_id=assistant_id)
    with pytest.raises(ConflictError, match="exists already"):
        await client.assistants.create("data", assistant_id=assistant_id)
    again = await client.assistants.create(
        "report", assistant_id=assistant_id, if_exists="do_nothing"
    )
    assert again == first


async def test_every_assistant_is_found_page_by_page(client: LangGraphClient) -> None:
    for name in ("one", "two", "three"):
        await client.assistants.create("data", name=name, metadata={"mine": True})
    found: list[str] = []
    following: str | None = "0"
    while following:
        page = await client.assistants.search(
            limit=2, offset=int(following), response_format="object"
        )
        found += [assistant["name"] for assistant in page["assistants"]]
        following = page["next"]
    assert found == ["three", "two", "one", *OURS]
    assert await client.assistants.count() == len(found)
    assert await client.assistants.count(metadata={"mine": True}, name="T") == 2
    chosen = await client.assistants.search(
        graph_id="data", sort_by="name", sort_order="asc", select=["name"]
    )
    assert chosen == [{"name": name} for name in ("data", "one", "three", "two")]


async def test_a_default_assistant_is_known_by_its_graph(client: LangGraphClient) -> None:
    by_graph = await client.assistants.get("supervisor")
    assert await client.assistants.get(by_graph["assistant_id"]) == by_graph
    assert by_graph["metadata"] == {"created_by": "system"}
    with pytest.raises(ConflictError, match="default assistant of the graph supervisor"):
        await client.assistants.update("supervisor", name="Mine")


async def test_the_graph_behind_an_assistant_is_described(client: LangGraphClient) -> None:
    schemas: Any = await client.assistants.get_schemas("supervisor")
    assert schemas["graph_id"] == "supervisor"
    assert set(schemas["input_schema"]["properties"]) == {"messages"}
    assert set(schemas["state_schema"]["properties"]) == {"messages", "scope", "workflow"}
    assert set(await client.assistants.get_subgraphs("supervisor")) == set(OURS[1:]) - {"workflow"}
    one = await client.assistants.get_subgraphs("supervisor", namespace="report", recurse=True)
    assert one["report"]["graph_id"] == "report"
    flat = await client.assistants.get_graph("supervisor")
    deep = await client.assistants.get_graph("supervisor", xray=True)
    assert len(deep["nodes"]) > len(flat["nodes"])


async def test_a_remote_graph_draws_what_the_graph_here_draws(
    client: LangGraphClient,
) -> None:
    remote = RemoteGraph("supervisor", client=client)
    drawing = await remote.aget_graph(xray=True)
    there = await client.assistants.get_graph("supervisor", xray=True)
    assert set(drawing.nodes) == {node["id"] for node in there["nodes"]}
    assert [(edge.source, edge.target) for edge in drawing.edges] == [
        (edge["source"], edge["target"]) for edge in there["edges"]
    ]


async def test_what_the_client_cannot_mean_is_refused(client: LangGraphClient) -> None:
    with pytest.raises(UnprocessableEntityError, match="there is no such graph"):
        await client.assistants.create("nothing")
    with pytest.raises(UnprocessableEntityError, match="limit"):
        await client.assistants.search(limit=1001)
    for unknown in ("a b", "a/b", "nobody", str(uuid4())):
        with pytest.raises(NotFoundError):
            await client.assistants.get_graph(unknown)
