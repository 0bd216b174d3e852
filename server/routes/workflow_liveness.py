"""Whether a workflow can start by itself."""

from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from server.dependencies import ServicesDep, UserDep
from server.shapes import problems

router = APIRouter(prefix="/workflows", tags=["workflows"])


class PulseShape(BaseModel):
    """One trigger of a live workflow."""

    node_id: str
    service: str
    task: str
    can_fire: bool
    problem: str | None = Field(description="What to do when it cannot.")
    next_at: datetime | None = Field(description="When it is due next, for a schedule.")
    last_at: datetime | None = Field(description="When something came in for it.")
    last_verdict: str | None = Field(description="What became of that.")


class LivenessShape(BaseModel):
    """A workflow's triggers."""

    is_live: bool = Field(description="It has triggers, and every one of them can fire.")
    triggers: list[PulseShape]


@router.get("/{workflow_id}/liveness", responses=problems(404, 422, 503))
async def get_liveness(workflow_id: UUID, services: ServicesDep, user: UserDep) -> LivenessShape:
    """Whether each trigger can fire, and what is missing if one cannot."""
    pulses = await services.triggers.liveness.pulses(user, workflow_id)
    shapes = [PulseShape.model_validate(asdict(each)) for each in pulses]
    return LivenessShape(
        is_live=bool(shapes) and all(each.can_fire for each in shapes), triggers=shapes
    )
