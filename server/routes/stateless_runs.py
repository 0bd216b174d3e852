"""Runs that need no thread: each has one of its own. And stopping many runs at once."""

from typing import Annotated, Literal, Self
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field, model_validator

from domain.errors import NotFound
from domain.runs import CancelAction
from server.dependencies import ServicesDep, UserDep
from server.live_response import LiveResponse
from server.pagination import query_list
from server.protocol.requests import RunBody
from server.protocol.responses import content_location
from server.routes.thread_runs import (
    RESULT,
    STREAMED,
    AnswersDep,
    CancelledDep,
    LastEventDep,
    ModesDep,
)
from server.shapes import RunShape, problems, run_shape
from storage.runs import RunSelection

router = APIRouter(prefix="/runs", tags=["runs"])


class ManyRuns(BaseModel):
    """Which runs to stop: some of a thread, or all of a status."""

    thread_id: UUID | None = None
    run_ids: list[UUID] | None = Field(None, min_length=1)
    status: Literal["pending", "running", "all"] | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        named = self.thread_id is not None or self.run_ids is not None
        if named == (self.status is not None):
            raise ValueError("send either `thread_id` and `run_ids`, or `status`")
        return self

    def selection(self) -> RunSelection:
        """The open runs that are meant."""
        status = None if self.status == "all" else self.status
        return RunSelection(self.thread_id, self.run_ids, status)


@router.post("", responses=problems(404, 422, 503))
async def create_run(body: RunBody, response: Response, answers: AnswersDep) -> RunShape:
    """Start a run on a thread of its own; returns at once."""
    run, _ = await answers.start(body, None, body.modes())
    response.headers.update(content_location(run))
    return run_shape(run)


@router.post("/stream", response_class=Response, responses={**STREAMED, **problems(404, 422, 503)})
async def stream_new_run(body: RunBody, answers: AnswersDep) -> LiveResponse:
    """Start a run on a thread of its own and stream it."""
    return await answers.stream_new(body, None)


@router.post("/wait", response_class=Response, responses={**RESULT, **problems(404, 422, 503)})
async def wait_for_new_run(body: RunBody, answers: AnswersDep) -> LiveResponse:
    """Start a run on a thread of its own and wait for what comes of it."""
    return await answers.wait_new(body, None)


@router.post("/cancel", status_code=204, responses=problems(404, 422, 503))
async def cancel_runs(
    body: ManyRuns,
    services: ServicesDep,
    user: UserDep,
    action: Annotated[CancelAction, Query(description="Keep what they reached, or undo it.")] = (
        "interrupt"
    ),
) -> None:
    """Stop many runs."""
    if not await services.manager.cancel_many(user, body.selection(), action):
        raise NotFound("run under way", "like that")


@router.get(
    "/{run_id}/stream", response_class=Response, responses={**STREAMED, **problems(404, 422, 503)}
)
async def stream_run(
    run_id: UUID,
    answers: AnswersDep,
    stream_mode: ModesDep = None,
    cancel_on_disconnect: CancelledDep = False,
    last_event_id: LastEventDep = None,
) -> LiveResponse:
    """Follow a run whose thread one does not know."""
    run = await answers.found(run_id)
    modes = query_list(stream_mode or ())
    return await answers.stream(run, modes, last_event_id, depends=cancel_on_disconnect)
