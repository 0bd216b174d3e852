"""Answers of the edge itself, in the shape of all errors."""

from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket


async def refuse(scope: Scope, receive: Receive, send: Send, problem: str) -> None:
    """Answer 403 with a sentence, also to who wanted to open a WebSocket."""
    answer = JSONResponse({"detail": problem}, status_code=403)
    if scope["type"] == "websocket":
        await WebSocket(scope, receive, send).send_denial_response(answer)
    else:
        await answer(scope, receive, send)
