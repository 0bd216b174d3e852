"""Approvals: read by those who may see them, voted on and settled in their owner's transactions."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from psycopg.rows import DictRow

from domain.errors import NotFound
from domain.identity import UserContext
from domain.workflows.votes import Ballot, Rules, Vote, VoteDecision
from domain.workflows.waiting import ApprovalDecision, OnExpiry
from storage.database import Connection, Database
from storage.json_columns import to_json
from storage.notices import Receiver
from storage.sql_files import load_statements

_SQL = load_statements("approvals")

ApprovalStatus = Literal["open", "approved", "rejected", "expired", "cancelled"]


@dataclass(frozen=True, slots=True)
class Approval:
    """What people are asked."""

    approval_id: UUID
    tenant_id: str
    user_id: str
    #: The first run of the thread.
    root_run_id: UUID
    thread_id: UUID
    workflow_id: UUID
    workflow_name: str
    node_id: str
    path: str
    title: str
    message: str
    quorum: int
    veto: bool
    editable: Mapping[str, Any]
    on_expiry: OnExpiry
    status: ApprovalStatus
    created_at: datetime
    expires_at: datetime
    settled_at: datetime | None
    answer: Mapping[str, Any] | None

    @property
    def owner(self) -> UserContext:
        """Whose workflow asks."""
        return UserContext(self.user_id, self.tenant_id)


@dataclass(frozen=True, slots=True)
class SeenApproval:
    """An approval as somebody sees it."""

    approval: Approval
    #: Everybody who may vote: `{name, decision, comment, voted_at}`.
    people: list[dict[str, Any]]
    #: As whom the one who looks may vote; None is not at all.
    my_approver_id: UUID | None


@dataclass(frozen=True, slots=True)
class Voter:
    """An approver who is known by a token."""

    approver_id: UUID
    approval_id: UUID
    name: str
    tenant_id: str
    user_id: str
    thread_id: UUID
    #: How they have voted so far.
    decision: VoteDecision | None

    @property
    def owner(self) -> UserContext:
        """Whose workflow asks."""
        return UserContext(self.user_id, self.tenant_id)


@dataclass(frozen=True, slots=True)
class DueParts:
    """An open approval, and what of it is due."""

    approval: Approval
    reminds: bool
    escalates: bool
    expires: bool


class ApprovalRepository:
    """The approvals that one user at a time may see."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, user: UserContext, approval_id: UUID) -> SeenApproval:
        """One that the user asks for or may vote on; raises `NotFound`."""
        async with self._database.acting_for(user) as connection:
            cursor = await connection.execute(_SQL["get"], _key(user, approval_id))
            row = await cursor.fetchone()
        if row is None:
            raise NotFound("approval", str(approval_id))
        return _seen(row)

    async def list(
        self, user: UserContext, role: Literal["approver", "owner"], *, is_open: bool, **page: int
    ) -> list[SeenApproval]:
        """Those that the user may vote on, or asks for, newest first; `limit` and `offset`."""
        statement = _SQL["to_vote_on" if role == "approver" else "of_owner"]
        async with self._database.acting_for(user) as connection:
            cursor = await connection.execute(
                statement, {**_owner(user), "is_open": is_open, **page}
            )
            return [_seen(row) for row in await cursor.fetchall()]


async def voter_of(database: Database, token_hash: bytes) -> Voter:
    """Whom a token stands for; raises `NotFound`."""
    async with database.system.connection() as connection:
        cursor = await connection.execute(_SQL["by_token"], {"token_hash": token_hash})
        row = await cursor.fetchone()
    if row is None:
        raise NotFound("approval", "with this link")
    return Voter(**row)


async def lock_approval(connection: Connection, owner: UserContext, approval_id: UUID) -> Approval:
    """One that nobody else changes until the transaction ends; raises `NotFound`."""
    row = await (await connection.execute(_SQL["lock"], _key(owner, approval_id))).fetchone()
    if row is None:
        raise NotFound("approval", str(approval_id))
    return _approval(row)


async def put_vote(
    connection: Connection, owner: UserContext, approval_id: UUID, approver_id: UUID, ballot: Ballot
) -> None:
    """Keep what an approver says; it replaces what they said before."""
    parameters = {
        **_key(owner, approval_id),
        "approver_id": approver_id,
        "decision": ballot.decision,
        "comment": ballot.comment and ballot.comment.replace("\x00", ""),
        "edits": to_json(dict(ballot.edits)),
    }
    await connection.execute(_SQL["put_vote"], parameters)


async def standing(
    connection: Connection, owner: UserContext, approval: Approval
) -> tuple[Rules, list[Vote]]:
    """What settles an approval, and how was voted."""
    key = _key(owner, approval.approval_id)
    rows = await (await connection.execute(_SQL["votes"], key)).fetchall()
    votes = [
        Vote(row["name"], Ballot(row["decision"], row["comment"], row["edits"]), row["voted_at"])
        for row in rows
    ]
    counted = await (await connection.execute(_SQL["voters"], key)).fetchone()
    assert counted
    return Rules(approval.quorum, approval.veto, counted["voters"]), votes


async def settle(
    connection: Connection,
    owner: UserContext,
    approval_id: UUID,
    decision: ApprovalDecision,
    answer: Mapping[str, Any],
) -> None:
    """Close an approval with what its run is told."""
    parameters = {**_key(owner, approval_id), "status": decision, "answer": to_json(dict(answer))}
    await connection.execute(_SQL["settle"], parameters)


async def due_parts(
    connection: Connection, owner: UserContext, approval_id: UUID
) -> DueParts | None:
    """What is due of an approval, locked; None when nothing is (any more)."""
    cursor = await connection.execute(_SQL["what_is_due"], _key(owner, approval_id))
    row = await cursor.fetchone()
    if row is None:
        return None
    parts = {name: bool(row[name]) for name in ("reminds", "escalates", "expires")}
    return DueParts(_approval(row), **parts)


async def reminded(connection: Connection, owner: UserContext, approval_id: UUID) -> list[Receiver]:
    """Whom to remind; nobody is reminded again."""
    key = _key(owner, approval_id)
    await connection.execute(_SQL["reminded"], key)
    rows = await (await connection.execute(_SQL["silent"], key)).fetchall()
    return [Receiver(**row) for row in rows]


async def escalated(
    connection: Connection, owner: UserContext, approval_id: UUID
) -> list[Receiver]:
    """Let those vote to whom it is escalated; who they are."""
    cursor = await connection.execute(_SQL["escalated"], _key(owner, approval_id))
    return [Receiver(**row) for row in await cursor.fetchall()]


def _owner(user: UserContext) -> dict[str, Any]:
    return {"tenant_id": user.tenant_id, "user_id": user.user_id}


def _key(user: UserContext, approval_id: UUID) -> dict[str, Any]:
    return {**_owner(user), "approval_id": approval_id}


_FIELDS = tuple(field.name for field in fields(Approval))


def _approval(row: DictRow) -> Approval:
    return Approval(**{name: row[name] for name in _FIELDS})


def _seen(row: DictRow) -> SeenApproval:
    return SeenApproval(_approval(row), row["people"] or [], row["my_approver_id"])
