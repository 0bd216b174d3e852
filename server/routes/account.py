"""One's own account: profile, password, sign-ins, linked accounts, workspaces."""

from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field, SecretStr, StringConstraints

from domain.accounts.devices import device_name
from domain.accounts.passwords import LONGEST
from domain.accounts.people import Session, SessionKind
from domain.identity import Role
from server.account_settings import AuthMode
from server.audit_notes import note
from server.auth.credentials import Credential
from server.auth.sign_in import SignIn
from server.dependencies import PersonDep, ServicesDep, SignInDep
from server.shapes import problems

router = APIRouter(prefix="/account", tags=["account"])

_Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
_Password = Annotated[SecretStr, Field(max_length=LONGEST)]


class TenantShape(BaseModel):
    """A workspace, and what you are there."""

    tenant_id: str
    name: str
    role: Role


class ProviderShape(BaseModel):
    """Another place to sign in with."""

    name: str
    title: str


class AccountShape(BaseModel):
    """Who you are here."""

    mode: AuthMode = Field(description="`local` has no accounts: everybody is the same person.")
    user_id: str
    email: str | None = None
    name: str
    birthday: date | None = None
    has_password: bool = False
    tenant_id: str = Field(description="The workspace that you are in now.")
    role: Role
    tenants: list[TenantShape] = Field(description="Every workspace that you are a member of.")
    providers: list[ProviderShape] = Field(description="What can be linked to sign in with.")


class ProfileChange(BaseModel):
    """What is to change."""

    name: _Name


class PasswordChange(BaseModel):
    """The password before, empty when there is none, and the one after."""

    before: _Password = SecretStr("")
    after: _Password


class SessionShape(BaseModel):
    """A sign-in that is still good."""

    session_id: UUID
    kind: SessionKind = Field(description="A `browser`, or a program with tokens (`api`).")
    device: str
    address: str | None
    created_at: datetime
    last_seen_at: datetime
    is_this: bool = Field(description="The one that asks.")


class IdentityShape(BaseModel):
    """An account elsewhere that you sign in with."""

    identity_id: UUID
    provider: str
    email: str | None
    created_at: datetime


class TenantChoice(BaseModel):
    """A workspace."""

    tenant_id: str


@router.get("", responses=problems(401, 503))
async def get_account(services: ServicesDep, user: PersonDep) -> AccountShape:
    """Who is signed in."""
    mode = services.settings.auth
    if mode == "local":
        return AccountShape(
            mode=mode,
            user_id=user.user_id,
            name=user.user_id,
            tenant_id=user.tenant_id,
            role=user.role,
            tenants=[],
            providers=[],
        )
    profile = await services.auth.people.profile(user)
    tenants = await services.auth.members.tenants(user)
    return AccountShape(
        mode=mode,
        user_id=profile.user_id,
        email=profile.email,
        name=profile.name,
        birthday=profile.birthday,
        has_password=profile.has_password,
        tenant_id=user.tenant_id,
        role=user.role,
        tenants=[TenantShape.model_validate(asdict(each)) for each in tenants],
        providers=[
            ProviderShape(name=each.name, title=each.title)
            for each in services.auth.providers.values()
        ],
    )


@router.patch("", status_code=204, responses=problems(401, 403, 409, 422, 503))
async def change_profile(
    body: ProfileChange, services: ServicesDep, user: PersonDep, _: SignInDep
) -> None:
    """Give yourself another name."""
    await services.auth.people.rename(user, body.name)


@router.post("/password", status_code=204, responses=problems(401, 403, 409, 422, 503))
async def change_password(
    body: PasswordChange,
    request: Request,
    services: ServicesDep,
    user: PersonDep,
    sign_in: SignInDep,
) -> None:
    """Take another password; all your other sign-ins end."""
    kept = await _this_session(request, sign_in)
    before, after = body.before.get_secret_value(), body.after.get_secret_value()
    await sign_in.change_password(user, kept, before, after)
    await note(services, user, "password.changed", user.user_id)


@router.get("/sessions", responses=problems(401, 403, 409, 503))
async def list_sessions(
    request: Request, services: ServicesDep, user: PersonDep, sign_in: SignInDep
) -> list[SessionShape]:
    """Where you are signed in, the last used first."""
    this = await _this_session(request, sign_in)
    return [_session(each, this) for each in await services.auth.sessions.list(user)]


@router.delete("/sessions", status_code=204, responses=problems(401, 403, 409, 503))
async def end_other_sessions(
    request: Request, services: ServicesDep, user: PersonDep, sign_in: SignInDep
) -> None:
    """Sign out everywhere but here."""
    this = await _this_session(request, sign_in)
    await services.auth.sessions.revoke_others(user, this)
    await note(services, user, "session.others_ended", this)


@router.delete(
    "/sessions/{session_id}", status_code=204, responses=problems(401, 403, 404, 409, 422, 503)
)
async def end_session(
    session_id: UUID, services: ServicesDep, user: PersonDep, _: SignInDep
) -> None:
    """Sign out somewhere."""
    await services.auth.sessions.revoke(user, session_id)
    await note(services, user, "session.ended", session_id)


@router.post("/tenant", status_code=204, responses=problems(401, 403, 404, 409, 422, 503))
async def switch_tenant(
    body: TenantChoice,
    request: Request,
    services: ServicesDep,
    user: PersonDep,
    sign_in: SignInDep,
) -> None:
    """Go over to another of your workspaces, with this sign-in."""
    session_id = await _this_session(request, sign_in)
    await services.auth.sessions.switch_tenant(user, session_id, body.tenant_id)


@router.get("/identities", responses=problems(401, 403, 409, 503))
async def list_identities(
    services: ServicesDep, user: PersonDep, _: SignInDep
) -> list[IdentityShape]:
    """What you sign in with elsewhere."""
    found = await services.auth.people.identities(user)
    return [IdentityShape.model_validate(asdict(each)) for each in found]


@router.delete(
    "/identities/{identity_id}", status_code=204, responses=problems(401, 403, 404, 409, 422, 503)
)
async def unlink_identity(
    identity_id: UUID, services: ServicesDep, user: PersonDep, _: SignInDep
) -> None:
    """Sign in with it no more; not with the only thing that is left."""
    await services.auth.people.unlink(user, identity_id)
    await note(services, user, "identity.unlinked", identity_id)


async def _this_session(request: Request, sign_in: SignIn) -> UUID:
    credential: Credential = request.state.credential
    return await sign_in.session_of(credential.token)


def _session(session: Session, this: UUID) -> SessionShape:
    return SessionShape(
        session_id=session.session_id,
        kind=session.kind,
        device=device_name(session.user_agent),
        address=session.address,
        created_at=session.created_at,
        last_seen_at=session.last_seen_at,
        is_this=session.session_id == this,
    )
