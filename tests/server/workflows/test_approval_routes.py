"""Approvals, their links, events and notifications over HTTP."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.identity import UserContext
from domain.workflows.waiting import ApprovalRequest, WaitRequest
from server.auth.opaque_tokens import hashed
from storage.notices import MailQueue
from storage.waiting import WaitingRepository
from tests.server.auth.world import Person, Site, open_site
from tests.storage.owner import as_owner


@pytest.fixture
async def site(database_url: str, tmp_path: Path) -> AsyncIterator[Site]:
    async with open_site(database_url, tmp_path) as opened:
        yield opened


async def thread_of(site: Site, person: Person) -> tuple[UserContext, dict[str, Any]]:
    """Where a workflow of somebody's waits, as far as these routes care."""
    user = UserContext(person.user_id, person.tenant_id)
    thread_id = uuid4()
    await site.services.threads.create(user, thread_id, {})
    async with as_owner(site.services.database) as connection:
        # As while its run has asked and not paused yet.
        await connection.execute(
            "UPDATE threads SET status = 'busy' WHERE thread_id = %s", [thread_id]
        )
    place = {
        "root_run_id": thread_id,
        "thread_id": thread_id,
        "workflow_id": uuid4(),
        "node_id": "gate",
        "path": "gate",
    }
    return user, place


async def ask(site: Site, owner: Person, *approvers: str, **options: Any) -> UUID:
    user, place = await thread_of(site, owner)
    kept = WaitingRepository(site.services.database, with_mail=True)
    request = ApprovalRequest(**place, title="May it?", approvers=approvers, **options)
    return await kept.ask(user, request)


async def token_of(site: Site, approval_id: UUID) -> str:
    """A token as an e-mail would bring it to the approver without an account."""
    queue = MailQueue(site.services.database)
    for mail in await queue.claim(10, 600):
        if mail.needs_token and mail.about["approval_id"] == str(approval_id):
            assert mail.approver_id
            await queue.keep_token(mail.approver_id, hashed("a-token"))
            return "a-token"
    raise AssertionError("nobody without an account was asked")


async def test_an_approver_sees_what_waits_and_votes(site: Site) -> None:
    ann = await site.person("ann")
    bob = await site.member(ann, "member")
    approval_id = await ask(site, ann, bob.user_id, editable={"amount": 5})
    [listed] = (await site.api.get("/approvals", headers=bob.bearer)).json()
    assert listed["approval_id"] == str(approval_id)
    assert (listed["may_vote"], listed["status"]) == (True, "open")
    assert (await site.api.get("/approvals", headers=ann.bearer)).json() == []
    own = await site.api.get("/approvals", params={"role": "owner"}, headers=ann.bearer)
    assert [each["may_vote"] for each in own.json()] == [False]
    path = f"/approvals/{approval_id}/vote"
    body = {"decision": "approved", "comment": "fine", "edits": {"amount": 6}}
    assert (await site.api.post(path, json=body, headers=ann.bearer)).status_code == 403
    wrong = {**body, "edits": {"iban": "x"}}
    assert (await site.api.post(path, json=wrong, headers=bob.bearer)).status_code == 422
    answer = await site.api.post(path, json=body, headers=bob.bearer)
    assert (answer.status_code, answer.json()) == (200, {"status": "approved"})
    assert (await site.api.post(path, json=body, headers=bob.bearer)).status_code == 409
    closed = await site.api.get("/approvals", params={"state": "closed"}, headers=bob.bearer)
    assert closed.json()[0]["answer"]["edits"] == {"amount": 6}
    assert (await site.api.get("/approvals", headers=bob.bearer)).json() == []


async def test_a_vote_for_a_run_that_has_ended_is_refused(site: Site) -> None:
    ann = await site.person("ann")
    approval_id = await ask(site, ann, ann.user_id)
    async with as_owner(site.services.database) as connection:
        await connection.execute("UPDATE threads SET status = 'idle'")
    path, body = f"/approvals/{approval_id}/vote", {"decision": "approved"}
    refused = await site.api.post(path, json=body, headers=ann.bearer)
    assert refused.status_code == 409
    assert "has ended" in refused.text


