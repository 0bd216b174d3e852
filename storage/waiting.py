"""What workflows wait for, as their nodes ask for it: written once, however often they ask."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID, uuid4

from domain.accounts.emails import normalise_email
from domain.errors import InvalidInput, NotFound
from domain.identity import LOCAL_USER, UserContext
from domain.workflows.notices import Notice
from domain.workflows.waiting import (
    MOST_WAIT_S,
    ApprovalRequest,
    WaitRequest,
    check_approval,
    check_wait,
    require_near,
)
from storage.database import Connection, Database, retried
from storage.json_columns import to_json
from storage.notices import Receiver, tell
from storage.sql_files import load_statements

_SQL = load_statements("waiting")
#: Local mode has one person, who is all of these, and no rows of people.
_LOCAL_NAMES: Final = frozenset({LOCAL_USER.user_id, "owner", "admin", "member"})


@dataclass(frozen=True, slots=True)
class _Person:
    """Somebody who may be asked: a member, or an address outside."""

    name: str
    member_id: str | None = None
    email: str | None = None


class WaitingRepository:
    """The nodes' side of approvals and waits: `domain/workflows/waiting.py`."""

    def __init__(self, database: Database, *, with_mail: bool) -> None:
        """`with_mail` says whether the service can send e-mail."""
        self._database = database
        self._with_mail = with_mail

    async def ask(self, user: UserContext, request: ApprovalRequest) -> UUID:
        """Ask people, unless they were asked already at this place of this run.

        Raises `InvalidInput` for approvers that there are not, or too few for the quorum.
        """
        check_approval(request)
        return await retried(lambda: self._ask(user, request))

    async def wait(self, user: UserContext, request: WaitRequest) -> UUID:
        """Begin to wait, unless this place of this run does already.

        Raises `InvalidInput` for what would wait too long.
        """
        check_wait(request)
        return await retried(lambda: self._wait(user, request))

    async def _ask(self, user: UserContext, request: ApprovalRequest) -> UUID:
        async with self._database.runs.connection() as connection, connection.transaction():
            if known := await _known(connection, "asked_approval", user, request):
                return known["approval_id"]
            await _require_thread(connection, user, request.thread_id)
            first = await self._people(connection, user, request.approvers)
            if len(first) < request.quorum:
                raise InvalidInput(
                    f"The approval needs {request.quorum} votes, and {len(first)} people may give "
                    "one. Lower its quorum, or name more approvers."
                )
            known_people = {(person.member_id, person.email) for person in first}
            later = [
                person
                for person in await self._people(connection, user, request.escalate_to)
                if (person.member_id, person.email) not in known_people
            ]
            approval_id = uuid4()
            parameters = _approval_columns(user, approval_id, request)
            cursor = await connection.execute(_SQL["insert_approval"], parameters)
            if await cursor.fetchone() is None:
                # Somebody else has asked at this very moment.
                known = await _known(connection, "asked_approval", user, request)
                assert known
                return known["approval_id"]
            asked = await _insert_approvers(connection, user, approval_id, first, is_active=True)
            await _insert_approvers(connection, user, approval_id, later, is_active=False)
            about = {"approval_id": str(approval_id), "thread_id": str(request.thread_id)}
            notice = Notice("approval_asked", request.title, request.message, about)
            await tell(connection, user.tenant_id, asked, notice, with_mail=self._with_mail)
        return approval_id

    async def _wait(self, user: UserContext, request: WaitRequest) -> UUID:
        async with self._database.runs.connection() as connection, connection.transaction():
            if known := await _known(connection, "asked_wait", user, request):
                return known["wait_id"]
            await _require_thread(connection, user, request.thread_id)
            moment = request.until or request.expires_at
            if moment is not None:
                parameters = {"moment": moment}
                cursor = await connection.execute(_SQL["seconds_until"], parameters)
                row = await cursor.fetchone()
                assert row
                require_near(row["seconds"])
            parameters = {
                **_place(user, request),
                "wait_id": uuid4(),
                "event": request.event,
                "key": request.key,
                "moment": moment,
                "seconds": MOST_WAIT_S if request.seconds is None else request.seconds,
            }
            row = await (await connection.execute(_SQL["insert_wait"], parameters)).fetchone()
            row = row or await _known(connection, "asked_wait", user, request)
            assert row
            return row["wait_id"]

    async def _people(
        self, connection: Connection, user: UserContext, names: Sequence[str]
    ) -> list[_Person]:
        """Whom these names mean, each once; raises `InvalidInput` for a name of nobody."""
        if not names:
            return []
        emails = {name: normalise_email(name) for name in names if "@" in name}
        parameters = {
            "tenant_id": user.tenant_id,
            "names": [name for name in names if name not in emails],
            "emails": list(emails.values()),
        }
        rows = await (await connection.execute(_SQL["people"], parameters)).fetchall()
        found: dict[str, _Person] = {}
        for name in names:
            meant = [
                _Person(row["name"] or row["email"] or row["member_id"], row["member_id"])
                for row in rows
                if (row["email"] == emails[name] if name in emails else name in _names(row))
            ]
            if not meant:
                meant = [self._other(user, name, emails.get(name))]
            found |= {person.member_id or f"@{person.email}": person for person in meant}
        return list(found.values())

    def _other(self, user: UserContext, name: str, email: str | None) -> _Person:
        """Somebody without an account here."""
        if email is not None:
            if not self._with_mail:
                raise InvalidInput(
                    f"{email} has no account here, and the service cannot send e-mail. Set "
                    "GOLDENPATH_SMTP_URL, or name members of the workspace."
                )
            return _Person(email, email=email)
        if user == LOCAL_USER and name in _LOCAL_NAMES:
            return _Person(user.user_id, user.user_id)
        raise InvalidInput(
            f"There is no approver {name}. Name ids or roles of members who may change things, or "
            "e-mail addresses."
        )


