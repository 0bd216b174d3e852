"""The door for providers: nobody is signed in, the signature of each request says whose it is."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response

from domain.errors import Conflict, InvalidInput
from server.dependencies import ServicesDep
from server.shapes import problems
from server.triggers import receiver

router = APIRouter(prefix="/webhooks", tags=["webhooks"])

_UNTRUSTED = "The signature of this request does not fit this address."


@router.post("/{service}/{endpoint}", responses=problems(401, 404, 409, 413, 422, 503))
async def receive_webhook(
    service: str, endpoint: str, request: Request, services: ServicesDep
) -> Response:
    """Take a delivery in: verified, kept, and its workflows' runs queued, before it is answered."""
    raw_query: bytes = request.scope["query_string"]
    query = f"?{raw_query.decode('latin-1')}" if raw_query else ""
    headers: dict[str, str] = {}
    for name, value in request.headers.items():
        headers[name] = f"{headers[name]},{value}" if name in headers else value
    target = f"/webhooks/{service}/{endpoint}{query}"
    asked = receiver.Request(service, endpoint, target, headers, await request.body())
    received = await services.triggers.receiver.receive(asked)
    if received.verdict == "quarantined":
        # Why says the quarantine, to the owner alone.
        return JSONResponse({"detail": _UNTRUSTED}, status_code=401)
    if received.verdict == "conflict":
        raise Conflict("Another body came with this id before. Send new events with a new id.")
    if received.verdict == "invalid":
        raise InvalidInput(received.reason or "")
    if received.answer is not None:
        return PlainTextResponse(received.answer)
    said: dict[str, Any] = {"verdict": received.verdict, "runs": len(received.runs)}
    return JSONResponse(said)
