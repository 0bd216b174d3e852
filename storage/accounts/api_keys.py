"""Personal API keys, by their hashes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from domain.accounts.people import ApiKey
from domain.errors import NotFound, NotSignedIn
from domain.identity import Scope, UserContext
from storage.database import Database
from storage.sql_files import load_statements

_SQL = load_statements("api_keys")
_MOST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class NewKey:
    """What a key is to be."""

    key_hash: bytes
    prefix: str
    name: str
    scopes: frozenset[Scope]
    #: None is for ever.
    good_days: int | None


class ApiKeys:
    """The keys of one user in one tenant at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, key_hash: bytes) -> UserContext:
        """Whose a key is and what it is good for; raises `NotSignedIn`."""
        async with self._database.api.connection() as connection:
            cursor = await connection.execute(_SQL["find"], {"key_hash": key_hash})
            row = await cursor.fetchone()
        if row is None:
            raise NotSignedIn
        return UserContext(row["user_id"], row["tenant_id"], row["role"], frozenset(row["scopes"]))

    async def create(self, user: UserContext, new: NewKey) -> ApiKey:
        """Keep a new key."""
        parameters = {
            **_owner(user),
            "key_hash": new.key_hash,
            "prefix": new.prefix,
            "name": new.name.replace("\x00", ""),
            "scopes": sorted(new.scopes),
            "days": new.good_days,
        }
        async with self._database.api.connection() as connection:
            row = await (await connection.execute(_SQL["insert"], parameters)).fetchone()
        assert row is not None
        return _key(row)

    async def list(self, user: UserContext) -> list[ApiKey]:
        """The user's keys for their tenant, newest first."""
        async with self._database.api.connection() as connection:
            parameters = {**_owner(user), "limit": _MOST_SHOWN}
            rows = await (await connection.execute(_SQL["list"], parameters)).fetchall()
        return [_key(row) for row in rows]

    async def revoke(self, user: UserContext, key_id: UUID) -> None:
        """End a key; raises `NotFound`."""
        async with self._database.api.connection() as connection:
            parameters = {**_owner(user), "key_id": key_id}
            row = await (await connection.execute(_SQL["revoke"], parameters)).fetchone()
        if row is None:
            raise NotFound("key", str(key_id))


def _owner(user: UserContext) -> dict[str, Any]:
    return {"tenant_id": user.tenant_id, "user_id": user.user_id}


def _key(row: Mapping[str, Any]) -> ApiKey:
    values: dict[str, Any] = {**row, "scopes": frozenset(row["scopes"])}
    return ApiKey(**values)
