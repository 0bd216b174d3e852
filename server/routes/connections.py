"""Connections: credentials of services outside, which are taken in and never given out."""

import asyncio
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID, uuid4

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field, SecretStr

from domain.connections import (
    MOST_CHARACTERS,
    MOST_NAME_CHARACTERS,
    Connection,
    ConnectionStatus,
    checked_name,
    checked_values,
)
from domain.errors import AnswerTooLarge, Conflict, InvalidInput, ProviderFailed
from server.audit_notes import note
from server.dependencies import ServicesDep, UserDep
from server.shapes import problems
from storage.connections import ConnectionChange
from tools.integration import Call

router = APIRouter(prefix="/connections", tags=["connections"])

_MOST_FIELDS = 20
#: How long a service may take to let somebody in.
_PATIENCE_S: Final = 20.0
_NO_ANSWER: Final = "There was no answer in time. Check the address, and try again later."

Name = Annotated[
    str, Field(min_length=1, max_length=MOST_NAME_CHARACTERS, examples=["Company CRM"])
]
Settings = Annotated[
    dict[str, Annotated[str, Field(max_length=MOST_CHARACTERS)]],
    Field(max_length=_MOST_FIELDS, description="The fields of the kind that are no secrets."),
]
Secrets = Annotated[
    dict[str, Annotated[SecretStr, Field(max_length=MOST_CHARACTERS)]],
    Field(max_length=_MOST_FIELDS, description="Its secret fields; no answer has them."),
]


class FieldShape(BaseModel):
    """One value that a kind of connection needs."""

    name: str
    title: str
    is_secret: bool = Field(description="Goes into `secrets` instead of `settings`.")
    is_required: bool
    help: str


class KindShape(BaseModel):
    """One way to sign in somewhere."""

    name: str = Field(examples=["api_key"])
    title: str
    help: str
    fields: list[FieldShape]


class ConnectionShape(BaseModel):
    """A connection; of its secrets only which are set, and since when."""

    connection_id: UUID
    name: str
    kind: str
    settings: dict[str, str]
    secrets_set: list[str] = Field(description="The secret fields that have a value.")
    secrets_set_at: datetime
    status: ConnectionStatus = Field(description="One that is off is kept and not used.")
    created_at: datetime
    updated_at: datetime
    last_used_at: datetime | None


class NewConnection(BaseModel):
    """What a connection is made from."""

    name: Name
    kind: str = Field(max_length=MOST_NAME_CHARACTERS, examples=["api_key"])
    settings: Settings = Field(default_factory=dict)
    secrets: Secrets = Field(default_factory=dict)


class ChangedConnection(BaseModel):
    """What becomes different; all settings or secrets are replaced when any are given."""

    name: Name | None = None
    settings: Settings | None = None
    secrets: Secrets | None = None
    status: ConnectionStatus | None = None


class TestedConnection(BaseModel):
    """What came of signing in."""

    ok: bool
    message: str = Field(examples=["Signed in to the Slack workspace Shop as goldenbot."])


@router.get("/kinds", responses=problems(503))
async def list_kinds(services: ServicesDep, user: UserDep) -> list[KindShape]:
    """The kinds of connections that there are, and what each needs."""
    return [KindShape.model_validate(asdict(kind)) for kind in services.connection_kinds.all()]


@router.get("", responses=problems(422, 503))
async def list_connections(
    services: ServicesDep,
    user: UserDep,
    limit: Annotated[int, Query(ge=1, le=200, description="How many at most.")] = 100,
    offset: Annotated[int, Query(ge=0, description="How many to leave out.")] = 0,
) -> list[ConnectionShape]:
    """Your connections by name."""
    return [_shape(each) for each in await services.connections.list(user, limit, offset)]


@router.post("", status_code=201, responses=problems(409, 422, 503))
async def create_connection(
    body: NewConnection, services: ServicesDep, user: UserDep
) -> ConnectionShape:
    """Keep credentials, encrypted; your runs use them by the connection's id."""
    kind = services.connection_kinds.get(body.kind)
    values = checked_values(kind, body.settings, _plain(body.secrets))
    name = checked_name(body.name)
    made = await services.connections.create(user, name, kind.name, values)
    await note(services, user, "connection.created", made.connection_id, name=name, kind=kind.name)
    return _shape(made)


@router.get("/{connection_id}", responses=problems(404, 422, 503))
async def get_connection(
    connection_id: UUID, services: ServicesDep, user: UserDep
) -> ConnectionShape:
    """One connection."""
    return _shape(await services.connections.get(user, connection_id))


@router.patch("/{connection_id}", responses=problems(404, 409, 422, 503))
async def change_connection(
    connection_id: UUID, body: ChangedConnection, services: ServicesDep, user: UserDep
) -> ConnectionShape:
    """Give a connection another name, other settings or secrets, or switch it off or on."""
    present = await services.connections.get(user, connection_id)
    kind = services.connection_kinds.get(present.kind)
    secrets = None if body.secrets is None else _plain(body.secrets)
    values = checked_values(kind, body.settings, secrets)
    change = ConnectionChange(
        name=None if body.name is None else checked_name(body.name),
        settings=None if body.settings is None else values.settings,
        secrets=None if secrets is None else values.secrets,
        status=body.status,
    )
    changed = await services.connections.change(user, connection_id, change)
    what = sorted(body.model_fields_set)
    await note(services, user, "connection.changed", connection_id, fields=what)
    return _shape(changed)


@router.post("/{connection_id}/test", responses=problems(404, 409, 422, 503))
async def test_connection(
    connection_id: UUID, services: ServicesDep, user: UserDep
) -> TestedConnection:
    """Sign in with a connection, without changing anything, and say as whom."""
    revealed = await services.connections.reveal(user, connection_id)
    test = services.integrations.of_kind(revealed.kind).test
    if test is None:
        raise Conflict(
            "Connections of this kind cannot be tried out alone. Use it in a workflow's step."
        )
    call = Call(user, services.ports, key=str(uuid4()), connection=revealed)
    try:
        async with asyncio.timeout(_PATIENCE_S):
            message = await test(call)
    except TimeoutError:
        return TestedConnection(ok=False, message=_NO_ANSWER)
    except (ProviderFailed, InvalidInput, AnswerTooLarge) as error:
        # What somebody outside answers may repeat the credentials.
        return TestedConnection(ok=False, message=services.mask.text(str(error)))
    return TestedConnection(ok=True, message=services.mask.text(message))


@router.delete("/{connection_id}", status_code=204, responses=problems(404, 422, 503))
async def delete_connection(connection_id: UUID, services: ServicesDep, user: UserDep) -> None:
    """Delete a connection with its credentials; runs that name it fail from then on."""
    await services.connections.delete(user, connection_id)
    await note(services, user, "connection.deleted", connection_id)


def _plain(secrets: dict[str, SecretStr]) -> dict[str, str]:
    return {name: value.get_secret_value() for name, value in secrets.items()}


def _shape(connection: Connection) -> ConnectionShape:
    fields: dict[str, Any] = asdict(connection)
    return ConnectionShape.model_validate(fields)
