"""People: accounts, passwords, profiles, and their accounts elsewhere."""

from dataclasses import dataclass
from datetime import date
from typing import Any, LiteralString
from uuid import UUID

from psycopg.rows import DictRow

from domain.accounts.people import LinkedIdentity, Profile
from domain.errors import Conflict, LinkSpent, NotFound
from domain.identity import UserContext
from storage.database import Connection, Database
from storage.sql_files import load_statements

_SQL = load_statements("people")
_INVITATIONS = load_statements("invitations")
_MEMBERS = load_statements("members")

#: Nobody has more accounts elsewhere than that.
_MOST_IDENTITIES = 50


@dataclass(frozen=True, slots=True)
class NewPerson:
    """Who gets an account."""

    email: str | None
    name: str
    password_hash: str | None = None
    email_is_verified: bool = False


@dataclass(frozen=True, slots=True)
class ForeignIdentity:
    """An account elsewhere: the issuer's name for somebody."""

    issuer: str
    subject: str
    provider: str
    email: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """How an account comes to be: by a one-time link, or into a tenant of its own."""

    #: The link's hash; without one the person gets a tenant.
    invitation_hash: bytes | None = None
    identity: ForeignIdentity | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """Who has an address, and what their password is checked against."""

    user_id: str
    password_hash: str | None
    email_is_verified: bool


class People:
    """Everybody who has an account."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def exist(self) -> bool:
        """Whether anybody has an account."""
        row = await self._row(_SQL["has_accounts"], {})
        return bool(row and row["has_accounts"])

    async def by_email(self, email: str) -> Found | None:
        """Who has this address."""
        row = await self._row(_SQL["by_email"], {"email": email})
        return Found(**row) if row else None

    async def by_identity(self, issuer: str, subject: str) -> str | None:
        """Whose this account elsewhere is: the id of a user."""
        row = await self._row(_SQL["by_identity"], {"issuer": issuer, "subject": subject})
        return row["user_id"] if row else None

    async def member_by_identity(self, issuer: str, subject: str) -> UserContext | None:
        """Whose this account elsewhere is, in the tenant that they have been in the longest."""
        row = await self._row(_SQL["member_by_identity"], {"issuer": issuer, "subject": subject})
        return UserContext(row["user_id"], row["tenant_id"], row["role"]) if row else None

    async def create(self, person: NewPerson, entry: Entry) -> tuple[str, str]:
        """Make an account in one transaction; returns the ids of the user and their tenant.

        Raises `LinkSpent`, and `Conflict` when the address or the identity has an account.
        """
        async with self._database.transaction() as connection:
            await connection.execute(_SQL["first_account_lock"])
            invitation = None
            if entry.invitation_hash is not None:
                invitation = await _locked(connection, entry.invitation_hash, person.email)
            user_id = await _inserted(connection, person)
            if entry.identity:
                await _linked(connection, user_id, entry.identity)
            if invitation is None:
                return user_id, await _own_tenant(connection, user_id, person.name)
            return user_id, await _entered(connection, user_id, person.name, invitation)

    async def accept(self, user: UserContext, invitation_hash: bytes) -> str:
        """Become a member by a link; returns the tenant's id. Raises `LinkSpent`."""
        async with self._database.transaction() as connection:
            email = (await _profile(connection, user)).email
            invitation = await _locked(connection, invitation_hash, email)
            return await _entered(connection, user.user_id, "", invitation)

    async def profile(self, user: UserContext) -> Profile:
        """Who the user is."""
        async with self._database.api.connection() as connection:
            return await _profile(connection, user)

    async def rename(self, user: UserContext, name: str) -> None:
        """Give the user another name."""
        await self._do(_SQL["rename"], {"user_id": user.user_id, "name": name})

    async def password_hash(self, user: UserContext) -> str | None:
        """What the user's password is checked against; None when they have none."""
        row = await self._row(_SQL["password_hash"], {"user_id": user.user_id})
        return row["password_hash"] if row else None

    async def set_password(self, user: UserContext, password_hash: str) -> None:
        """Give the user another password."""
        parameters = {"user_id": user.user_id, "password_hash": password_hash}
        await self._do(_SQL["set_password"], parameters)

    async def rehash(self, user_id: str, before: str, password_hash: str) -> None:
        """Keep the same password by another measure."""
        parameters = {"user_id": user_id, "before": before, "password_hash": password_hash}
        await self._do(_SQL["rehash"], parameters)

    async def set_birthday(self, user: UserContext, birthday: date) -> None:
        """Keep what a provider told with the person's consent."""
        await self._do(_SQL["set_birthday"], {"user_id": user.user_id, "birthday": birthday})

    async def link(self, user: UserContext, identity: ForeignIdentity) -> None:
        """Let the user sign in with an account elsewhere; raises `Conflict` when it is taken."""
        async with self._database.transaction() as connection:
            await _linked(connection, user.user_id, identity)

    async def identities(self, user: UserContext) -> list[LinkedIdentity]:
        """What the user signs in with elsewhere."""
        parameters = {"user_id": user.user_id, "limit": _MOST_IDENTITIES}
        async with self._database.api.connection() as connection:
            cursor = await connection.execute(_SQL["identities"], parameters)
            return [LinkedIdentity(**row) for row in await cursor.fetchall()]

    async def unlink(self, user: UserContext, identity_id: UUID) -> None:
        """Sign in with it no more; raises `NotFound`, also for the only way to sign in."""
        parameters = {"user_id": user.user_id, "identity_id": identity_id}
        if await self._row(_SQL["unlink"], parameters) is None:
            raise NotFound("linked account that can be spared", str(identity_id))

    async def _row(self, statement: LiteralString, parameters: dict[str, Any]) -> DictRow | None:
        async with self._database.api.connection() as connection:
            return await (await connection.execute(statement, parameters)).fetchone()

    async def _do(self, statement: LiteralString, parameters: dict[str, Any]) -> None:
        async with self._database.api.connection() as connection:
            await connection.execute(statement, parameters)


