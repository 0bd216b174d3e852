"""Rotation: every tenant gets a new data key under the present key of the service.

It works beside a running service and may be stopped anywhere: each step is a transaction that
leaves everything readable, and the next rotation goes on from there.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from storage.connections import key_columns
from storage.database import Connection, Database
from storage.secret_box import SealedPlace, SecretBox, WrappedKey
from storage.sql_files import load_statements

_SQL = load_statements("secret_rotation")
_KEYS = load_statements("connections")

#: What has secrets of its own, as its statements call it.
_KINDS = ("connection", "endpoint")

#: Of each, how many one transaction encrypts, and tenants that are listed at a time.
_BATCH = 100


@dataclass(slots=True)
class Rotated:
    """What a rotation has done."""

    tenants: int = 0
    connections: int = 0


async def rotate_secrets(database: Database, box: SecretBox) -> Rotated:
    """Encrypt all secrets with new keys; raises `SecretUnreadable` when an old key is missing."""
    done = Rotated()
    async for tenant_id in _tenants(database):
        async with database.system_transaction() as connection:
            key = await _replaced_key(connection, box, tenant_id)
        while True:
            async with database.system_transaction() as connection:
                moved = 0
                for kind in _KINDS:
                    moved += await _encrypt_some(connection, box, key, kind)
                done.connections += moved
                if not moved:
                    version = {"tenant_id": tenant_id, "key_version": key.version}
                    await connection.execute(_SQL["delete_keys"], version)
                    break
        done.tenants += 1
    return done


async def _tenants(database: Database) -> AsyncIterator[str]:
    after = ""
    while True:
        async with database.system_transaction() as connection:
            cursor = await connection.execute(_SQL["tenants"], {"after": after, "limit": _BATCH})
            rows = await cursor.fetchall()
        for row in rows:
            yield row["tenant_id"]
        if not rows:
            return
        after = rows[-1]["tenant_id"]


async def _replaced_key(connection: Connection, box: SecretBox, tenant_id: str) -> WrappedKey:
    """A new data key; whoever encrypts after this transaction does so with it."""
    parameters = {"tenant_id": tenant_id}
    await connection.execute(_SQL["replace_key"], parameters)
    row = await (await connection.execute(_KEYS["newest_key"], parameters)).fetchone()
    key = box.new_key(tenant_id, row["key_version"] + 1 if row else 1)
    await connection.execute(_KEYS["insert_key"], key_columns(key))
    return key


async def _encrypt_some(connection: Connection, box: SecretBox, key: WrappedKey, kind: str) -> int:
    version = {"tenant_id": key.tenant_id, "key_version": key.version}
    cursor = await connection.execute(_SQL[f"older_{kind}s"], {**version, "limit": _BATCH})
    rows = await cursor.fetchall()
    for row in rows:
        old_key = WrappedKey(
            key.tenant_id, row["key_version"], row["master_id"], row["wrapped_key"]
        )
        old = SealedPlace(key.tenant_id, row["owner_id"], row["key_version"])
        new = SealedPlace(key.tenant_id, row["owner_id"], key.version)
        secret = box.seal(key, new, box.open(old_key, old, row["secret"]))
        parameters = {**version, "owner_id": row["owner_id"], "secret": secret}
        await connection.execute(_SQL[f"encrypt_{kind}"], parameters)
    return len(rows)
