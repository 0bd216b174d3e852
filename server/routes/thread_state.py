"""What threads have reached: now, at any checkpoint before, and changed by hand."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response
from langgraph.types import StateUpdate

from domain.errors import InvalidInput
from domain.identity import UserContext
from graphs.stream_parts import json_default
from server.dependencies import ServicesDep, UserDep
from server.pagination import (
    LimitDep,
    checked_select,
    chosen_fields,
    query_list,
)
from server.services import Services
from server.shapes import problems
from server.state_shapes import (
    ChangedStateShape,
    CheckpointChoice,
    HistoryQuery,
    StateChange,
    StateQuery,
    ThreadStateShape,
    checkpoint_data,
    empty_state_data,
    state_data,
)
from server.thread_states import HistoryPart, Moment
from storage.json_columns import to_json

router = APIRouter(prefix="/threads", tags=["thread state"])

SubgraphsDep = Annotated[bool, Query(description="Also the states of the graphs inside.")]
SelectDep = Annotated[list[str] | None, Query(description="Only these fields, or `values.<key>`.")]


@router.get(
    "/{thread_id}/state", response_model=ThreadStateShape, responses=problems(404, 422, 503)
)
async def get_state(
    thread_id: UUID,
    services: ServicesDep,
    user: UserDep,
    subgraphs: SubgraphsDep = False,
    select: SelectDep = None,
) -> Response:
    """What the thread has reached; its `checkpoint` is null as long as that is nothing."""
    fields = _fields(query_list(select or ()))
    snapshot = await services.states.get(user, thread_id, Moment(), subgraphs=subgraphs)
    data = state_data(snapshot) if snapshot else empty_state_data(None)
    return _json(chosen_fields(data, fields))


@router.post(
    "/{thread_id}/state/checkpoint",
    response_model=ThreadStateShape,
    responses=problems(404, 422, 503),
)
async def get_state_at_checkpoint(
    thread_id: UUID, body: StateQuery, services: ServicesDep, user: UserDep
) -> Response:
    """What the thread, or a graph inside, had reached at a checkpoint; else what it has now."""
    fields = _fields(body.select)
    moment = _moment(thread_id, body.checkpoint)
    subgraphs = bool(body.subgraphs)
    snapshot = await services.states.get(user, thread_id, moment, subgraphs=subgraphs)
    if snapshot:
        data = state_data(snapshot)
    else:
        nothing = {"checkpoint_id": None, "checkpoint_map": None}
        data = empty_state_data((checkpoint_data(moment.config(thread_id)) or {}) | nothing)
    return _json(chosen_fields(data, fields))


@router.get(
    "/{thread_id}/state/{checkpoint_id}",
    response_model=ThreadStateShape,
    responses=problems(404, 422, 503),
)
async def get_state_at(
    thread_id: UUID,
    checkpoint_id: UUID,
    services: ServicesDep,
    user: UserDep,
    subgraphs: SubgraphsDep = False,
    select: SelectDep = None,
) -> Response:
    """What the thread had reached at a checkpoint."""
    fields = _fields(query_list(select or ()))
    moment = Moment(checkpoint_id)
    snapshot = await services.states.get(user, thread_id, moment, subgraphs=subgraphs)
    assert snapshot
    return _json(chosen_fields(state_data(snapshot), fields))


@router.post(
    "/{thread_id}/state",
    response_model=ChangedStateShape,
    responses=problems(404, 409, 422, 503),
)
async def change_state(
    thread_id: UUID, body: StateChange, services: ServicesDep, user: UserDep
) -> Response:
    """Lay values over the thread's state, or over what it was at a checkpoint: a new branch.

    Not while a run is open.
    """
    moment = _moment(thread_id, body.checkpoint, body.checkpoint_id)
    values: Any = body.values
    change = StateUpdate(values, body.as_node)
    config = await services.states.update(user, thread_id, moment, change)
    checkpoint = checkpoint_data(config) or {}
    return _json(
        {
            "checkpoint": checkpoint,
            "configurable": checkpoint,
            "checkpoint_id": checkpoint.get("checkpoint_id"),
        }
    )


@router.get(
    "/{thread_id}/history",
    response_model=list[ThreadStateShape],
    responses=problems(404, 422, 503),
)
async def list_history(
    thread_id: UUID,
    services: ServicesDep,
    user: UserDep,
    limit: LimitDep = 10,
    before: Annotated[
        UUID | None, Query(description="Only what is older than this checkpoint.")
    ] = None,
    select: SelectDep = None,
) -> Response:
    """All that the thread had reached before, newest first."""
    part = HistoryPart(limit=limit, before=before)
    return await _history(services, user, thread_id, part, query_list(select or ()))


@router.post(
    "/{thread_id}/history",
    response_model=list[ThreadStateShape],
    responses=problems(404, 422, 503),
)
async def search_history(
    thread_id: UUID, body: HistoryQuery, services: ServicesDep, user: UserDep
) -> Response:
    """The part of it that is wanted, or what a graph inside had reached."""
    before = body.before
    if isinstance(before, CheckpointChoice):
        before = _moment(thread_id, before).checkpoint_id
    part = HistoryPart(
        limit=body.limit,
        before=before,
        metadata=body.metadata or {},
        moment=_moment(thread_id, body.checkpoint),
    )
    return await _history(services, user, thread_id, part, body.select)


async def _history(
    services: Services,
    user: UserContext,
    thread_id: UUID,
    part: HistoryPart,
    select: Sequence[str] | None,
) -> Response:
    fields = _fields(select)
    snapshots = await services.states.history(user, thread_id, part)
    return _json([chosen_fields(state_data(snapshot), fields) for snapshot in snapshots])


def _moment(
    thread_id: UUID, choice: CheckpointChoice | None, checkpoint_id: UUID | None = None
) -> Moment:
    """The moment that a client means; raises `InvalidInput` for another thread's."""
    if choice is None:
        return Moment(checkpoint_id)
    if choice.thread_id not in (None, thread_id):
        raise InvalidInput(
            "The checkpoint belongs to another thread than the one in the path. Leave its "
            "`thread_id` out, or ask at its own thread."
        )
    return Moment(
        choice.checkpoint_id or checkpoint_id, choice.checkpoint_ns or "", choice.checkpoint_map
    )


def _fields(select: Sequence[str] | None) -> list[str]:
    return checked_select(ThreadStateShape, select, open_fields=("values",))


def _json(data: Any) -> Response:
    # What a graph keeps may be of any type.
    return Response(to_json(data, json_default), media_type="application/json")
