"""Assistants: make, find, change and delete them, and look at the graphs behind them."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Annotated, cast
from uuid import uuid4

from fastapi import APIRouter, HTTPException, Query, Response
from fastapi.responses import JSONResponse
from langchain_core.runnables import RunnableConfig

from domain.assistants import Assistant
from domain.errors import Conflict, InvalidInput, NotFound
from domain.identity import UserContext
from graphs.descriptions import drawing_of, schemas_of, subgraph_schemas
from graphs.factories import Graph, GraphUse
from graphs.stream_parts import json_default
from server.assistant_shapes import (
    AssistantChange,
    AssistantFilter,
    AssistantQuery,
    AssistantShape,
    GraphShape,
    NewAssistant,
    SchemasShape,
    VersionChoice,
    VersionQuery,
    assistant_shape,
    schemas_by_namespace,
    schemas_shape,
)
from server.dependencies import ServicesDep, UserDep
from server.pagination import MAX_LIMIT, checked_select, page_response
from server.services import Services
from server.shapes import problems
from storage.assistants import AssistantContent, AssistantSearch
from storage.json_columns import to_json

router = APIRouter(prefix="/assistants", tags=["assistants"])

#: What LangGraph's clients call an assistant that nobody named.
_UNNAMED = "Untitled"

RecurseDep = Annotated[bool, Query(description="Also those inside sub-graphs.")]


@router.post("", responses=problems(409, 422, 503))
async def create_assistant(
    body: NewAssistant, services: ServicesDep, user: UserDep
) -> AssistantShape:
    """Make an assistant: a graph with a config and a context of its own."""
    _check(body, services)
    assistant_id = body.assistant_id or uuid4()
    content = AssistantContent(
        graph_id=body.graph_id,
        name=body.name or _UNNAMED,
        description=body.description,
        config=body.config.given() if body.config else {},
        context=body.context or {},
        metadata=body.metadata or {},
    )
    try:
        made = await services.assistants.create(user, assistant_id, content)
    except Conflict as taken:
        if body.if_exists != "do_nothing":
            raise
        try:
            made = await services.assistants.get(user, assistant_id)
        except NotFound:
            # Somebody else's.
            raise taken from None
    return assistant_shape(made)


@router.post("/search", response_model=list[AssistantShape], responses=problems(422, 503))
async def search_assistants(
    body: AssistantQuery, services: ServicesDep, user: UserDep
) -> JSONResponse:
    """Your assistants and the default ones of the graphs; `X-Pagination-Total` says how many."""
    select = checked_select(AssistantShape, body.select)
    search = AssistantSearch(
        metadata=body.metadata or {},
        graph_id=body.graph_id,
        name=body.name,
        sort_by=body.sort_by or "created_at",
        descending=body.sort_order != "asc",
        limit=body.limit,
        offset=body.offset,
    )
    found, total = await services.assistants.search(user, search)
    return page_response([assistant_shape(each) for each in found], body, total, select)


@router.post("/count", responses=problems(422, 503))
async def count_assistants(body: AssistantFilter, services: ServicesDep, user: UserDep) -> int:
    """How many assistants fit."""
    search = AssistantSearch(
        metadata=body.metadata or {}, graph_id=body.graph_id, name=body.name, limit=1
    )
    return (await services.assistants.search(user, search))[1]


@router.get("/{assistant_id}", responses=problems(404, 503))
async def get_assistant(assistant_id: str, services: ServicesDep, user: UserDep) -> AssistantShape:
    """One assistant, by its id or its graph's."""
    return assistant_shape(await services.assistants.resolve(user, assistant_id))


@router.patch("/{assistant_id}", responses=problems(404, 409, 422, 503))
async def change_assistant(
    assistant_id: str, body: AssistantChange, services: ServicesDep, user: UserDep
) -> AssistantShape:
    """Make its next version."""
    _check(body, services)
    assistant = await services.assistants.resolve(user, assistant_id)
    content = AssistantContent(
        graph_id=body.graph_id,
        name=body.name,
        description=body.description,
        config=body.config.given() if body.config else None,
        context=body.context,
        metadata=body.metadata,
    )
    changed = await services.assistants.change(user, assistant.assistant_id, content)
    return assistant_shape(changed)


@router.delete("/{assistant_id}", status_code=204, responses=problems(404, 409, 422, 503))
async def delete_assistant(
    assistant_id: str,
    services: ServicesDep,
    user: UserDep,
    delete_threads: Annotated[bool, Query(description="Its threads too, with all they own.")] = (
        False
    ),
) -> None:
    """Delete an assistant with its versions; its threads stay unless told otherwise."""
    assistant = await services.assistants.resolve(user, assistant_id)
    if delete_threads:
        # First: what is left after a failure can be deleted by asking again.
        services.assistants.refuse_default(assistant.assistant_id)
        await _delete_threads(services, user, assistant)
    await services.assistants.delete(user, assistant.assistant_id)


