"""Invitations: one-time links into a tenant, and the one that makes the first account."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from domain.accounts.people import Invitation
from domain.accounts.permissions import require, require_over
from domain.errors import LinkSpent, NotFound
from domain.identity import Role, UserContext
from storage.database import Database
from storage.sql_files import load_statements

_SQL = load_statements("invitations")
_MOST_SHOWN: Final = 200

#: How long links are good, seconds: a week, and for the first account until a few starts later.
GOOD_S: Final = 7 * 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Offer:
    """What a link is good for."""

    #: None makes the first account.
    tenant_id: str | None
    tenant_name: str | None
    role: Role
    #: Whom it is for; None for whoever has the link.
    email: str | None


class Invitations:
    """The open links of one tenant at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, token_hash: bytes) -> Offer:
        """What a link is good for; raises `LinkSpent`."""
        async with self._database.api.connection() as connection:
            cursor = await connection.execute(_SQL["find"], {"token_hash": token_hash})
            row = await cursor.fetchone()
        if row is None:
            raise LinkSpent
        return Offer(row["tenant_id"], row["tenant_name"], row["role"], row["email"])

    async def create_first(self, token_hash: bytes) -> bool:
        """Keep the link that makes the first account; false when there is an account."""
        async with self._database.api.connection() as connection:
            parameters = {"token_hash": token_hash, "good_s": GOOD_S}
            cursor = await connection.execute(_SQL["insert_first"], parameters)
            return await cursor.fetchone() is not None

    async def create(
        self, user: UserContext, token_hash: bytes, role: Role, email: str | None
    ) -> Invitation:
        """Keep a new link; raises `NotAllowed`."""
        require_over(user, role)
        parameters = {
            "token_hash": token_hash,
            "tenant_id": user.tenant_id,
            "user_id": user.user_id,
            "role": role,
            "email": email,
            "good_s": GOOD_S,
        }
        async with self._database.api.connection() as connection:
            row = await (await connection.execute(_SQL["insert"], parameters)).fetchone()
        assert row is not None
        return Invitation(**row, invited_by="")

    async def list(self, user: UserContext) -> list[Invitation]:
        """The tenant's open links, newest first; raises `NotAllowed`."""
        require(user, "manage")
        async with self._database.api.connection() as connection:
            parameters = {"tenant_id": user.tenant_id, "limit": _MOST_SHOWN}
            rows = await (await connection.execute(_SQL["list"], parameters)).fetchall()
        return [Invitation(**row) for row in rows]

    async def take_back(self, user: UserContext, invitation_id: UUID) -> None:
        """Let a link do nothing any more; raises `NotFound` and `NotAllowed`."""
        require(user, "manage")
        async with self._database.api.connection() as connection:
            parameters = {"tenant_id": user.tenant_id, "invitation_id": invitation_id}
            row = await (await connection.execute(_SQL["take_back"], parameters)).fetchone()
        if row is None:
            raise NotFound("invitation", str(invitation_id))
