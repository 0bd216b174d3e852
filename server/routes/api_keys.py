"""Personal API keys: made, shown once, listed and revoked by the person whose they are."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field, StringConstraints

from domain.accounts.people import ApiKey
from domain.accounts.permissions import require
from domain.identity import Scope
from server.audit_notes import note
from server.auth.opaque_tokens import API_KEY, hashed, new_token, shown_part
from server.dependencies import PersonDep, ServicesDep, accounts_are_on
from server.shapes import problems
from storage.accounts.api_keys import NewKey

router = APIRouter(
    prefix="/account/keys", tags=["account"], dependencies=[Depends(accounts_are_on)]
)


class KeyRequest(BaseModel):
    """What a key is to be."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
    scopes: set[Scope] = Field(
        min_length=1, description="`read` looks, `write` changes things and starts runs."
    )
    expires_in_days: Annotated[int, Field(ge=1, le=3650)] | None = Field(
        None, description="How long it is good; for ever when missing."
    )


class KeyShape(BaseModel):
    """A key, without the key."""

    key_id: UUID
    name: str
    prefix: str = Field(description="How it begins.")
    scopes: list[Scope]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None


class NewKeyShape(KeyShape):
    """A key that was just made."""

    key: str = Field(description="The key itself. It is shown this once.")


@router.get("", responses=problems(401, 403, 409, 503))
async def list_keys(services: ServicesDep, user: PersonDep) -> list[KeyShape]:
    """Your keys for this workspace, newest first."""
    return [_shape(key) for key in await services.auth.keys.list(user)]


@router.post("", status_code=201, responses=problems(401, 403, 409, 422, 503))
async def create_key(body: KeyRequest, services: ServicesDep, user: PersonDep) -> NewKeyShape:
    """Make a key for this workspace. It acts as you, as far as its scopes and your role go."""
    if "write" in body.scopes:
        require(user, "write")
    key = new_token(API_KEY)
    scopes = frozenset(body.scopes)
    new = NewKey(hashed(key), shown_part(key), body.name, scopes, body.expires_in_days)
    made = await services.auth.keys.create(user, new)
    await note(services, user, "key.created", made.key_id, name=made.name, scopes=sorted(scopes))
    return NewKeyShape(**_shape(made).model_dump(), key=key)


@router.delete("/{key_id}", status_code=204, responses=problems(401, 403, 404, 409, 422, 503))
async def revoke_key(key_id: UUID, services: ServicesDep, user: PersonDep) -> None:
    """End a key."""
    await services.auth.keys.revoke(user, key_id)
    await note(services, user, "key.revoked", key_id)


def _shape(key: ApiKey) -> KeyShape:
    return KeyShape.model_validate({**asdict(key), "scopes": sorted(key.scopes)})
