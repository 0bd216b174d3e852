"""Endpoints of webhooks: the addresses that providers are told, and their secrets."""

import secrets
from datetime import datetime
from typing import Annotated, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field, SecretStr

from domain.connections import LEAST_SECRET_CHARACTERS, MOST_NAME_CHARACTERS
from domain.webhooks.endpoints import Endpoint, EndpointStatus, scheme_of
from domain.webhooks.schemes import Algorithm, Scheme, SchemeKind, checked_secret
from server.audit_notes import note
from server.dependencies import ServicesDep, UserDep
from server.settings import Settings
from server.shapes import problems
from storage.webhook_endpoints import NewEndpoint

router = APIRouter(prefix="/webhook-endpoints", tags=["webhooks"])

_TOKEN_BYTES: Final = 24
_HOUR_S: Final = 3_600
_NO_PUBLIC_URL: Final = (
    "Providers cannot reach this address: set GOLDENPATH_PUBLIC_URL to where people reach the "
    "service, and tell them the address that is shown then."
)

Secret = Annotated[SecretStr, Field(min_length=LEAST_SECRET_CHARACTERS, max_length=500)]


class SchemeShape(BaseModel):
    """How the sender signs; all but the kind is for `hmac`."""

    kind: SchemeKind
    header: str = Field("X-Signature", pattern=r"^[A-Za-z0-9-]{1,100}$")
    algorithm: Algorithm = "sha256"
    encoding: Literal["hex", "base64"] = "hex"
    prefix: str = Field("", max_length=20, description="Before the signature, as in `sha256=`.")
    id_field: str | None = Field(
        None, max_length=200, description="Where in a JSON body its id is, as in `event.id`."
    )


class NewEndpointShape(BaseModel):
    """What an endpoint is made from."""

    service: str = Field(max_length=50, examples=["razorpay"])
    name: str = Field("", max_length=MOST_NAME_CHARACTERS)
    secret: Secret = Field(description="What the sender signs with; no answer has it.")
    webhook_scheme: SchemeShape | None = Field(
        None, description="How it signs, where its service leaves a choice."
    )
    connection_id: UUID | None = Field(
        None, description="What comes in counts as this connection's."
    )


class NewSecretShape(BaseModel):
    """Another secret; the present one counts for a while."""

    secret: Secret


class StatusShape(BaseModel):
    """Whether an endpoint takes deliveries."""

    status: EndpointStatus


class EndpointShape(BaseModel):
    """An endpoint, without its secret."""

    endpoint_id: UUID
    service: str
    name: str
    url: str = Field(description="The address to tell the provider.")
    hint: str | None = Field(description="What is missing before providers reach it.")
    kind: SchemeKind
    connection_id: UUID | None
    status: EndpointStatus
    secret_set_at: datetime
    previous_until: datetime | None = Field(description="So long the secret before counts.")
    created_at: datetime


@router.get("", responses=problems(422, 503))
async def list_endpoints(
    services: ServicesDep,
    user: UserDep,
    limit: Annotated[int, Query(ge=1, le=200, description="How many at most.")] = 100,
    offset: Annotated[int, Query(ge=0, description="How many to leave out.")] = 0,
) -> list[EndpointShape]:
    """Your endpoints, oldest first."""
    found = await services.triggers.endpoints.list(user, limit, offset)
    return [_shape(services.settings, each) for each in found]


@router.post("", status_code=201, responses=problems(404, 422, 503))
async def create_endpoint(
    body: NewEndpointShape, services: ServicesDep, user: UserDep
) -> EndpointShape:
    """Make an address for a provider to call."""
    asked = None if body.webhook_scheme is None else Scheme(**body.webhook_scheme.model_dump())
    scheme = scheme_of(body.service, asked)
    if body.connection_id is not None:
        await services.connections.get(user, body.connection_id)
    new = NewEndpoint(
        service=body.service,
        name=body.name.strip() or body.service,
        token=secrets.token_urlsafe(_TOKEN_BYTES),
        scheme=scheme,
        secret=checked_secret(scheme.kind, body.secret.get_secret_value()),
        connection_id=body.connection_id,
    )
    made = await services.triggers.endpoints.create(user, new)
    await note(services, user, "endpoint.created", made.endpoint_id, service=made.service)
    return _shape(services.settings, made)


@router.get("/{endpoint_id}", responses=problems(404, 422, 503))
async def get_endpoint(endpoint_id: UUID, services: ServicesDep, user: UserDep) -> EndpointShape:
    """One endpoint."""
    return _shape(services.settings, await services.triggers.endpoints.get(user, endpoint_id))


@router.post("/{endpoint_id}/secret", responses=problems(404, 422, 503))
async def rotate_secret(
    endpoint_id: UUID, body: NewSecretShape, services: ServicesDep, user: UserDep
) -> EndpointShape:
    """Give it another secret; what is signed with the present one counts for a while."""
    present = await services.triggers.endpoints.get(user, endpoint_id)
    secret = checked_secret(present.scheme.kind, body.secret.get_secret_value())
    grace_s = services.settings.webhook_grace_h * _HOUR_S
    changed = await services.triggers.endpoints.rotate(user, endpoint_id, secret, grace_s)
    await note(services, user, "endpoint.rotated", endpoint_id)
    return _shape(services.settings, changed)


@router.patch("/{endpoint_id}", responses=problems(404, 422, 503))
async def switch_endpoint(
    endpoint_id: UUID, body: StatusShape, services: ServicesDep, user: UserDep
) -> EndpointShape:
    """Switch it off or on; one that is off is unknown to whoever calls it."""
    changed = await services.triggers.endpoints.set_status(user, endpoint_id, body.status)
    await note(services, user, "endpoint.changed", endpoint_id, status=body.status)
    return _shape(services.settings, changed)


@router.delete("/{endpoint_id}", status_code=204, responses=problems(404, 422, 503))
async def delete_endpoint(endpoint_id: UUID, services: ServicesDep, user: UserDep) -> None:
    """Delete it with its deliveries; whoever calls it is refused from then on."""
    await services.triggers.endpoints.delete(user, endpoint_id)
    await note(services, user, "endpoint.deleted", endpoint_id)


def _shape(settings: Settings, endpoint: Endpoint) -> EndpointShape:
    return EndpointShape(
        endpoint_id=endpoint.endpoint_id,
        service=endpoint.service,
        name=endpoint.name,
        url=f"{settings.reached_at}/webhooks/{endpoint.service}/{endpoint.token}",
        hint=None if settings.public_url else _NO_PUBLIC_URL,
        kind=endpoint.scheme.kind,
        connection_id=endpoint.connection_id,
        status=endpoint.status,
        secret_set_at=endpoint.secret_set_at,
        previous_until=endpoint.previous_until,
        created_at=endpoint.created_at,
    )
