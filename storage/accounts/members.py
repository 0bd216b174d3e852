"""Tenants and their members."""

from domain.accounts.people import Member, Tenant
from domain.accounts.permissions import require, require_another_owner, require_over
from domain.errors import NotFound
from domain.identity import Role, UserContext
from storage.database import Connection, Database
from storage.sql_files import load_statements

_SQL = load_statements("members")
#: More than a switch can show.
_MOST_TENANTS = 200


class Members:
    """The members of the user's tenant, and the tenants that the user is a member of."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def tenants(self, user: UserContext) -> list[Tenant]:
        """Where the user is a member."""
        parameters = {"user_id": user.user_id, "limit": _MOST_TENANTS}
        async with self._database.system.connection() as connection:
            rows = await (await connection.execute(_SQL["tenants"], parameters)).fetchall()
        return [Tenant(**row) for row in rows]

    async def rename_tenant(self, user: UserContext, name: str) -> None:
        """Give the tenant another name; raises `NotAllowed`."""
        require(user, "manage")
        async with self._database.system.connection() as connection:
            parameters = {"tenant_id": user.tenant_id, "name": name.replace("\x00", "")}
            await connection.execute(_SQL["rename_tenant"], parameters)

    async def list(self, user: UserContext, limit: int, offset: int) -> list[Member]:
        """Who is a member, in the order in which they joined."""
        parameters = {"tenant_id": user.tenant_id, "limit": limit, "offset": offset}
        async with self._database.system.connection() as connection:
            rows = await (await connection.execute(_SQL["list"], parameters)).fetchall()
        return [Member(**row) for row in rows]

    async def find(self, user: UserContext, text: str) -> Member | None:
        """The member with this id or e-mail address, if there is one."""
        parameters = {"tenant_id": user.tenant_id, "text": text.replace("\x00", "")}
        async with self._database.system.connection() as connection:
            row = await (await connection.execute(_SQL["find"], parameters)).fetchone()
        return Member(**row) if row else None

    async def change_role(self, user: UserContext, member_id: str, role: Role) -> None:
        """Make a member something else.

        Raises `NotFound`, `NotAllowed`, and `Conflict` for the last owner.
        """
        require_over(user, role)
        async with self._database.system_transaction() as connection:
            before, owners = await _locked(connection, user, member_id)
            require_over(user, before)
            require_another_owner(owners, before, role)
            parameters = {"tenant_id": user.tenant_id, "member_id": member_id, "role": role}
            await connection.execute(_SQL["change_role"], parameters)

    async def remove(self, user: UserContext, member_id: str) -> None:
        """Let a member go; whoever wants to may go themselves.

        Raises `NotFound`, `NotAllowed`, and `Conflict` for the last owner.
        """
        if member_id != user.user_id:
            require(user, "manage")
        async with self._database.system_transaction() as connection:
            before, owners = await _locked(connection, user, member_id)
            if member_id != user.user_id:
                require_over(user, before)
            require_another_owner(owners, before, None)
            parameters = {"tenant_id": user.tenant_id, "member_id": member_id}
            await connection.execute(_SQL["remove"], parameters)


async def _locked(connection: Connection, user: UserContext, member_id: str) -> tuple[Role, int]:
    """A member's role and how many owners there are; neither changes meanwhile."""
    parameters = {"tenant_id": user.tenant_id, "member_id": member_id}
    rows = await (await connection.execute(_SQL["lock"], parameters)).fetchall()
    roles: dict[str, Role] = {row["user_id"]: row["role"] for row in rows}
    if member_id not in roles:
        raise NotFound("member", member_id)
    return roles[member_id], sum(role == "owner" for role in roles.values())
