"""Sharing workflows with other members of the workspace."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field, StringConstraints

from domain.errors import InvalidInput, NotFound
from server.dependencies import ServicesDep, UserDep
from server.shapes import problems

router = APIRouter(prefix="/workflows", tags=["workflows"])

#: What stands for nobody's rights.
ShareRights = Literal["viewer", "editor", "none"]


class NewShare(BaseModel):
    """Who gets which rights; viewers see, editors change and execute too."""

    member: Annotated[str, StringConstraints(min_length=1, max_length=254)] = Field(
        description="A member's user id or e-mail address.", examples=["ann@example.com"]
    )
    rights: ShareRights = Field("viewer", description="`none` takes them.")


class ShareShape(BaseModel):
    """Somebody besides the owner who has rights."""

    member_id: str
    rights: Literal["viewer", "editor"]
    created_at: datetime


@router.get("/{workflow_id}/share", responses=problems(403, 404, 422, 503))
async def list_shares(workflow_id: UUID, services: ServicesDep, user: UserDep) -> list[ShareShape]:
    """With whom a workflow of yours is shared."""
    repository = services.workflows.repository
    workflow = await repository.get(user, workflow_id, "owner")
    return [
        ShareShape.model_validate(asdict(each)) for each in await repository.shares(user, workflow)
    ]


@router.post("/{workflow_id}/share", responses=problems(403, 404, 422, 503))
async def share_workflow(
    workflow_id: UUID, body: NewShare, services: ServicesDep, user: UserDep
) -> list[ShareShape]:
    """Let a member of the workspace see or change a workflow of yours; returns who may."""
    repository = services.workflows.repository
    workflow = await repository.get(user, workflow_id, "owner")
    rights = None if body.rights == "none" else body.rights
    member_id = body.member
    # Who has left the workspace can still lose their rights.
    shares = {share.member_id for share in await repository.shares(user, workflow)}
    if rights or member_id not in shares:
        found = await services.workflows.members.find(user, body.member)
        if found is None:
            raise NotFound("member", body.member)
        member_id = found.user_id
    if member_id == user.user_id:
        raise InvalidInput("This workflow is yours: you have all rights already.")
    await repository.share(user, workflow, member_id, rights)
    return [
        ShareShape.model_validate(asdict(each)) for each in await repository.shares(user, workflow)
    ]
