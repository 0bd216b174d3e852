"""The WebSocket that shows a workflow at work, as docs/workflows.md describes it."""

from uuid import UUID

from fastapi import APIRouter
from starlette.websockets import WebSocket

from server.services import Services
from server.websocket.connections import Farewell
from server.websocket.handshake import SUBPROTOCOL
from server.workflows.monitor import Monitor

router = APIRouter()

_UNREADABLE = Farewell(4400, "Write `after` as thread:seq,thread:seq with ids and numbers.")


@router.websocket("/workflows/{workflow_id}/monitor")
async def monitor_workflow(websocket: WebSocket, workflow_id: UUID, after: str = "") -> None:
    """Watch a workflow's executions; `after` says where you were, as `thread:seq,thread:seq`."""
    state = websocket.app.state
    services: Services = state.services
    offers = websocket.scope["subprotocols"]
    await websocket.accept(SUBPROTOCOL if SUBPROTOCOL in offers else None)
    try:
        positions = _positions(after)
    except ValueError:
        await websocket.close(_UNREADABLE.code, _UNREADABLE.reason)
        return
    watched = (workflow_id, positions)
    monitor = Monitor(websocket, services, state.authenticate, state.websockets, watched)
    await monitor.run()


def _positions(after: str) -> dict[UUID, int]:
    """The number of the last event that the client has of each thread."""
    found: dict[UUID, int] = {}
    for entry in filter(None, after.split(",")):
        thread, _, seq = entry.partition(":")
        if not seq.isdecimal() or len(seq) > 18:
            raise ValueError(entry)
        found[UUID(thread)] = int(seq)
    return found
