"""Connections with their encrypted secrets, which only the engine ever sees again."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Final
from uuid import UUID, uuid4

import psycopg
from psycopg.rows import DictRow

from domain.connections import Connection, ConnectionStatus, ConnectionValues
from domain.errors import Conflict, NotFound, SecretKeyMissing
from domain.identity import UserContext
from domain.revealed_secrets import Revealed, SecretMask
from storage.database import Connection as DatabaseConnection
from storage.database import Database
from storage.json_columns import to_json
from storage.secret_box import SealedPlace, SecretBox, WrappedKey
from storage.sql_files import load_statements

_SQL = load_statements("connections")
_FIELDS: Final = frozenset(field.name for field in fields(Connection))


@dataclass(frozen=True, slots=True)
class ConnectionChange:
    """What becomes different; None leaves what there is."""

    name: str | None = None
    settings: Mapping[str, str] | None = None
    #: All of them: what is not named is gone.
    secrets: Mapping[str, str] | None = None
    status: ConnectionStatus | None = None


class ConnectionRepository:
    """The connections of one user at a time.

    Without a box, since there is no key, none can be made or used.
    """

    def __init__(self, database: Database, box: SecretBox | None, mask: SecretMask) -> None:
        """Tell `mask` of every secret that this process sees."""
        self._database = database
        self._box = box
        self._mask = mask

    async def create(
        self, user: UserContext, name: str, kind: str, values: ConnectionValues
    ) -> Connection:
        """Make a connection of checked values.

        Raises `Conflict` when the name is taken, `SecretKeyMissing` without a key.
        """
        self._mask.add_revealed(values.settings, values.secrets)
        connection_id = uuid4()
        async with self._database.transaction(user) as connection:
            sealed = await self._sealed(connection, user, connection_id, values.secrets)
            parameters = {
                **_key(user, connection_id),
                **sealed,
                "name": name,
                "kind": kind,
                "settings": to_json(values.settings),
            }
            row = await (await connection.execute(_SQL["insert"], parameters)).fetchone()
        if row is None:
            raise _taken()
        return _connection(row)

    async def list(self, user: UserContext, limit: int = 100, offset: int = 0) -> list[Connection]:
        """The user's connections by name."""
        parameters = {**_owner(user), "limit": limit, "offset": offset}
        async with self._database.acting_for(user) as connection:
            cursor = await connection.execute(_SQL["list"], parameters)
            return [_connection(row) for row in await cursor.fetchall()]

    async def get(self, user: UserContext, connection_id: UUID) -> Connection:
        """One connection; raises `NotFound`."""
        async with self._database.acting_for(user) as connection:
            cursor = await connection.execute(_SQL["get"], _key(user, connection_id))
            row = await cursor.fetchone()
        return _found(row, connection_id)

    async def change(
        self, user: UserContext, connection_id: UUID, change: ConnectionChange
    ) -> Connection:
        """Change a connection; raises `NotFound`, `Conflict` when the name is taken."""
        sealed: dict[str, Any] = dict.fromkeys(("secret", "secret_names", "key_version"))
        try:
            async with self._database.transaction(user) as connection:
                if change.secrets is not None:
                    self._mask.add_revealed(change.settings or {}, change.secrets)
                    sealed = await self._sealed(connection, user, connection_id, change.secrets)
                parameters = {
                    **_key(user, connection_id),
                    **sealed,
                    "name": change.name,
                    "settings": None if change.settings is None else to_json(change.settings),
                    "status": change.status,
                }
                row = await (await connection.execute(_SQL["change"], parameters)).fetchone()
        except psycopg.errors.UniqueViolation as error:
            raise _taken() from error
        return _found(row, connection_id)

    async def delete(self, user: UserContext, connection_id: UUID) -> None:
        """Delete a connection with its secrets; raises `NotFound`."""
        async with self._database.acting_for(user) as connection:
            cursor = await connection.execute(_SQL["delete"], _key(user, connection_id))
            if await cursor.fetchone() is None:
                raise _missing(connection_id)

    async def reveal(self, user: UserContext, connection_id: UUID) -> Revealed:
        """The secrets, for one call of the engine and for nothing that is stored or shown.

        Raises `NotFound`, `Conflict` for a connection that is off, `SecretKeyMissing`, and
        `SecretUnreadable` when it was encrypted with a key that is not there.
        """
        box = self._box_or_raise()
        async with self._database.runs.connection() as connection, connection.transaction():
            cursor = await connection.execute(_SQL["use"], _key(user, connection_id))
            row = await cursor.fetchone()
            if row is None:
                raise _missing(connection_id)
            # In a statement of its own: a rotation that came between has given it another key.
            version = {"tenant_id": user.tenant_id, "key_version": row["key_version"]}
            key = await (await connection.execute(_SQL["key"], version)).fetchone()
        assert key
        if row["status"] != "active":
            raise Conflict(
                f"The connection {connection_id} is switched off. Switch it on to use it."
            )
        place = SealedPlace(user.tenant_id, connection_id, row["key_version"])
        secrets = box.open(_wrapped(key), place, row["secret"])
        self._mask.add_revealed(row["settings"], secrets)
        return Revealed(row["kind"], row["settings"], secrets)

    async def _sealed(
        self,
        connection: DatabaseConnection,
        user: UserContext,
        connection_id: UUID,
        secrets: Mapping[str, str],
    ) -> dict[str, Any]:
        """The columns of encrypted secrets, inside the transaction that writes them."""
        box = self._box_or_raise()
        key = await newest_key(connection, box, user.tenant_id)
        place = SealedPlace(user.tenant_id, connection_id, key.version)
        return {
            "secret": box.seal(key, place, secrets),
            "secret_names": sorted(secrets),
            "key_version": key.version,
        }

    def _box_or_raise(self) -> SecretBox:
        if self._box is None:
            raise SecretKeyMissing
        return self._box


