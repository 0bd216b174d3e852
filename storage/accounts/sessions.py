"""Sign-ins: of browsers by cookie, of API clients by access and refresh tokens."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

from psycopg.rows import DictRow

from domain.accounts.people import Session, SessionKind
from domain.errors import NotFound, NotSignedIn
from domain.identity import UserContext
from storage.audit_log import record
from storage.database import Connection, Database
from storage.sql_files import load_statements

_SQL = load_statements("sessions")

#: More than anybody looks through.
_MOST_SHOWN = 200
_LONGEST_USER_AGENT = 300


@dataclass(frozen=True, slots=True)
class SessionLimits:
    """How long a sign-in lasts, seconds: unused, and in all."""

    idle_s: float
    longest_s: float


@dataclass(frozen=True, slots=True)
class Visitor:
    """From where and with what somebody signs in."""

    address: str | None = None
    user_agent: str = ""


@dataclass(frozen=True, slots=True)
class Opened:
    """A sign-in that has just begun."""

    session_id: UUID
    tenant_id: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who is signed in, by which sign-in."""

    session_id: UUID
    user: UserContext


@dataclass(frozen=True, slots=True)
class Rotated:
    """A sign-in whose refresh token was exchanged."""

    session_id: UUID
    user_id: str
    at: datetime


class Sessions:
    """All sign-ins."""

    def __init__(self, database: Database, limits: SessionLimits) -> None:
        self._database = database
        self._limits = {"idle_s": limits.idle_s, "longest_s": limits.longest_s}

    async def open_browser(
        self, user_id: str, cookie_hash: bytes, visitor: Visitor, tenant_id: str | None = None
    ) -> Opened | None:
        """Begin a browser's sign-in; None for somebody who is a member of nothing."""
        async with self._database.system_transaction() as connection:
            values = _new(user_id, tenant_id, "browser", visitor) | {"cookie_hash": cookie_hash}
            return await _opened(connection, values)

    async def open_api(
        self, user_id: str, refresh_hash: bytes, visitor: Visitor, tenant_id: str | None = None
    ) -> Opened | None:
        """Begin an API client's sign-in; None for somebody who is a member of nothing."""
        async with self._database.system_transaction() as connection:
            values = _new(user_id, tenant_id, "api", visitor) | {"cookie_hash": None}
            opened = await _opened(connection, values)
            if opened:
                token = {"token_hash": refresh_hash, "session_id": opened.session_id}
                await connection.execute(_SQL["add_refresh_token"], token)
            return opened

    async def by_cookie(self, cookie_hash: bytes) -> SignedIn:
        """Whose a cookie is; raises `NotSignedIn`."""
        return await self._signed_in(_SQL["by_cookie"], {"cookie_hash": cookie_hash})

    async def by_id(self, user_id: str, session_id: UUID) -> SignedIn:
        """Whose an access token of this sign-in is; raises `NotSignedIn`."""
        parameters = {"user_id": user_id, "session_id": session_id}
        return await self._signed_in(_SQL["by_id"], parameters)

    async def rotate(self, used_hash: bytes, next_hash: bytes) -> Rotated:
        """Exchange a refresh token for the next.

        Raises `NotSignedIn`. One that was used before ends its sign-in for whoever has the others.
        """
        async with self._database.system_transaction() as connection:
            parameters = {"token_hash": used_hash, **self._limits}
            cursor = await connection.execute(_SQL["lock_refresh_token"], parameters)
            row = await cursor.fetchone()
            if row is not None and row["used_at"] is not None:
                family = {"session_id": row["session_id"]}
                await connection.execute(_SQL["revoke_family"], family)
            elif row is not None and row["is_good"] and row["is_member"]:
                await connection.execute(_SQL["use_refresh_token"], {"token_hash": used_hash})
                following = {"token_hash": next_hash, "session_id": row["session_id"]}
                await connection.execute(_SQL["add_refresh_token"], following)
                return Rotated(row["session_id"], row["user_id"], row["now"])
        # After the transaction: a family that ends must stay ended.
        raise NotSignedIn

    async def list(self, user: UserContext) -> list[Session]:
        """The user's sign-ins, the last used first."""
        parameters = {"user_id": user.user_id, "limit": _MOST_SHOWN, **self._limits}
        async with self._database.system.connection() as connection:
            rows = await (await connection.execute(_SQL["list"], parameters)).fetchall()
        return [Session(**row) for row in rows]

    async def revoke(self, user: UserContext, session_id: UUID) -> None:
        """End one of the user's sign-ins; raises `NotFound`."""
        parameters = {"user_id": user.user_id, "session_id": session_id}
        if await self._row(_SQL["revoke"], parameters) is None:
            raise NotFound("sign-in", str(session_id))

    async def revoke_others(self, user: UserContext, kept: UUID | None) -> None:
        """End all of the user's sign-ins but one."""
        await self._do(_SQL["revoke_others"], {"user_id": user.user_id, "session_id": kept})

    async def revoke_cookie(self, cookie_hash: bytes) -> None:
        """End the sign-in of a cookie, if it has one."""
        await self._do(_SQL["revoke_by_cookie"], {"token_hash": cookie_hash})

    async def revoke_refresh_token(self, token_hash: bytes) -> None:
        """End the sign-in of a refresh token, if it has one."""
        await self._do(_SQL["revoke_by_refresh_token"], {"token_hash": token_hash})

    async def switch_tenant(self, user: UserContext, session_id: UUID, tenant_id: str) -> None:
        """Go over to another of the user's tenants; raises `NotFound`."""
        parameters = {
            "user_id": user.user_id,
            "session_id": session_id,
            "tenant_id": tenant_id,
        }
        if await self._row(_SQL["switch_tenant"], parameters) is None:
            raise NotFound("workspace of yours", tenant_id)

    async def _signed_in(self, statement: LiteralString, parameters: dict[str, Any]) -> SignedIn:
        row = await self._row(statement, parameters | self._limits)
        if row is None:
            raise NotSignedIn
        user = UserContext(row["user_id"], row["tenant_id"], row["role"])
        return SignedIn(row["session_id"], user)

    async def _row(self, statement: LiteralString, parameters: dict[str, Any]) -> DictRow | None:
        async with self._database.system.connection() as connection:
            return await (await connection.execute(statement, parameters)).fetchone()

    async def _do(self, statement: LiteralString, parameters: dict[str, Any]) -> None:
        async with self._database.system.connection() as connection:
            await connection.execute(statement, parameters)


def _new(
    user_id: str, tenant_id: str | None, kind: SessionKind, visitor: Visitor
) -> dict[str, Any]:
    return {
        "user_id": user_id,
        "tenant_id": tenant_id,
        "kind": kind,
        "address": visitor.address,
        "user_agent": visitor.user_agent.replace("\x00", "")[:_LONGEST_USER_AGENT],
    }


async def _opened(connection: Connection, values: dict[str, Any]) -> Opened | None:
    row = await (await connection.execute(_SQL["insert"], values)).fetchone()
    if row is None:
        return None
    opened, kind = Opened(**row), values["kind"]
    user = UserContext(values["user_id"], opened.tenant_id)
    session_id = str(opened.session_id)
    await record(connection, user, "session.opened", "session", session_id, details={"kind": kind})
    return opened
