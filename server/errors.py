"""HTTP statuses of domain errors: the only place that knows both."""

import logging
from typing import Any

import orjson
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from domain.errors import (
    Conflict,
    DatabaseAway,
    GoldenpathError,
    InvalidInput,
    LinkSpent,
    NotAllowed,
    NotFound,
    NotSignedIn,
    TooLarge,
    TooManyRequests,
    Unavailable,
)
from domain.revealed_secrets import SecretMask
from server.edge.quotas import count_stranger
from server.edge.request_ids import current_request_id
from storage.database import DATABASE_AWAY, DatabaseFull

logger = logging.getLogger(__name__)

#: The first that fits counts, so children stand before their parents.
_STATUSES: tuple[tuple[type[Exception], int], ...] = (
    (NotSignedIn, 401),
    (NotAllowed, 403),
    (LinkSpent, 410),
    (NotFound, 404),
    (Conflict, 409),
    (TooLarge, 413),
    (TooManyRequests, 429),
    (InvalidInput, 422),
    (Unavailable, 503),
    (GoldenpathError, 500),
)

#: How long a client should wait before it asks again when a part is down, seconds.
RETRY_AFTER = "2"

#: What goes with a status.
_HEADERS = {401: {"WWW-Authenticate": "Bearer"}, 503: {"Retry-After": RETRY_AFTER}}

DATABASE_FULL_SENTENCE = (
    "The disk of the database is full, so this was not done. What was done before is kept: "
    "free some room and try again."
)


def add_error_handlers(app: FastAPI) -> None:
    """Answer every error as `{"detail": "<sentence>"}`."""
    app.add_exception_handler(GoldenpathError, _domain_error)
    app.add_exception_handler(NotSignedIn, _stranger)
    app.add_exception_handler(ClientDisconnect, _gone)
    app.add_exception_handler(RequestValidationError, _bad_request)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(DatabaseFull, _database_full)
    for away in DATABASE_AWAY:
        app.add_exception_handler(away, _database_away)
    app.add_exception_handler(Exception, _bug)


def status_of(error: GoldenpathError) -> int:
    """The HTTP status that an error is answered with."""
    return next(status for kind, status in _STATUSES if isinstance(error, kind))


async def _domain_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, GoldenpathError)
    status = status_of(error)
    headers = _HEADERS.get(status)
    if isinstance(error, TooManyRequests):
        headers = {"Retry-After": str(error.again_in_s)}
    # What somebody outside answered may be quoted, and may repeat credentials.
    mask: SecretMask = request.app.state.services.mask
    facts: dict[str, Any] = orjson.loads(mask.data(orjson.dumps(dict(error.facts))))
    body = {"detail": mask.text(str(error)), **facts}
    return JSONResponse(body, status_code=status, headers=headers)


async def _stranger(request: Request, error: Exception) -> JSONResponse:
    """Nobody's requests count too, so that guessing has an end."""
    try:
        await count_stranger(request)
    except TooManyRequests as refusal:
        error = refusal
    except DATABASE_AWAY as away:
        return await _database_away(request, away)
    return await _domain_error(request, error)


async def _gone(request: Request, error: Exception) -> JSONResponse:
    # Nobody reads it: the client left while it sent.
    return _answer(400, "The request ended before it was complete. Send it again.")


async def _bad_request(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    return _answer(422, " ".join(_sentence(problem) for problem in error.errors()[:5]))


async def _http_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    detail = error.detail
    if error.status_code == 404 and detail == "Not Found":
        detail = f"There is nothing at {request.url.path}. The API is described at /docs."
    return _answer(error.status_code, detail, dict(error.headers or {}))


async def _database_away(request: Request, error: Exception) -> JSONResponse:
    logger.warning("The database did not answer: %s", error)
    request.app.state.services.probe.suspect()
    return await _domain_error(request, DatabaseAway())


async def _database_full(request: Request, error: Exception) -> JSONResponse:
    logger.error("The disk of the database is full: %s", error)
    return _answer(503, DATABASE_FULL_SENTENCE, _HEADERS[503])


async def _bug(request: Request, error: Exception) -> JSONResponse:
    logger.error("%s %s failed.", request.method, request.url.path, exc_info=error)
    name = current_request_id()
    return _answer(
        500, f"Something went wrong here, not with your request. The log has it as {name}."
    )


def _answer(status: int, detail: str, headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse({"detail": detail}, status_code=status, headers=headers)


def _sentence(problem: Any) -> str:
    # Where it is and what is wrong, never what somebody sent.
    where = ".".join(str(part) for part in problem["loc"][1:]) or "the request"
    message = str(problem["msg"]).removeprefix("Value error, ").rstrip(".")
    return f"{where}: {message}."