async def newest_key(connection: DatabaseConnection, box: SecretBox, tenant_id: str) -> WrappedKey:
    """The tenant's data key, made when it has none."""
    parameters = {"tenant_id": tenant_id}
    await connection.execute(_SQL["keep_key"], parameters)
    row = await (await connection.execute(_SQL["newest_key"], parameters)).fetchone()
    if row is None:
        await connection.execute(_SQL["insert_key"], key_columns(box.new_key(tenant_id, 1)))
        row = await (await connection.execute(_SQL["newest_key"], parameters)).fetchone()
    assert row
    return _wrapped(row)


def key_columns(key: WrappedKey) -> dict[str, Any]:
    """A data key as its row."""
    return {
        "tenant_id": key.tenant_id,
        "key_version": key.version,
        "master_id": key.master_id,
        "wrapped_key": key.wrapped,
    }


def _wrapped(row: Mapping[str, Any]) -> WrappedKey:
    return WrappedKey(row["tenant_id"], row["key_version"], row["master_id"], row["wrapped_key"])


def _owner(user: UserContext) -> dict[str, Any]:
    return {"tenant_id": user.tenant_id, "user_id": user.user_id}


def _key(user: UserContext, connection_id: UUID) -> dict[str, Any]:
    return {**_owner(user), "connection_id": connection_id}


def _connection(row: Mapping[str, Any]) -> Connection:
    known = {name: row[name] for name in _FIELDS if name in row}
    return Connection(**known, secrets_set=row["secret_names"])


def _found(row: DictRow | None, connection_id: UUID) -> Connection:
    if row is None:
        raise _missing(connection_id)
    return _connection(row)


def _missing(connection_id: UUID) -> NotFound:
    return NotFound("connection", str(connection_id))


def _taken() -> Conflict:
    return Conflict("There is a connection of that name already. Choose another name.")
