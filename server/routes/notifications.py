"""What you were told: approvals that wait for you, and what went wrong."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from server.dependencies import ServicesDep, UserDep
from server.pagination import LimitDep, OffsetDep
from server.shapes import problems

router = APIRouter(prefix="/notifications", tags=["notifications"])


class NotificationShape(BaseModel):
    """Something that you were told."""

    notification_id: UUID
    kind: str
    title: str
    message: str
    about: dict[str, Any] = Field(description="Ids of what it is about.")
    created_at: datetime
    read_at: datetime | None


class ReadShape(BaseModel):
    """What was marked."""

    read: int = Field(description="How many had not been read.")


@router.get("", responses=problems(422, 503))
async def list_notifications(
    services: ServicesDep,
    user: UserDep,
    unread: Annotated[bool, Query(description="Only what you have not read.")] = False,
    limit: LimitDep = 50,
    offset: OffsetDep = 0,
) -> list[NotificationShape]:
    """What you were told, newest first."""
    told = await services.notices.list(user, limit, offset, unread=unread)
    return [NotificationShape.model_validate(asdict(each)) for each in told]


@router.post("/read", responses=problems(503))
async def mark_all_read(services: ServicesDep, user: UserDep) -> ReadShape:
    """Mark all as read."""
    return ReadShape(read=await services.notices.mark_all_read(user))


@router.post("/{notification_id}/read", status_code=204, responses=problems(404, 422, 503))
async def mark_read(notification_id: UUID, services: ServicesDep, user: UserDep) -> None:
    """Mark one as read."""
    await services.notices.mark_read(user, notification_id)
