"""Endpoints of webhooks with their encrypted secrets."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

from psycopg.rows import DictRow

from domain.errors import NotFound, SecretKeyMissing, TooManyRequests
from domain.identity import UserContext
from domain.revealed_secrets import SecretMask
from domain.webhooks.endpoints import Endpoint, EndpointStatus
from domain.webhooks.schemes import Scheme
from storage.connections import newest_key
from storage.database import Connection, Database
from storage.json_columns import to_json
from storage.secret_box import SealedPlace, SecretBox, WrappedKey
from storage.sql_files import load_statements

_SQL = load_statements("webhook_endpoints")
_FIELDS: Final = (
    *("endpoint_id", "service", "name", "token", "connection_id", "status", "secret_set_at"),
    *("previous_until", "created_at"),
)


@dataclass(frozen=True, slots=True)
class NewEndpoint:
    """What an endpoint is made from."""

    service: str
    name: str
    token: str
    scheme: Scheme
    secret: str
    connection_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class OpenEndpoint:
    """An endpoint that is being called, with all that its sender may sign with."""

    endpoint: Endpoint
    owner: UserContext
    secrets: Sequence[str]
    #: By the database's clock.
    called_at: datetime


class EndpointRepository:
    """The endpoints of one user at a time; without a box none can be made or called."""

    def __init__(self, database: Database, box: SecretBox | None, mask: SecretMask) -> None:
        """Tell `mask` of every secret that this process sees."""
        self._database = database
        self._box = box
        self._mask = mask

    async def create(self, user: UserContext, new: NewEndpoint) -> Endpoint:
        """Make an endpoint; raises `SecretKeyMissing` without a key."""
        endpoint_id = uuid4()
        async with self._database.transaction(user) as connection:
            sealed = await self._sealed(connection, user, endpoint_id, {"current": new.secret})
            parameters = {
                **_key(user, endpoint_id),
                **sealed,
                "service": new.service,
                "name": new.name,
                "token": new.token,
                "scheme": to_json(asdict(new.scheme)),
                "connection_id": new.connection_id,
            }
            row = await (await connection.execute(_SQL["insert"], parameters)).fetchone()
        return _found(row, endpoint_id)

    async def list(self, user: UserContext, limit: int = 100, offset: int = 0) -> list[Endpoint]:
        """The user's endpoints, oldest first."""
        parameters = {**_owner(user), "limit": limit, "offset": offset}
        async with self._database.acting_for(user) as connection:
            cursor = await connection.execute(_SQL["list"], parameters)
            return [_endpoint(row) for row in await cursor.fetchall()]

    async def get(self, user: UserContext, endpoint_id: UUID) -> Endpoint:
        """One endpoint; raises `NotFound`."""
        async with self._database.acting_for(user) as connection:
            cursor = await connection.execute(_SQL["get"], _key(user, endpoint_id))
            return _found(await cursor.fetchone(), endpoint_id)

    async def secrets(self, user: UserContext, endpoint_id: UUID) -> Sequence[str]:
        """All that its sender may have signed with; raises `NotFound`, `SecretUnreadable`."""
        async with self._database.transaction(user) as connection:
            return list((await self._revealed(connection, user, endpoint_id)).values())

    async def rotate(
        self, user: UserContext, endpoint_id: UUID, secret: str, grace_s: float
    ) -> Endpoint:
        """Another secret; the present one counts for so long. Raises `NotFound`."""
        async with self._database.transaction(user) as connection:
            before = await self._revealed(connection, user, endpoint_id)
            secrets = {"current": secret, "previous": before["current"]}
            sealed = await self._sealed(connection, user, endpoint_id, secrets)
            parameters = {**_key(user, endpoint_id), **sealed, "grace_s": grace_s}
            row = await (await connection.execute(_SQL["rotate"], parameters)).fetchone()
        return _found(row, endpoint_id)

    async def set_status(
        self, user: UserContext, endpoint_id: UUID, status: EndpointStatus
    ) -> Endpoint:
        """Switch an endpoint off or on; raises `NotFound`."""
        parameters = {**_key(user, endpoint_id), "status": status}
        async with self._database.acting_for(user) as connection:
            cursor = await connection.execute(_SQL["set_status"], parameters)
            return _found(await cursor.fetchone(), endpoint_id)

    async def delete(self, user: UserContext, endpoint_id: UUID) -> None:
        """Delete an endpoint with its deliveries; raises `NotFound`."""
        async with self._database.acting_for(user) as connection:
            cursor = await connection.execute(_SQL["delete"], _key(user, endpoint_id))
            if await cursor.fetchone() is None:
                raise NotFound("endpoint", str(endpoint_id))

    async def _revealed(
        self, connection: Connection, user: UserContext, endpoint_id: UUID
    ) -> dict[str, str]:
        cursor = await connection.execute(_SQL["lock"], _key(user, endpoint_id))
        row = await cursor.fetchone()
        if row is None:
            raise NotFound("endpoint", str(endpoint_id))
        return opened_secrets(self._box_or_raise(), self._mask, row)

    async def _sealed(
        self,
        connection: Connection,
        user: UserContext,
        endpoint_id: UUID,
        secrets: Mapping[str, str],
    ) -> dict[str, Any]:
        box = self._box_or_raise()
        self._mask.add_revealed({}, secrets)
        key = await newest_key(connection, box, user.tenant_id)
        place = SealedPlace(user.tenant_id, endpoint_id, key.version)
        return {"secret": box.seal(key, place, secrets), "key_version": key.version}

    def _box_or_raise(self) -> SecretBox:
        if self._box is None:
            raise SecretKeyMissing
        return self._box


