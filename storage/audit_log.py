"""The audit log: who did what to which object, from where. It is only ever added to."""

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from domain.identity import UserContext
from storage.database import Connection, Database
from storage.json_columns import to_json
from storage.sql_files import load_statements
from storage.whereabouts import whereabouts

_SQL = load_statements("audit_log")

#: Entries that an export reads at a time; nobody keeps a connection between.
_EXPORT_BATCH: Final = 1_000


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One thing that somebody did."""

    entry_id: int
    user_id: str
    #: `thread.deleted`: the object's type and what happened to it.
    action: str
    object_type: str
    object_id: str
    #: Where it was asked for; None for what the service did by itself.
    address: str | None
    request_id: str | None
    details: Mapping[str, Any]
    created_at: datetime


@dataclass(frozen=True, slots=True)
class AuditSearch:
    """Which entries; what is None means all."""

    action: str | None = None
    object_type: str | None = None
    object_id: str | None = None
    user_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None


async def record(
    where: Connection | Database,
    user: UserContext,
    action: str,
    object_type: str,
    object_id: str,
    address: str | None = None,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Note that somebody did something: with a connection, in the transaction that did it.

    The address is that of the request that is being handled, unless one is given.
    """
    here = whereabouts.get()
    parameters = {
        "tenant_id": user.tenant_id,
        "user_id": user.user_id,
        "action": action,
        "object_type": object_type,
        "object_id": object_id.replace("\x00", ""),
        "address": address or (here.address if here else None),
        "request_id": here.request_id if here else None,
        "details": to_json(dict(details or {}), default=str),
    }
    if isinstance(where, Database):
        async with where.system.connection() as connection:
            await connection.execute(_SQL["insert"], parameters)
    else:
        await where.execute(_SQL["insert"], parameters)


class AuditLog:
    """Reads the entries of a tenant."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(
        self, user: UserContext, search: AuditSearch, limit: int, before: int | None = None
    ) -> list[AuditEntry]:
        """The tenant's entries that fit and are older than `before`, newest first."""
        parameters = {
            "tenant_id": user.tenant_id,
            "limit": limit,
            "before": before,
            "action": search.action,
            "object_type": search.object_type,
            "object_id": search.object_id,
            "user_id": search.user_id,
            "since": search.since,
            "until": search.until,
        }
        async with self._database.acting_for(user) as connection:
            rows = await (await connection.execute(_SQL["page"], parameters)).fetchall()
        return [AuditEntry(**row) for row in rows]

    async def batches(
        self, user: UserContext, search: AuditSearch
    ) -> AsyncGenerator[list[AuditEntry]]:
        """All of the tenant's entries that fit, newest first, some at a time."""
        before = None
        while page := await self.page(user, search, _EXPORT_BATCH, before):
            yield page
            before = page[-1].entry_id


async def clear_entries(connection: Connection, limit: int, days: int) -> int:
    """Delete some entries that are older than so many days; returns how many."""
    row = await (await connection.execute(_SQL["clear"], {"days": days, "limit": limit})).fetchone()
    return row["deleted"] if row else 0
