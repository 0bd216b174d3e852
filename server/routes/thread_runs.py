"""Runs of a thread: start, stream, wait, list, look at, stop and delete them."""

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Response
from fastapi.responses import JSONResponse

from domain.errors import Conflict, NotFound
from domain.runs import CancelAction, RunStatus
from server.dependencies import ServicesDep, UserDep
from server.live_response import LiveResponse
from server.pagination import LimitDep, OffsetDep, checked_select, query_list, selected
from server.protocol.requests import RunBody
from server.protocol.responses import RunAnswers, content_location
from server.shapes import RunShape, problems, run_shape
from server.sse import MEDIA_TYPE

router = APIRouter(prefix="/threads/{thread_id}/runs", tags=["runs"])


def run_answers(services: ServicesDep, user: UserDep) -> RunAnswers:
    """Starts and answers runs for who asks."""
    return RunAnswers(services, user)


AnswersDep = Annotated[RunAnswers, Depends(run_answers)]
CancelledDep = Annotated[bool, Query(description="Stop the run when this connection is lost.")]
LastEventDep = Annotated[
    str | None, Header(description="The last `id` that was seen; `-1` replays from the beginning.")
]
ModesDep = Annotated[
    list[str] | None,
    Query(description="Only these modes; those of the run's creation when missing."),
]

#: How streams and results look in the API's description.
STREAMED: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The run as server-sent events up to its `end`. `id` is the event's number: "
        "a reader that lost its connection goes on behind it. `Content-Location` names the run.",
        "content": {MEDIA_TYPE: {}},
    }
}
RESULT: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The run's final values, once it has ended; its questions are under "
        "`__interrupt__`, its error is under `__error__`.",
        "content": {"application/json": {}},
    }
}


@router.post("", responses=problems(404, 409, 422, 503))
async def create_run(
    thread_id: UUID, body: RunBody, response: Response, answers: AnswersDep
) -> RunShape:
    """Start a run; returns at once."""
    run, _ = await answers.start(body, thread_id, body.modes())
    response.headers.update(content_location(run))
    return run_shape(run)


@router.post(
    "/stream", response_class=Response, responses={**STREAMED, **problems(404, 409, 422, 503)}
)
async def stream_new_run(thread_id: UUID, body: RunBody, answers: AnswersDep) -> LiveResponse:
    """Start a run and stream it."""
    return await answers.stream_new(body, thread_id)


@router.post("/wait", response_class=Response, responses={**RESULT, **problems(404, 409, 422, 503)})
async def wait_for_new_run(thread_id: UUID, body: RunBody, answers: AnswersDep) -> LiveResponse:
    """Start a run and wait for what comes of it."""
    return await answers.wait_new(body, thread_id)


@router.get("", response_model=list[RunShape], responses=problems(404, 422, 503))
async def list_runs(
    thread_id: UUID,
    services: ServicesDep,
    user: UserDep,
    limit: LimitDep = 10,
    offset: OffsetDep = 0,
    status: RunStatus | None = None,
    select: Annotated[list[str] | None, Query(description="Only these fields.")] = None,
) -> JSONResponse:
    """The thread's runs, newest first."""
    fields = checked_select(RunShape, query_list(select or ()))
    await services.threads.get(user, thread_id)
    runs = await services.runs.of_thread(user, thread_id, limit, offset, status)
    return JSONResponse([selected(run_shape(run), fields) for run in runs])


@router.get("/{run_id}", responses=problems(404, 422, 503))
async def get_run(thread_id: UUID, run_id: UUID, answers: AnswersDep) -> RunShape:
    """One run."""
    return run_shape(await answers.found(run_id, thread_id))


@router.get(
    "/{run_id}/stream", response_class=Response, responses={**STREAMED, **problems(404, 422, 503)}
)
async def stream_run(
    thread_id: UUID,
    run_id: UUID,
    answers: AnswersDep,
    stream_mode: ModesDep = None,
    cancel_on_disconnect: CancelledDep = False,
    last_event_id: LastEventDep = None,
) -> LiveResponse:
    """Follow a run: from now on, or behind `Last-Event-ID`."""
    run = await answers.found(run_id, thread_id)
    modes = query_list(stream_mode or ())
    return await answers.stream(run, modes, last_event_id, depends=cancel_on_disconnect)


@router.get(
    "/{run_id}/join", response_class=Response, responses={**RESULT, **problems(404, 422, 503)}
)
async def join_run(
    thread_id: UUID, run_id: UUID, answers: AnswersDep, cancel_on_disconnect: CancelledDep = False
) -> LiveResponse:
    """Wait for what comes of a run."""
    run = await answers.found(run_id, thread_id)
    return await answers.join(run, depends=cancel_on_disconnect)


@router.post(
    "/{run_id}/cancel",
    status_code=202,
    response_class=Response,
    responses={**RESULT, **problems(404, 422, 503)},
)
async def cancel_run(
    thread_id: UUID,
    run_id: UUID,
    answers: AnswersDep,
    services: ServicesDep,
    user: UserDep,
    wait: Annotated[bool, Query(description="Answer when it has stopped.")] = False,
    action: Annotated[CancelAction, Query(description="Keep what it reached, or undo it.")] = (
        "interrupt"
    ),
) -> Response:
    """Stop a run."""
    run = await answers.found(run_id, thread_id)
    after = await answers.before_end(run)
    try:
        await services.manager.cancel(user, run_id, action)
    except Conflict:
        # As LangGraph's clients know it: there is no run to stop.
        raise NotFound("run under way with the id", str(run_id)) from None
    return answers.result(run, after) if wait else Response(status_code=202)


@router.delete("/{run_id}", status_code=204, responses=problems(404, 422, 503))
async def delete_run(
    thread_id: UUID, run_id: UUID, answers: AnswersDep, services: ServicesDep, user: UserDep
) -> None:
    """Delete a run; one under way is stopped first."""
    await answers.found(run_id, thread_id)
    await services.manager.delete_run(user, run_id)
