"""What came in at endpoints, and what became of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

from psycopg.rows import DictRow

from domain.errors import NotFound
from domain.identity import UserContext
from domain.webhooks.endpoints import Delivery, Verdict
from storage.database import Connection, Database
from storage.json_columns import to_json
from storage.sql_files import load_statements

_SQL = load_statements("deliveries")
_FIELDS: Final = tuple(field.name for field in fields(Delivery))


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """A delivery as it came in."""

    endpoint_id: UUID
    connection_id: UUID | None
    service: str
    headers: Mapping[str, str]
    url: str
    body: bytes | None
    received_at: datetime
    event: str | None = None
    task: str | None = None
    sender: str | None = None
    receiver: str | None = None
    dedup_key: str | None = None
    fingerprint: str | None = None
    replay_of: UUID | None = None


@dataclass(frozen=True, slots=True)
class Start:
    """A trigger node that a delivery may start."""

    workflow_id: UUID
    node_id: str
    params: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class DeliverySearch:
    """Which deliveries; what is None means all."""

    endpoint_id: UUID | None = None
    verdict: Verdict | None = None
    since: datetime | None = None
    until: datetime | None = None


class DeliveryRepository:
    """Reads the deliveries of one user at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(
        self, user: UserContext, search: DeliverySearch, limit: int, offset: int
    ) -> list[Delivery]:
        """The user's deliveries, newest first, without their bodies."""
        parameters = {
            **_owner(user),
            "endpoint_id": search.endpoint_id,
            "verdict": search.verdict,
            "since": search.since,
            "until": search.until,
            "limit": limit,
            "offset": offset,
        }
        return await self._all(user, "list", parameters)

    async def newest(self, user: UserContext, endpoint_ids: Sequence[UUID]) -> dict[UUID, Delivery]:
        """The newest delivery at each of these endpoints, without its body."""
        parameters = {**_owner(user), "endpoint_ids": list(endpoint_ids)}
        found = await self._all(user, "newest", parameters)
        return {delivery.endpoint_id: delivery for delivery in found}

    async def get(self, user: UserContext, delivery_id: UUID) -> Delivery:
        """One delivery; raises `NotFound`."""
        found = await self._all(user, "get", {**_owner(user), "delivery_id": delivery_id})
        if not found:
            raise NotFound("delivery", str(delivery_id))
        return found[0]

    async def samples(
        self,
        user: UserContext,
        service: str,
        task: str,
        limit: int,
        since: datetime | None = None,
    ) -> list[Delivery]:
        """The newest deliveries of a trigger; only those since then if a moment is given."""
        which = {"service": service, "task": task, "limit": limit, "since": since}
        return await self._all(user, "samples", {**_owner(user), **which})

    async def sample_of(self, user: UserContext, workflow_id: UUID) -> Delivery | None:
        """The newest delivery for a trigger of a workflow's draft."""
        which = {**_owner(user), "workflow_id": workflow_id}
        found = await self._all(user, "sample_of_workflow", which)
        return found[0] if found else None

    async def last_at(
        self, user: UserContext, service: str, sender: str, receiver: str
    ) -> datetime | None:
        """When somebody last wrote to one of the user's numbers, as far as deliveries are kept."""
        which = {"service": service, "sender": sender, "receiver": receiver}
        parameters = {**_owner(user), **which}
        async with self._database.acting_for(user) as connection:
            row = await (await connection.execute(_SQL["last_inbound"], parameters)).fetchone()
        return row["at"] if row else None

    async def _all(
        self, user: UserContext, statement: str, parameters: Mapping[str, Any]
    ) -> list[Delivery]:
        async with self._database.acting_for(user) as connection:
            cursor = await connection.execute(_SQL[statement], parameters)
            return [_delivery(row) for row in await cursor.fetchall()]


async def accept_delivery(
    connection: Connection, user: UserContext, new: NewDelivery
) -> tuple[UUID, list[Start]] | None:
    """Write a signed delivery, with the owner's triggers for it; None when it came before."""
    delivery_id = uuid4()
    parameters = _columns(user, delivery_id, new)
    cursor = await connection.execute(_SQL["accept"], parameters, prepare=True)
    rows = await cursor.fetchall()
    if not rows:
        return None
    starts = [Start(**row) for row in rows if row["workflow_id"] is not None]
    return delivery_id, starts


async def delivery_before(
    connection: Connection, user: UserContext, endpoint_id: UUID, dedup_key: str
) -> Delivery:
    """The accepted delivery of this key; raises `NotFound`."""
    parameters = {**_owner(user), "endpoint_id": endpoint_id, "dedup_key": dedup_key}
    row = await (await connection.execute(_SQL["before"], parameters)).fetchone()
    if row is None:
        raise NotFound("delivery", dedup_key)
    return _delivery(row)


async def keep_delivery(
    connection: Connection, user: UserContext, new: NewDelivery, verdict: Verdict, reason: str
) -> None:
    """Write a delivery that starts nothing."""
    parameters = {**_columns(user, uuid4(), new), "verdict": verdict, "reason": reason}
    await connection.execute(_SQL["keep"], parameters)


async def cap_quarantine(
    connection: Connection, user: UserContext, endpoint_id: UUID, most: int
) -> None:
    """Delete what nobody vouches for beyond the newest so many."""
    await connection.execute(
        _SQL["cap"], {**_owner(user), "endpoint_id": endpoint_id, "most": most}
    )


async def note_starts(
    connection: Connection,
    user: UserContext,
    delivery_id: UUID,
    starts: Sequence[Mapping[str, Any]],
    reason: str | None,
) -> None:
    """Note what a delivery has started, or why nothing."""
    parameters = {
        **_owner(user),
        "delivery_id": delivery_id,
        "starts": to_json(list(starts), default=str),
        "reason": reason,
    }
    await connection.execute(_SQL["started"], parameters, prepare=True)


async def clear_deliveries(connection: Connection, limit: int, days: int) -> int:
    """Delete some of the deliveries that are so old; returns how many."""
    return (await connection.execute(_SQL["clear"], {"days": days, "limit": limit})).rowcount


def _columns(user: UserContext, delivery_id: UUID, new: NewDelivery) -> dict[str, Any]:
    columns: dict[str, Any] = {field.name: getattr(new, field.name) for field in fields(new)}
    # Text of a sender may hold what no text column does.
    clean = {
        name: value.replace("\x00", "") if isinstance(value, str) else value
        for name, value in columns.items()
    }
    return {
        **clean,
        **_owner(user),
        "delivery_id": delivery_id,
        "headers": to_json(dict(new.headers), default=str),
    }


def _owner(user: UserContext) -> dict[str, Any]:
    return {"tenant_id": user.tenant_id, "user_id": user.user_id}


def _delivery(row: DictRow) -> Delivery:
    return Delivery(**{name: row[name] for name in _FIELDS})
