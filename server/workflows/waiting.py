"""What ends the waiting of workflows: votes, events, moments; and the runs that go on then.

Whatever settles something holds the pen of its thread, in a transaction that also queues the run if
the thread waits for it by then. If it does not yet, `due.py` goes on with it as soon as it does.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from domain.errors import Conflict, NotAllowed, NotFound
from domain.identity import UserContext
from domain.workflows.notices import Notice, NoticeKind
from domain.workflows.votes import (
    Ballot,
    answer_of,
    check_ballot,
    decision_at_expiry,
    decision_of,
)
from domain.workflows.waiting import ApprovalDecision, fitting
from server.runs.manager import RunManager
from storage.approvals import (
    Approval,
    ApprovalRepository,
    ApprovalStatus,
    due_parts,
    escalated,
    lock_approval,
    put_vote,
    reminded,
    settle,
    standing,
    voter_of,
)
from storage.database import Connection, Database
from storage.notices import Receiver, tell
from storage.threads import lock_thread, take_pen
from storage.waits import (
    DueThing,
    WaitRepository,
    claim_thread,
    end_wait,
    mark_told,
    ready_answers,
    receive,
)


@dataclass(frozen=True, slots=True)
class _Place:
    """Whose approval somebody votes on, and as whom."""

    owner: UserContext
    thread_id: UUID
    approval_id: UUID
    approver_id: UUID


class WaitingWorkflows:
    """Ends what workflows wait for."""

    def __init__(self, database: Database, manager: RunManager, *, with_mail: bool) -> None:
        """`with_mail` says whether the service can send e-mail."""
        self._database = database
        self._manager = manager
        self._approvals = ApprovalRepository(database)
        self._waits = WaitRepository(database)
        self._with_mail = with_mail

    async def vote(self, user: UserContext, approval_id: UUID, ballot: Ballot) -> ApprovalStatus:
        """Vote on an approval; returns how it stands then.

        Raises `NotFound`, `NotAllowed` for an owner who is no approver, `Conflict` when it is
        settled, `InvalidInput` for edits that are not allowed.
        """
        seen = await self._approvals.get(user, approval_id)
        if seen.my_approver_id is None:
            raise NotAllowed("Only its approvers vote on an approval, and you are none of them.")
        approval = seen.approval
        place = _Place(approval.owner, approval.thread_id, approval_id, seen.my_approver_id)
        return await self._vote(place, ballot)

    async def vote_by_token(self, token_hash: bytes, ballot: Ballot) -> ApprovalStatus:
        """The same for whoever has an approver's token."""
        voter = await voter_of(self._database, token_hash)
        place = _Place(voter.owner, voter.thread_id, voter.approval_id, voter.approver_id)
        return await self._vote(place, ballot)

    async def deliver(self, user: UserContext, event: str, key: str | None, data: Any) -> int:
        """Bring an event to the user's workflows; returns how many waited for it.

        Raises `NotFound` when none does.
        """
        received = 0
        for wait in await self._waits.for_event(user, event, key):
            async with self._database.transaction(user) as connection:
                await take_pen(connection, wait.thread_id)
                if await receive(connection, user, wait.wait_id, data):
                    received += 1
                    await self._go_on(connection, user, wait.thread_id)
        if not received:
            raise NotFound("workflow of yours that waits for the event", event)
        return received

    async def look_after(self, thing: DueThing) -> bool:
        """Do what is due; False when its thread is in use just now, so that it is for later."""
        owner = thing.owner
        async with self._database.transaction(owner) as connection:
            if not await claim_thread(connection, thing.thread_id):
                return False
            match thing.kind:
                case "wait":
                    goes_on = await end_wait(connection, owner, thing.id)
                case "approval":
                    goes_on = await self._look_after_approval(connection, owner, thing.id)
                case "answer":
                    goes_on = True
            if goes_on:
                await self._go_on(connection, owner, thing.thread_id)
        return True

    async def _vote(self, place: _Place, ballot: Ballot) -> ApprovalStatus:
        async with self._database.transaction(place.owner) as connection:
            await take_pen(connection, place.thread_id)
            approval = await lock_approval(connection, place.owner, place.approval_id)
            if approval.status == "cancelled":
                raise Conflict("This run was cancelled, so nothing waits for this vote any more.")
            if approval.status != "open":
                raise Conflict(f"This approval is settled already: it was {approval.status}.")
            thread = await lock_thread(connection, place.owner, place.thread_id)
            if thread.status == "idle":
                raise Conflict("The run that asked has ended, so nothing waits for this vote.")
            check_ballot(approval.editable, ballot)
            await put_vote(connection, place.owner, place.approval_id, place.approver_id, ballot)
            rules, votes = await standing(connection, place.owner, approval)
            decision = decision_of(rules, votes)
            if decision is None:
                return "open"
            answer = answer_of(decision, votes)
            await settle(connection, place.owner, place.approval_id, decision, answer)
            await self._go_on(connection, place.owner, place.thread_id)
            return decision

    async def _look_after_approval(
        self, connection: Connection, owner: UserContext, approval_id: UUID
    ) -> bool:
        """Do what is due of an approval; whether that has settled it."""
        due = await due_parts(connection, owner, approval_id)
        if due is None:
            return False
        approval = due.approval
        if due.expires:
            decision = decision_at_expiry(approval.on_expiry)
            await self._expire(connection, approval, decision)
            return True
        if due.reminds:
            receivers = await reminded(connection, owner, approval_id)
            notice = _notice(approval, "approval_reminder")
            await self._tell(connection, approval, receivers, notice)
        if due.escalates:
            receivers = await escalated(connection, owner, approval_id)
            notice = _notice(approval, "approval_escalated")
            await self._tell(connection, approval, receivers, notice)
        return False

    async def _expire(
        self, connection: Connection, approval: Approval, decision: ApprovalDecision
    ) -> None:
        _, votes = await standing(connection, approval.owner, approval)
        answer = answer_of(decision, votes)
        await settle(connection, approval.owner, approval.approval_id, decision, answer)
        notice = _notice(approval, "approval_expired")
        await self._tell(connection, approval, [Receiver(approval.user_id)], notice)

    async def _tell(
        self,
        connection: Connection,
        approval: Approval,
        receivers: list[Receiver],
        notice: Notice,
    ) -> None:
        mail = self._with_mail
        await tell(connection, approval.tenant_id, receivers, notice, with_mail=mail)

    async def _go_on(self, connection: Connection, owner: UserContext, thread_id: UUID) -> None:
        """Queue the run that is told all that is settled, if the thread waits for any of it.

        The pen is the caller's, so the thread neither pauses nor goes on meanwhile.
        """
        thread = await lock_thread(connection, owner, thread_id)
        if thread.status != "interrupted":
            return
        ready = await ready_answers(connection, owner, thread_id)
        answers, told = fitting(thread.interrupts, ready)
        if answers:
            await self._manager.tell(connection, owner, thread, answers)
            await mark_told(connection, owner, told)


def _notice(approval: Approval, kind: NoticeKind) -> Notice:
    about = {"approval_id": str(approval.approval_id), "thread_id": str(approval.thread_id)}
    return Notice(kind, approval.title, approval.message, about)