async def _insert_approvers(
    connection: Connection,
    user: UserContext,
    approval_id: UUID,
    people: Sequence[_Person],
    *,
    is_active: bool,
) -> list[Receiver]:
    receivers: list[Receiver] = []
    for person in people:
        approver_id = uuid4()
        parameters = {
            **_owner(user),
            "approver_id": approver_id,
            "approval_id": approval_id,
            "member_id": person.member_id,
            "email": person.email,
            "name": person.name,
            "is_active": is_active,
        }
        await connection.execute(_SQL["insert_approver"], parameters)
        receivers.append(Receiver(person.member_id, approver_id))
    return receivers


async def _known(
    connection: Connection,
    statement: str,
    user: UserContext,
    request: ApprovalRequest | WaitRequest,
) -> dict[str, Any] | None:
    cursor = await connection.execute(_SQL[statement], _place(user, request))
    return await cursor.fetchone()


async def _require_thread(connection: Connection, user: UserContext, thread_id: UUID) -> None:
    parameters = {**_owner(user), "thread_id": thread_id}
    if await (await connection.execute(_SQL["owns_thread"], parameters)).fetchone() is None:
        raise NotFound("thread", str(thread_id))


def _approval_columns(
    user: UserContext, approval_id: UUID, request: ApprovalRequest
) -> dict[str, Any]:
    return {
        **_place(user, request),
        "approval_id": approval_id,
        "title": _text(request.title),
        "message": _text(request.message),
        "quorum": request.quorum,
        "veto": request.veto,
        "editable": to_json(dict(request.editable), default=str),
        "on_expiry": request.on_expiry,
        "reminder_after": request.reminder_after,
        "escalate_after": request.escalate_after,
        "expires_after": request.expires_after,
    }


def _place(user: UserContext, request: ApprovalRequest | WaitRequest) -> dict[str, Any]:
    names = ("root_run_id", "thread_id", "workflow_id", "node_id", "path")
    return {**_owner(user), **{name: getattr(request, name) for name in names}}


def _owner(user: UserContext) -> dict[str, Any]:
    return {"tenant_id": user.tenant_id, "user_id": user.user_id}


def _names(row: dict[str, Any]) -> tuple[str, str]:
    return row["member_id"], row["role"]


def _text(text: str) -> str:
    # Nothing that is stored has a NUL character.
    return text.replace("\x00", "")
