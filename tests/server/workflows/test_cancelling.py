"""Cancelling executions that wait: what they have asked for is called off with them."""

from typing import Any
from uuid import UUID

import orjson
import pytest

from domain.errors import Conflict
from domain.grammar import thread_violations
from domain.identity import LOCAL_USER
from domain.workflows.votes import Ballot
from domain.workflows.waiting import ApprovalRequest, WaitRequest
from storage.waiting import WaitingRepository
from tests.server.workflows.world import Site
from tests.storage.owner import as_owner

Json = dict[str, Any]


async def waiting(site: Site) -> tuple[str, Json, UUID]:
    """A workflow, its execution that waits, and the approval that it waits for."""
    workflow_id = await site.live()
    started = await site.execute(workflow_id, ask=True)
    shown = await site.until(started["run_id"], "waiting")
    place: Json = {
        "root_run_id": UUID(started["run_id"]),
        "thread_id": UUID(started["thread_id"]),
        "workflow_id": UUID(workflow_id),
        "node_id": "gate",
    }
    kept = WaitingRepository(site.services.database, with_mail=True)
    approvers = ("local", "dee@elsewhere.example")
    approval_id = await kept.ask(
        LOCAL_USER, ApprovalRequest(**place, path="gate", title="May we?", approvers=approvers)
    )
    await kept.wait(LOCAL_USER, WaitRequest(**place, path="paid", event="paid"))
    return workflow_id, shown, approval_id


async def require_called_off(site: Site, run_id: str, approval_id: UUID) -> None:
    """All that the execution waited for is closed, and nobody can vote."""
    shown = await site.execution(run_id)
    assert shown["status"] == "cancelled"
    assert shown["ended_at"]
    with pytest.raises(Conflict, match="was cancelled"):
        await site.services.waiting.vote(LOCAL_USER, approval_id, Ballot("approved"))
    async with as_owner(site.services.database) as connection:
        cursor = await connection.execute(
            "SELECT (SELECT count(*) FROM approvals WHERE status <> 'cancelled')"
            " + (SELECT count(*) FROM waits WHERE outcome IS DISTINCT FROM 'cancelled')"
            " + (SELECT count(*) FROM notifications WHERE mail_due_at IS NOT NULL) AS n"
        )
        assert await cursor.fetchone() == {"n": 0}
        cursor = await connection.execute("SELECT status, interrupts FROM threads")
        assert await cursor.fetchone() == {"status": "idle", "interrupts": {}}
    assert (await site.api.get("/approvals")).json() == []


async def log(site: Site, thread_id: str) -> list[Json]:
    rows = await site.services.events.after(UUID(thread_id), 0, 1_000)
    return [{**orjson.loads(row.body), "seq": row.seq} for row in rows]


@pytest.mark.parametrize(
    "path",
    [
        "/workflows/runs/{run_id}/cancel",
        "/runs/{run_id}/cancel",
        "/threads/{thread_id}/runs/{run_id}/cancel?wait=true",
        "/threads/{thread_id}/runs/{run_id}/cancel?action=rollback",
    ],
)
async def test_what_waits_is_cancelled_by_every_route(site: Site, path: str) -> None:
    _, shown, approval_id = await waiting(site)
    run_id, thread_id = shown["run_id"], shown["thread_id"]
    answer = await site.api.post(path.format(run_id=run_id, thread_id=thread_id))
    assert answer.is_success, answer.text
    await require_called_off(site, run_id, approval_id)
    events = await log(site, thread_id)
    assert not thread_violations(events)
    assert (events[-1]["type"], events[-1]["status"]) == ("end", "cancelled")
    again = await site.api.post(f"/workflows/runs/{run_id}/cancel")
    assert again.status_code == 409


async def test_many_are_cancelled_by_their_names(site: Site) -> None:
    _, shown, approval_id = await waiting(site)
    body = {"thread_id": shown["thread_id"], "run_ids": [shown["run_id"]]}
    assert (await site.api.post("/runs/cancel", json=body)).status_code == 204
    await require_called_off(site, shown["run_id"], approval_id)


async def test_a_deleted_workflow_waits_for_nobody(site: Site) -> None:
    workflow_id, shown, approval_id = await waiting(site)
    assert (await site.api.delete(f"/workflows/{workflow_id}")).status_code == 204
    await require_called_off(site, shown["run_id"], approval_id)


async def test_what_was_called_off_is_tried_again_from_the_start_alone(site: Site) -> None:
    _, shown, _ = await waiting(site)
    path = f"/workflows/runs/{shown['run_id']}"
    assert (await site.api.get(f"{path}/retry")).status_code == 409
    await site.api.post(f"{path}/cancel")
    plan = await site.api.get(f"{path}/retry")
    assert plan.json()["from"] == "start", plan.text
    refused = await site.api.get(f"{path}/retry", params={"from": "failed_node"})
    assert (refused.status_code, refused.json()["code"]) == (409, "history_gone")


async def test_a_run_that_fails_leaves_nobody_asked(site: Site) -> None:
    _, shown, approval_id = await waiting(site)
    async with as_owner(site.services.database) as connection:
        await connection.execute(
            "UPDATE runs SET status = 'running', end_status = NULL WHERE run_id = %s",
            [shown["run_id"]],
        )
        await connection.execute(
            "UPDATE runs SET status = 'error', end_status = 'error' WHERE run_id = %s",
            [shown["run_id"]],
        )
    with pytest.raises(Conflict, match="was cancelled"):
        await site.services.waiting.vote(LOCAL_USER, approval_id, Ballot("approved"))
