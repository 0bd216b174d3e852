"""The list says what starts each workflow, whether it can, and how it did; in few statements."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from domain.identity import LOCAL_USER, UserContext
from domain.revealed_secrets import SecretMask
from server.triggers.liveness import LivenessProbe
from server.workflows.listing import SHOWN_RUNS, WorkflowListing
from storage.live_schedules import schedules_registered
from storage.webhook_endpoints import EndpointRepository
from storage.workflow_executions import ExecutionRepository
from storage.workflow_triggers import LiveTrigger
from storage.workflows import WorkflowRepository, WorkflowSearch
from tests.server.counted_database import CountedDatabase
from tests.server.triggers.world import live_workflow
from tests.server.workflows.world import Site
from tests.storage.owner import as_owner
from tests.storage.workflow_rows import document, failed_execution, made
from tools.registry import shipped_integrations

SCHEDULE = {"cron": "0 9 * * 1-5", "time_zone": "Asia/Kolkata"}
BOB = UserContext("bob", LOCAL_USER.tenant_id)


async def test_a_row_tells_the_trigger_the_runs_and_the_state(site: Site) -> None:
    workflow_id = await site.made()
    [off] = (await site.api.get("/workflows")).json()
    assert (off["liveness"], off["steps"], off["next_at"]) == ("off", 2, None)
    assert [each["words"] for each in off["triggers"]] == ["start"]
    assert off["triggers"][0]["can_fire"] is None
    assert off["recent_runs"] == []

    await site.api.post(f"/workflows/{workflow_id}/activate", json={})
    runs = [(await site.execute(workflow_id))["run_id"] for _ in range(2)]
    for run in runs:
        await site.until(run, "success")
    [live] = (await site.api.get("/workflows")).json()
    assert live["liveness"] == "live"
    assert [each["run_id"] for each in live["recent_runs"]] == runs[::-1]
    assert live["recent_runs"][0]["status"] == "success"
    assert live["recent_runs"][0]["duration_s"] >= 0


async def test_a_draft_without_a_trigger_of_a_service_says_so(site: Site) -> None:
    blueprint: dict[str, Any] = document()
    blueprint["nodes"][0]["data"] = {"service": "nobody", "task": "knows"}
    await site.made(blueprint)
    [row] = (await site.api.get("/workflows")).json()
    assert row["triggers"][0]["words"] == "Not chosen yet"


async def test_a_page_costs_as_many_statements_as_its_owners_not_its_rows(
    database_url: str,
) -> None:
    async with CountedDatabase(database_url) as database:
        taken = [await _statements(database, more) for more in (2, 8)]
    # The page; for each of two owners the runs, triggers, schedules, endpoints and deliveries, and
    # now and then whom a connection acts for.
    assert taken[0] == taken[1], taken
    assert taken[1].total() <= 1 + 2 * 5 + 4, taken


async def _statements(database: CountedDatabase, more: int) -> Any:
    """What a page asks for after so many more workflows of each kind have come."""
    workflows = WorkflowRepository(database)
    for owner in (LOCAL_USER, BOB):
        await _more_workflows(database, workflows, owner, more)
    for shared in (await workflows.page(BOB, WorkflowSearch()))[0]:
        if shared.rights == "owner":
            await workflows.share(BOB, shared, LOCAL_USER.user_id, "viewer")
    endpoints = EndpointRepository(database, None, SecretMask())
    listing = WorkflowListing(
        ExecutionRepository(database, workflows),
        LivenessProbe(database, endpoints, None),
        shipped_integrations(),
    )
    found, total = await workflows.page(LOCAL_USER, WorkflowSearch(limit=200))
    database.taken()
    found, total = await workflows.page(LOCAL_USER, WorkflowSearch(limit=200))
    rows = await listing.listed(found)
    taken = database.taken()
    assert len(rows) == total
    by_words = {row.triggers[0].words: row for row in rows}
    planned = by_words["Every weekday at 09:00 IST"]
    assert planned.liveness == "live"
    assert planned.next_at
    assert planned.next_at > datetime.now(UTC)
    paid = by_words["Razorpay: Payment received"]
    assert (paid.liveness, "no active endpoint" in str(paid.triggers[0].problem)) == ("stuck", True)
    [run] = by_words["Start by hand"].recent_runs
    assert run.status == "error"
    return taken


async def _more_workflows(
    database: CountedDatabase, workflows: WorkflowRepository, owner: UserContext, more: int
) -> None:
    for _ in range(more):
        planned = await live_workflow(
            database, LiveTrigger("at", "timer", "schedule", SCHEDULE), user=owner
        )
        async with as_owner(database) as connection:
            await schedules_registered(connection, owner, planned, datetime.now(UTC))
        await live_workflow(
            database, LiveTrigger("paid", "razorpay", "payment_received"), user=owner
        )
        drafted = await made(workflows, owner)
        await failed_execution(database, owner, drafted.workflow_id)


async def test_the_newest_runs_alone_are_shown(site: Site) -> None:
    workflow_id = UUID(await site.made())
    runs = [
        await failed_execution(site.services.database, LOCAL_USER, workflow_id)
        for _ in range(SHOWN_RUNS + 1)
    ]
    [row] = (await site.api.get("/workflows")).json()
    assert [each["run_id"] for each in row["recent_runs"]] == [str(r) for r in runs[:0:-1]]