async def _profile(connection: Connection, user: UserContext) -> Profile:
    cursor = await connection.execute(_SQL["profile"], {"user_id": user.user_id})
    row = await cursor.fetchone()
    if row is None:
        raise NotFound("account", user.user_id)
    return Profile(**row)


async def _inserted(connection: Connection, person: NewPerson) -> str:
    parameters = {
        "email": person.email,
        "name": person.name.replace("\x00", ""),
        "password_hash": person.password_hash,
        "email_is_verified": person.email_is_verified,
    }
    row = await (await connection.execute(_SQL["insert"], parameters)).fetchone()
    if row is None:
        raise Conflict(
            "There is an account with this address, or it cannot have one. Sign in, or take "
            "another address."
        )
    return row["user_id"]


async def _linked(connection: Connection, user_id: str, identity: ForeignIdentity) -> None:
    parameters = {
        "user_id": user_id,
        "issuer": identity.issuer,
        "subject": identity.subject,
        "provider": identity.provider,
        "email": identity.email,
    }
    if await (await connection.execute(_SQL["insert_identity"], parameters)).fetchone() is None:
        raise Conflict(
            "This account elsewhere is linked already. Sign in with it, or unlink it there first."
        )


async def _locked(connection: Connection, token_hash: bytes, email: str | None) -> DictRow:
    """A good invitation, which nobody else can use meanwhile; raises `LinkSpent`."""
    cursor = await connection.execute(_INVITATIONS["lock"], {"token_hash": token_hash})
    row = await cursor.fetchone()
    if row is None or row["email"] not in (None, email):
        raise LinkSpent
    return row


async def _entered(connection: Connection, user_id: str, name: str, invitation: DictRow) -> str:
    """Let a person in by a locked invitation; the first person gets a tenant of their own."""
    used = {"invitation_id": invitation["invitation_id"], "user_id": user_id}
    await connection.execute(_INVITATIONS["accept"], used)
    tenant_id = invitation["tenant_id"]
    if tenant_id is None:
        return await _own_tenant(connection, user_id, name)
    joins = {"tenant_id": tenant_id, "user_id": user_id, "role": invitation["role"]}
    await connection.execute(_MEMBERS["join"], joins)
    return tenant_id


async def _own_tenant(connection: Connection, user_id: str, name: str) -> str:
    parameters = {"user_id": user_id, "name": f"{name}'s workspace"}
    row = await (await connection.execute(_SQL["insert_tenant"], parameters)).fetchone()
    assert row is not None
    return row["tenant_id"]
