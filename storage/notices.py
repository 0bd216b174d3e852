"""What people are told: kept for them here, and handed to the service's e-mail."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

from domain.errors import NotFound
from domain.identity import UserContext
from domain.workflows.notices import Notice
from storage.database import Connection, Database, retried
from storage.json_columns import to_json
from storage.sql_files import load_statements

_SQL = load_statements("notices")
_MOST_ERROR: Final = 500


@dataclass(frozen=True, slots=True)
class Receiver:
    """Who is told: a member, or an approver's address."""

    member_id: str | None
    approver_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """What somebody was told."""

    notification_id: UUID
    kind: str
    title: str
    message: str
    about: dict[str, Any]
    created_at: datetime
    read_at: datetime | None


@dataclass(frozen=True, slots=True)
class DueMail:
    """A message to send."""

    notification_id: UUID
    approver_id: UUID | None
    title: str
    message: str
    about: dict[str, Any]
    #: This is the so-manieth.
    mail_attempts: int
    #: None when the account has no address.
    email: str | None
    #: Its receiver has no account, so votes by a token.
    needs_token: bool


class NoticeRepository:
    """What one user at a time is told: a `Notifier`."""

    def __init__(self, database: Database, *, with_mail: bool) -> None:
        """`with_mail` says whether the service can send e-mail."""
        self._database = database
        self._with_mail = with_mail

    async def notify(self, user: UserContext, notice: Notice) -> None:
        """Tell one user."""
        receivers = [Receiver(user.user_id)]

        async def told() -> None:
            async with self._database.transaction(user) as connection:
                mail = self._with_mail
                await tell(connection, user.tenant_id, receivers, notice, with_mail=mail)

        await retried(told)

    async def list(
        self, user: UserContext, limit: int, offset: int, *, unread: bool = False
    ) -> list[Told]:
        """What the user was told, newest first."""
        page = {"limit": limit, "offset": offset, "unread": unread}
        async with self._database.acting_for(user) as connection:
            cursor = await connection.execute(_SQL["list"], {**_owner(user), **page})
            return [Told(**row) for row in await cursor.fetchall()]

    async def mark_read(self, user: UserContext, notification_id: UUID) -> None:
        """Note that one was read; raises `NotFound`."""
        parameters = {**_owner(user), "notification_id": notification_id}
        async with self._database.acting_for(user) as connection:
            if not (await connection.execute(_SQL["mark_read"], parameters)).rowcount:
                raise NotFound("notification", str(notification_id))

    async def mark_all_read(self, user: UserContext) -> int:
        """Note that all were read; returns how many were not yet."""
        async with self._database.acting_for(user) as connection:
            return (await connection.execute(_SQL["mark_all_read"], _owner(user))).rowcount


class MailQueue:
    """The messages of all users that are to be sent, for the processes that send them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim(self, limit: int, lease_s: float) -> list[DueMail]:
        """The next messages; nobody else gets them until the lease is over."""
        parameters = {"limit": limit, "lease_s": lease_s}
        async with self._database.system.connection() as connection:
            cursor = await connection.execute(_SQL["claim_mails"], parameters)
            return [DueMail(**row) for row in await cursor.fetchall()]

    async def keep_token(self, approver_id: UUID, token_hash: bytes) -> None:
        """Let a token stand for an approver."""
        parameters = {"approver_id": approver_id, "token_hash": token_hash}
        async with self._database.system.connection() as connection:
            await connection.execute(_SQL["keep_token"], parameters)

    async def sent(self, notification_id: UUID) -> None:
        """Note that it was handed over."""
        async with self._database.system.connection() as connection:
            await connection.execute(_SQL["mail_sent"], {"notification_id": notification_id})

    async def failed(self, notification_id: UUID, error: str, again_in_s: float | None) -> None:
        """Note why it was not; without a wait it is given up."""
        parameters = {
            "notification_id": notification_id,
            "error": error[:_MOST_ERROR].replace("\x00", ""),
            "again_in_s": again_in_s,
        }
        async with self._database.system.connection() as connection:
            await connection.execute(_SQL["mail_failed"], parameters)

    async def next_s(self) -> float | None:
        """In how many seconds the next message is due; None when there is none."""
        async with self._database.system.connection() as connection:
            row = await (await connection.execute(_SQL["next_mail"])).fetchone()
        return row["seconds"] if row else None


async def tell(
    connection: Connection,
    tenant_id: str,
    receivers: Sequence[Receiver],
    notice: Notice,
    *,
    with_mail: bool,
) -> None:
    """Tell people of a tenant something, in the caller's transaction."""
    for receiver in receivers:
        parameters = {
            "notification_id": uuid4(),
            "tenant_id": tenant_id,
            "receiver_id": receiver.member_id,
            "approver_id": receiver.approver_id,
            "kind": notice.kind,
            "title": notice.title.replace("\x00", ""),
            "message": notice.message.replace("\x00", ""),
            "about": to_json(notice.about, default=str),
            "with_mail": with_mail,
        }
        await connection.execute(_SQL["tell"], parameters)


def _owner(user: UserContext) -> dict[str, Any]:
    return {"tenant_id": user.tenant_id, "user_id": user.user_id}
