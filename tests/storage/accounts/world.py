"""Accounts for the tests: people with tenants, and time that has passed."""

import hashlib
from dataclasses import dataclass

from psycopg import sql

from domain.identity import Role, UserContext
from storage.accounts.api_keys import ApiKeys
from storage.accounts.invitations import Invitations
from storage.accounts.members import Members
from storage.accounts.people import Entry, NewPerson, People
from storage.accounts.sessions import SessionLimits, Sessions
from storage.database import Database

HOUR_S = 3600.0
LIMITS = SessionLimits(idle_s=24 * HOUR_S, longest_s=240 * HOUR_S)


def hashed(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


@dataclass(frozen=True)
class World:
    """Everything that keeps accounts, over one database."""

    database: Database
    people: People
    sessions: Sessions
    members: Members
    invitations: Invitations
    keys: ApiKeys

    @classmethod
    def over(cls, database: Database) -> "World":
        return cls(
            database,
            People(database),
            Sessions(database, LIMITS),
            Members(database),
            Invitations(database),
            ApiKeys(database),
        )

    async def owner(self, name: str) -> UserContext:
        """A person with a tenant of their own."""
        person = NewPerson(f"{name}@example.com", name, f"hash of {name}")
        user_id, tenant_id = await self.people.create(person, Entry())
        return UserContext(user_id, tenant_id, "owner")

    async def member(self, owner: UserContext, name: str, role: Role) -> UserContext:
        """A person whom an owner lets in."""
        await self.invitations.create(owner, hashed(f"for {name}"), role, None)
        person = NewPerson(f"{name}@example.com", name, f"hash of {name}")
        entry = Entry(invitation_hash=hashed(f"for {name}"))
        user_id, tenant_id = await self.people.create(person, entry)
        assert tenant_id == owner.tenant_id
        return UserContext(user_id, tenant_id, role)

    async def let_pass(self, hours: float) -> None:
        """Make everything that there is so much older."""
        columns = {
            "sessions": ("created_at", "last_seen_at"),
            "invitations": ("created_at", "expires_at"),
            "api_keys": ("created_at", "expires_at"),
            "provider_sign_ins": ("created_at",),
        }
        async with self.database.transaction() as connection:
            for table, names in columns.items():
                older = sql.SQL(", ").join(
                    sql.SQL("{0} = {0} - make_interval(secs => {1})").format(
                        sql.Identifier(name), sql.Literal(hours * HOUR_S)
                    )
                    for name in names
                )
                update = sql.SQL("UPDATE {} SET {}").format(sql.Identifier(table), older)
                await connection.execute(update)