@dataclass(frozen=True, slots=True)
class EndpointDoor:
    """Finds the endpoint that a stranger calls."""

    database: Database
    box: SecretBox | None
    mask: SecretMask
    #: Deliveries that one endpoint takes a second.
    per_s: int

    async def called(self, service: str, token: str) -> OpenEndpoint:
        """The active endpoint of an address, counted against its rate.

        Raises `NotFound`, `TooManyRequests`, `SecretKeyMissing`.
        """
        if self.box is None:
            raise SecretKeyMissing
        parameters = {"token": token, "service": service, "per_s": self.per_s}
        async with self.database.system.connection() as connection:
            cursor = await connection.execute(_SQL["open"], parameters, prepare=True)
            row = await cursor.fetchone()
        if row is None:
            raise NotFound("webhook", "at this address")
        if not row["fitted"]:
            raise TooManyRequests("There were too many deliveries", 1)
        secrets = opened_secrets(self.box, self.mask, row)
        if not row["previous_counts"]:
            secrets.pop("previous", None)
        owner = UserContext(row["user_id"], row["tenant_id"])
        return OpenEndpoint(_endpoint(row), owner, list(secrets.values()), row["now"])


def opened_secrets(box: SecretBox, mask: SecretMask, row: DictRow) -> dict[str, str]:
    """The secrets of an endpoint's row with its key; raises `SecretUnreadable`."""
    place = SealedPlace(row["tenant_id"], row["endpoint_id"], row["key_version"])
    key = WrappedKey(row["tenant_id"], row["key_version"], row["master_id"], row["wrapped_key"])
    secrets = box.open(key, place, row["secret"])
    mask.add_revealed({}, secrets)
    return secrets


def _owner(user: UserContext) -> dict[str, Any]:
    return {"tenant_id": user.tenant_id, "user_id": user.user_id}


def _key(user: UserContext, endpoint_id: UUID) -> dict[str, Any]:
    return {**_owner(user), "endpoint_id": endpoint_id}


def _endpoint(row: DictRow) -> Endpoint:
    scheme = Scheme(**row["scheme"])
    return Endpoint(scheme=scheme, **{name: row[name] for name in _FIELDS})


def _found(row: DictRow | None, endpoint_id: UUID) -> Endpoint:
    if row is None:
        raise NotFound("endpoint", str(endpoint_id))
    return _endpoint(row)
