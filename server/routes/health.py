"""Health: whether the process lives, and which of its parts are ready."""

from datetime import datetime
from typing import Any, Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from server.dependencies import ServicesDep
from server.errors import RETRY_AFTER
from server.readiness import PartState, PartStatus

router = APIRouter(prefix="/health", tags=["health"])


class Live(BaseModel):
    """The process answers."""

    status: Literal["ok"] = "ok"


class Part(BaseModel):
    """One part of the service."""

    status: PartStatus
    since: datetime = Field(description="When it came to this status, be it a good or a bad one.")
    reason: str | None = Field(None, description="What is wrong, and what helps.")


class WorkerPart(Part):
    """Who executes runs."""

    alive: int = Field(description="Workers that have renewed their lease.")


class QueuePart(Part):
    """Runs that wait for a worker."""

    waiting: int = Field(description="Runs whose turn it is and that no worker has taken yet.")


class DiskPart(Part):
    """Where the embedded database and uploads are."""

    free_mb: int = Field(description="Free megabytes.")


class ModelPart(Part):
    """Which chat model answers."""

    model: str = Field(description="The model that answers now; `playbook` is the built-in one.")
    configured: str | None = Field(description="The model that should answer.")


class Parts(BaseModel):
    """Every part."""

    database: Part
    listener: Part = Field(description="The connection that hears of news at once.")
    worker: WorkerPart
    queue: QueuePart
    disk: DiskPart
    model: ModelPart


class Ready(BaseModel):
    """What works and what does not."""

    status: Literal["ready", "degraded", "down"] = Field(
        description="`degraded` serves, though not all or not at once; `down` cannot serve."
    )
    parts: Parts


@router.get("/live")
async def live() -> Live:
    """The process is alive."""
    return Live()


@router.get("/ready", responses={503: {"model": Ready, "description": "It cannot serve."}})
async def ready(services: ServicesDep, response: Response) -> Ready:
    """Which part works, and since when; 503 when requests cannot be served."""
    await services.probe.fresh()
    seen, model = services.readiness, services.models.status()
    parts = Parts(
        database=Part(**_fields(seen.state("database"))),
        listener=Part(**_fields(seen.state("listener"))),
        worker=WorkerPart(**_fields(seen.state("worker")), alive=seen.state("worker").count),
        queue=QueuePart(**_fields(seen.state("queue")), waiting=seen.state("queue").count),
        disk=DiskPart(**_fields(seen.state("disk")), free_mb=seen.state("disk").count),
        model=ModelPart(
            status=model.status,
            model=model.model,
            configured=model.configured,
            since=model.since,
            reason=model.reason,
        ),
    )
    if services.readiness.database_is_down:
        response.status_code = 503
        response.headers["Retry-After"] = RETRY_AFTER
        return Ready(status="down", parts=parts)
    states = [part.status for _, part in parts]
    return Ready(status="ready" if set(states) == {"ok"} else "degraded", parts=parts)


def _fields(state: PartState) -> dict[str, Any]:
    return {"status": state.status, "since": state.since, "reason": state.reason}
