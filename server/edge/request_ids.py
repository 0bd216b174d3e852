"""A name for every request: in its answer, in log lines, in the audit log."""

import logging
import re
from typing import Final
from uuid import uuid4

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.edge.headers import headers_of
from storage.whereabouts import Whereabouts, whereabouts

HEADER: Final = b"x-request-id"

#: What an id from outside may look like: it goes into logs and headers as it is.
_SAFE: Final = re.compile(rb"[A-Za-z0-9._\-]{1,64}")
#: Messages that begin an answer.
ANSWERS: Final = frozenset(
    {"http.response.start", "websocket.accept", "websocket.http.response.start"}
)


class RequestIds:
    """Takes the id that a request brings, if it is harmless, or makes one."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle it under its id."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        given = headers_of(scope).get(HEADER)
        is_safe = given is not None and _SAFE.fullmatch(given)
        request_id = given if given is not None and is_safe else uuid4().hex.encode()

        async def send_named(message: Message) -> None:
            if message["type"] in ANSWERS:
                headers = [*message.get("headers", ()), (HEADER, request_id)]
                message = {**message, "headers": headers}
            await send(message)

        client = scope.get("client")
        here = Whereabouts(request_id.decode(), client[0] if client else None)
        token = whereabouts.set(here)
        try:
            await self._app(scope, receive, send_named)
        finally:
            whereabouts.reset(token)


def current_request_id() -> str:
    """The id of the request that is being handled; `-` outside of requests."""
    here = whereabouts.get()
    return here.request_id if here else "-"


def name_requests(record: logging.LogRecord) -> bool:
    """A filter of log handlers: lines say which request they are about."""
    record.request_id = current_request_id()
    return True