async def test_a_link_shows_what_is_asked_and_takes_the_vote(site: Site) -> None:
    ann = await site.person("ann")
    approval_id = await ask(site, ann, "dee@elsewhere.example")
    path = f"/approvals/by-token/{await token_of(site, approval_id)}"
    shown = await site.api.get(path)
    assert shown.status_code == 200
    assert (shown.json()["you"], shown.json()["your_decision"]) == ("dee@elsewhere.example", None)
    assert shown.headers["Referrer-Policy"] == "no-referrer"
    voted = await site.api.post(path, json={"decision": "rejected", "comment": "no"})
    assert voted.json() == {"status": "rejected"}
    async with as_owner(site.services.database) as connection:
        cursor = await connection.execute(
            "SELECT action, object_id, details FROM audit_log WHERE action = 'approval.voted'"
        )
        assert await cursor.fetchall() == [
            {
                "action": "approval.voted",
                "object_id": str(approval_id),
                "details": {"decision": "rejected", "by": "dee@elsewhere.example"},
            }
        ]
    assert (await site.api.get(path)).json()["your_decision"] == "rejected"
    assert (await site.api.post(path, json={"decision": "approved"})).status_code == 409
    unknown = await site.api.get("/approvals/by-token/guessed")
    assert unknown.status_code == 404
    assert "guessed" not in unknown.text


async def test_the_door_counts_who_tries(database_url: str, tmp_path: Path) -> None:
    async with open_site(database_url, tmp_path, strangers_per_min=3) as site:
        statuses = [
            (await site.api.get(f"/approvals/by-token/{attempt}")).status_code
            for attempt in range(5)
        ]
        assert (statuses[0], statuses[-1]) == (404, 429)


async def test_an_event_goes_to_who_brings_it(site: Site) -> None:
    ann = await site.person("ann")
    bob = await site.member(ann, "member")
    user, place = await thread_of(site, ann)
    kept = WaitingRepository(site.services.database, with_mail=False)
    await kept.wait(user, WaitRequest(**place, event="paid", key="A-1"))
    body = {"key": "A-1", "data": {"amount": 5}}
    assert (
        await site.api.post("/workflows/events/paid", json=body, headers=bob.bearer)
    ).status_code == 404
    large = {**body, "data": "x" * 70_000}
    assert (
        await site.api.post("/workflows/events/paid", json=large, headers=ann.bearer)
    ).status_code == 422
    went = await site.api.post("/workflows/events/paid", json=body, headers=ann.bearer)
    assert (went.status_code, went.json()) == (200, {"went_on": 1})
    assert (
        await site.api.post("/workflows/events/paid", json=body, headers=ann.bearer)
    ).status_code == 404


async def test_what_one_was_told_is_marked_as_read(site: Site) -> None:
    ann = await site.person("ann")
    bob = await site.member(ann, "member")
    for _ in range(3):
        await ask(site, ann, bob.user_id)
    unread = {"unread": True}

    async def listed(person: Person, **params: Any) -> list[Any]:
        answer = await site.api.get("/notifications", params=params, headers=person.bearer)
        return answer.json()

    told = await listed(bob)
    assert [each["kind"] for each in told] == ["approval_asked"] * 3
    one = f"/notifications/{told[0]['notification_id']}/read"
    assert (await site.api.post(one, headers=ann.bearer)).status_code == 404
    assert (await site.api.post(one, headers=bob.bearer)).status_code == 204
    assert len(await listed(bob, **unread)) == 2
    assert (await site.api.post("/notifications/read", headers=bob.bearer)).json() == {"read": 2}
    assert await listed(bob, **unread) == []
    assert await listed(ann) == []
    assert len(await listed(bob)) == 3
