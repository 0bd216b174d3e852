"""Members of the workspace, and invitations to it."""

from dataclasses import asdict, replace
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, Field, SecretStr, StringConstraints

from domain.accounts.emails import normalise_email
from domain.identity import Role
from server.audit_notes import note
from server.auth.opaque_tokens import LINK, hashed, new_token
from server.auth.visitors import own_url
from server.dependencies import PersonDep, ServicesDep, SignInDep, UserDep, accounts_are_on
from server.shapes import problems

router = APIRouter(tags=["members"], dependencies=[Depends(accounts_are_on)])


class MemberShape(BaseModel):
    """A person in your workspace."""

    user_id: str
    email: str | None
    name: str
    role: Role
    joined_at: datetime


class RoleChange(BaseModel):
    """What somebody is to be."""

    role: Role


class TenantChange(BaseModel):
    """What the workspace is to be called."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]


class NewInvitation(BaseModel):
    """Whom to invite as what."""

    role: Role = "member"
    email: Annotated[str, StringConstraints(max_length=254)] | None = Field(
        None, description="Whom it is for; whoever has the link when it is missing."
    )


class InvitationShape(BaseModel):
    """A link that nobody has used yet."""

    invitation_id: UUID
    role: Role
    email: str | None
    invited_by: str
    created_at: datetime
    expires_at: datetime


class NewInvitationShape(InvitationShape):
    """A link that was just made."""

    link: str = Field(description="Send it to whom it is for. It is shown this once.")


class InvitationToken(BaseModel):
    """What stands at the end of an invitation's link."""

    token: Annotated[SecretStr, Field(max_length=200)]


class Joined(BaseModel):
    """The workspace that you are a member of now."""

    tenant_id: str


@router.get("/members", responses=problems(401, 403, 409, 422, 503))
async def list_members(
    services: ServicesDep,
    user: UserDep,
    limit: Annotated[int, Query(ge=1, le=200, description="How many at most.")] = 100,
    offset: Annotated[int, Query(ge=0, description="How many to leave out.")] = 0,
) -> list[MemberShape]:
    """Who is in the workspace, in the order in which they joined."""
    found = await services.auth.members.list(user, limit, offset)
    return [MemberShape.model_validate(asdict(each)) for each in found]


@router.patch(
    "/members/{user_id}", status_code=204, responses=problems(401, 403, 404, 409, 422, 503)
)
async def change_role(
    user_id: str, body: RoleChange, services: ServicesDep, user: PersonDep
) -> None:
    """Make a member something else; the last owner stays one."""
    await services.auth.members.change_role(user, user_id, body.role)
    await note(services, user, "member.role_changed", user_id, role=body.role)


@router.delete("/members/{user_id}", status_code=204, responses=problems(401, 403, 404, 409, 503))
async def remove_member(user_id: str, services: ServicesDep, user: PersonDep) -> None:
    """Let a member go, or leave yourself; their sign-ins and keys here end at once."""
    await services.auth.members.remove(user, user_id)
    await note(services, user, "member.removed", user_id)


@router.patch("/tenant", status_code=204, responses=problems(401, 403, 409, 422, 503))
async def rename_tenant(body: TenantChange, services: ServicesDep, user: PersonDep) -> None:
    """Give the workspace another name."""
    await services.auth.members.rename_tenant(user, body.name)
    await note(services, user, "tenant.renamed", user.tenant_id, name=body.name)


@router.get("/invitations", responses=problems(401, 403, 409, 503))
async def list_invitations(services: ServicesDep, user: PersonDep) -> list[InvitationShape]:
    """Links that nobody has used yet, newest first."""
    found = await services.auth.invitations.list(user)
    return [InvitationShape.model_validate(asdict(each)) for each in found]


@router.post("/invitations", status_code=201, responses=problems(401, 403, 409, 422, 503))
async def invite(
    body: NewInvitation, request: Request, services: ServicesDep, user: PersonDep, _: SignInDep
) -> NewInvitationShape:
    """Make a one-time link into the workspace, good for a week."""
    token = new_token(LINK)
    email = normalise_email(body.email) if body.email else None
    made = await services.auth.invitations.create(user, hashed(token), body.role, email)
    await note(services, user, "invitation.created", made.invitation_id, role=body.role)
    link = f"{own_url(request, services.settings)}/join?invitation={token}"
    return NewInvitationShape(**asdict(made), link=link)


@router.delete(
    "/invitations/{invitation_id}",
    status_code=204,
    responses=problems(401, 403, 404, 409, 422, 503),
)
async def take_back_invitation(invitation_id: UUID, services: ServicesDep, user: PersonDep) -> None:
    """Let a link do nothing any more."""
    await services.auth.invitations.take_back(user, invitation_id)
    await note(services, user, "invitation.taken_back", invitation_id)


@router.post("/invitations/accept", responses=problems(401, 403, 409, 410, 422, 503))
async def accept_invitation(
    body: InvitationToken, services: ServicesDep, user: PersonDep, _: SignInDep
) -> Joined:
    """Become a member by a link; `POST /account/tenant` goes over there."""
    token = body.token.get_secret_value()
    tenant_id = await services.auth.people.accept(user, hashed(token))
    await note(services, replace(user, tenant_id=tenant_id), "member.joined", user.user_id)
    return Joined(tenant_id=tenant_id)