@router.get("/{assistant_id}/graph", response_model=GraphShape, responses=problems(404, 422, 503))
async def get_graph(
    assistant_id: str,
    services: ServicesDep,
    user: UserDep,
    xray: Annotated[
        bool | Annotated[int, Query(ge=0)],
        Query(description="Draw sub-graphs too; a number is how deep."),
    ] = False,
) -> Response:
    """The nodes and edges of an assistant's graph."""
    async with _opened(services, user, assistant_id) as (assistant, graph):
        drawing = await drawing_of(graph, _config(assistant), xray)
    # The metadata of nodes is whatever their author put there.
    return Response(to_json(drawing, json_default), media_type="application/json")


@router.get("/{assistant_id}/schemas", responses=problems(404, 503))
async def get_schemas(assistant_id: str, services: ServicesDep, user: UserDep) -> SchemasShape:
    """JSON Schemas of what an assistant's graph takes, keeps and gives."""
    async with _opened(services, user, assistant_id) as (assistant, graph):
        return schemas_shape(await asyncio.to_thread(schemas_of, assistant.graph_id, graph))


@router.get("/{assistant_id}/subgraphs", responses=problems(404, 422, 503))
async def get_subgraphs(
    assistant_id: str, services: ServicesDep, user: UserDep, recurse: RecurseDep = False
) -> dict[str, SchemasShape]:
    """The schemas of the graphs inside an assistant's graph, by namespace."""
    async with _opened(services, user, assistant_id) as (_, graph):
        found = await asyncio.to_thread(subgraph_schemas, graph, None, recurse=recurse)
    return schemas_by_namespace(found)


@router.get("/{assistant_id}/subgraphs/{namespace}", responses=problems(404, 422, 503))
async def get_subgraph(
    assistant_id: str,
    namespace: str,
    services: ServicesDep,
    user: UserDep,
    recurse: RecurseDep = False,
) -> dict[str, SchemasShape]:
    """The schemas of the one graph at this namespace (`outer|inner`), or nothing."""
    async with _opened(services, user, assistant_id) as (_, graph):
        found = await asyncio.to_thread(subgraph_schemas, graph, namespace, recurse=recurse)
    return schemas_by_namespace(found)


@router.post(
    "/{assistant_id}/versions",
    response_model=list[AssistantShape],
    responses=problems(404, 422, 503),
)
async def list_versions(
    assistant_id: str, body: VersionQuery, services: ServicesDep, user: UserDep
) -> JSONResponse:
    """Every version that an assistant ever had, newest first."""
    assistant = await services.assistants.resolve(user, assistant_id)
    search = AssistantSearch(metadata=body.metadata or {}, limit=body.limit, offset=body.offset)
    found, total = await services.assistants.versions(user, assistant.assistant_id, search)
    return page_response([assistant_shape(each) for each in found], body, total)


@router.post("/{assistant_id}/latest", responses=problems(404, 422, 503))
async def use_version(
    assistant_id: str, body: VersionChoice, services: ServicesDep, user: UserDep
) -> AssistantShape:
    """Go back to one of an assistant's versions, or forward again."""
    assistant = await services.assistants.resolve(user, assistant_id)
    used = await services.assistants.use_version(user, assistant.assistant_id, body.version)
    return assistant_shape(used)


def _check(body: AssistantChange | NewAssistant, services: Services) -> None:
    if body.graph_id is not None and body.graph_id not in services.graphs:
        known = ", ".join(services.graphs)
        raise InvalidInput(f"graph_id: there is no such graph here. There are: {known}.")
    if body.context and body.config and body.config.configurable:
        raise HTTPException(
            400, "Send either `context` or `config.configurable`: they say the same."
        )


@asynccontextmanager
async def _opened(
    services: Services, user: UserContext, assistant_id: str
) -> AsyncGenerator[tuple[Assistant, Graph]]:
    assistant = await services.assistants.resolve(user, assistant_id)
    entry = services.graphs.get(assistant.graph_id)
    if entry is None:
        raise NotFound("graph", assistant.graph_id)
    use = GraphUse("assistants.read", user, _config(assistant))
    async with entry.opened(use) as graph:
        yield assistant, graph


def _config(assistant: Assistant) -> RunnableConfig:
    return cast(RunnableConfig, dict(assistant.config))


async def _delete_threads(services: Services, user: UserContext, assistant: Assistant) -> None:
    while found := await services.assistants.threads_of(user, assistant.assistant_id, MAX_LIMIT):
        for thread_id in found:
            try:
                await services.manager.delete_thread(user, thread_id)
            except NotFound:
                # Deleted by somebody else meanwhile.
                continue
