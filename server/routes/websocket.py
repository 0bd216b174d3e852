"""The WebSocket: all that a client does over one connection, as docs/websocket.md describes it."""

from fastapi import APIRouter
from starlette.websockets import WebSocket

from server.services import Services
from server.websocket.connection import Connection
from server.websocket.handshake import SUBPROTOCOL

router = APIRouter()


@router.websocket("/ws")
async def connect(websocket: WebSocket) -> None:
    """Send messages and follow threads."""
    state = websocket.app.state
    services: Services = state.services
    offers = websocket.scope["subprotocols"]
    await websocket.accept(SUBPROTOCOL if SUBPROTOCOL in offers else None)
    await Connection(websocket, services, state.authenticate, state.websockets).run()
