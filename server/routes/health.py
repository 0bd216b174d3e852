"""Health: whether the process lives, and which of its parts are ready."""

from datetime import datetime
from typing import Literal

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from server.composition import Services
from server.dependencies import ServicesDep
from storage.database import DATABASE_AWAY

router = APIRouter(prefix="/health", tags=["health"])

PartStatus = Literal["ok", "degraded", "down"]


class Live(BaseModel):
    """The process answers."""

    status: Literal["ok"] = "ok"


class Part(BaseModel):
    """One part of the service."""

    status: PartStatus
    reason: str | None = None


class WorkerPart(Part):
    """Who executes runs."""

    alive: int = Field(description="Workers that have renewed their lease.")


class ModelPart(Part):
    """Which chat model answers."""

    model: str = Field(description="The model that answers now; `playbook` is the built-in one.")
    configured: str | None = Field(description="The model that should answer.")
    since: datetime


class Parts(BaseModel):
    """Every part."""

    database: Part
    worker: WorkerPart
    model: ModelPart


class Ready(BaseModel):
    """What works and what does not."""

    status: Literal["ready", "degraded", "down"]
    parts: Parts


@router.get("/live")
async def live() -> Live:
    """The process is alive."""
    return Live()


@router.get("/ready", responses={503: {"model": Ready, "description": "It cannot serve."}})
async def ready(services: ServicesDep, response: Response) -> Ready:
    """Which part works; 503 when requests cannot be served."""
    model = services.models.status()
    database, worker = await _database_and_worker(services)
    parts = Parts(
        database=database,
        worker=worker,
        model=ModelPart(
            status=model.status,
            model=model.model,
            configured=model.configured,
            since=model.since,
            reason=model.reason,
        ),
    )
    if database.status == "down":
        response.status_code = 503
        return Ready(status="down", parts=parts)
    degraded = worker.status != "ok" or model.status != "ok"
    return Ready(status="degraded" if degraded else "ready", parts=parts)


async def _database_and_worker(services: Services) -> tuple[Part, WorkerPart]:
    try:
        alive = await services.workers.workers_alive(services.settings.worker_lease_s)
    except DATABASE_AWAY as error:
        reason = str(error).strip()
        return Part(status="down", reason=reason), WorkerPart(
            status="down", reason="The database is not answering.", alive=0
        )
    if alive:
        return Part(status="ok"), WorkerPart(status="ok", alive=alive)
    reason = "No worker is running: runs wait. Start one with `python -m server worker`."
    return Part(status="ok"), WorkerPart(status="down", reason=reason, alive=0)
