"""Starts of workflows: what becomes of them, and the limits that hold them."""

from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.errors import Conflict, NotFound
from domain.identity import LOCAL_USER
from domain.workflows.starts import WorkflowStart
from server.workflows.starting import TooManyOpen
from tests.server.workflows.gates import open_gate
from tests.server.workflows.world import Site, eventually, open_workflow_site
from tests.storage.workflow_rows import document


async def statuses(site: Site, workflow_id: str) -> list[str]:
    """Of all executions, oldest first."""
    listed = (await site.api.get(f"/workflows/{workflow_id}/runs")).json()
    return [each["status"] for each in reversed(listed)]


async def test_a_start_becomes_a_run_with_its_data_and_what_it_is_of(site: Site) -> None:
    workflow_id = await site.live(run_timeout=60)
    started = await site.execute(workflow_id, amount=7)
    shown = await site.until(started["run_id"], "success")
    assert (shown["trigger_data"], shown["trigger"], shown["cause"]) == (
        {"amount": 7},
        "begin",
        "manual",
    )
    assert shown["ended_at"] >= shown["started_at"] >= shown["created_at"]
    run = (await site.api.get(f"/runs/{started['run_id']}")).json()
    said = {
        "workflow_id": workflow_id,
        "workflow_version": 1,
        "cause": "manual",
        "trigger": "begin",
        "started_by": "local",
    }
    assert said.items() <= run["metadata"].items()
    assert run["kwargs"]["config"]["configurable"] == {
        "workflow_id": workflow_id,
        "workflow_version": 1,
        "run_timeout_s": 60.0,
    }
    thread = (await site.api.get(f"/threads/{started['thread_id']}")).json()
    assert (said | {"title": "Thanks"}).items() <= thread["metadata"].items()
    detail = (await site.api.get(f"/workflows/{workflow_id}")).json()
    assert detail["statistics"]["success_rate"] == 1.0


async def test_what_is_off_does_not_start_but_its_draft_can_be_tried(site: Site) -> None:
    workflow_id = await site.made()
    refused = await site.api.post(f"/workflows/{workflow_id}/execute", json={})
    assert (refused.status_code, "Activate it" in refused.json()["detail"]) == (409, True)
    tried = await site.api.post(f"/workflows/{workflow_id}/execute", json={"version": 1})
    assert tried.json()["version"] == 1
    unknown = await site.api.post(f"/workflows/{workflow_id}/execute", json={"version": 2})
    assert unknown.status_code == 404


async def test_of_several_triggers_one_is_meant(site: Site) -> None:
    blueprint = document()
    other = {"id": "also", "type": "trigger", "data": {"service": "manual", "task": "start"}}
    blueprint["nodes"].append(other)
    blueprint["edges"].append({"id": "e2", "source": "also", "target": "say"})
    workflow_id = await site.live(blueprint)
    url = f"/workflows/{workflow_id}/execute"
    assert (await site.api.post(url, json={})).status_code == 422
    assert (await site.api.post(url, json={"trigger": "say"})).status_code == 422
    started = (await site.api.post(url, json={"trigger": "also"})).json()
    assert (await site.execution(started["run_id"]))["trigger"] == "also"


async def test_failed_ones_are_failing_and_say_why(site: Site) -> None:
    workflow_id = await site.live()
    started = await site.execute(workflow_id, fail=True)
    failed = await site.until(started["run_id"], "error")
    assert failed["failure"]["code"] == "ProviderRefused"
    assert "the account is closed" in failed["error"]
    [listed] = (await site.api.get("/workflows?status=failing")).json()
    assert listed["workflow_id"] == workflow_id
    started = await site.execute(workflow_id)
    await site.until(started["run_id"], "success")
    assert (await site.api.get("/workflows?status=failing")).json() == []


async def test_one_that_waits_is_one_execution_with_the_run_that_goes_on(site: Site) -> None:
    workflow_id = await site.live()
    started = await site.execute(workflow_id, ask=True)
    waiting = await site.until(started["run_id"], "waiting")
    assert (waiting["ended_at"], waiting["nodes"][0]["status"]) == (None, "waiting")
    assert waiting["nodes"][0]["asks"]["title"] == "May we?"
    answer = await site.api.post(f"/runs/{started['run_id']}/resume", json={"value": "yes"})
    resumed = answer.json()
    done = await site.until(resumed["run_id"], "success")
    assert (done["run_id"], done["last_run_id"]) == (started["run_id"], resumed["run_id"])
    assert done["nodes"][0]["status"] == "success"
    assert await statuses(site, workflow_id) == ["success"]


async def test_executions_are_filtered_by_status_and_date(site: Site) -> None:
    workflow_id = await site.live()
    for fail in (True, False):
        started = await site.execute(workflow_id, fail=fail)
        await site.until(started["run_id"], "success", "error")
    url = f"/workflows/{workflow_id}/runs"

    async def found(**query: Any) -> list[str]:
        return [each["status"] for each in (await site.api.get(url, params=query)).json()]

    assert await found() == ["success", "error"]
    assert await found(status="error") == ["error"]
    assert await found(status=["error", "success"], limit=1, offset=1) == ["error"]
    assert await found(since="2100-01-01T00:00:00Z") == []
    assert await found(until="2100-01-01T00:00:00Z") == ["success", "error"]


async def test_a_slot_lets_so_many_run_and_the_rest_queue_by_key(site: Site) -> None:
    one_each = {"limit": 1, "key": "{{trigger_data.customer}}"}
    workflow_id = await site.live(concurrency=one_each)
    gate = str(uuid4())
    for customer in ("ann", "ann", "bob"):
        await site.execute(workflow_id, customer=customer, gate=gate)

    async def stand(*wanted: str) -> None:
        async def do() -> bool:
            return await statuses(site, workflow_id) == list(wanted)

        await eventually(do)

    await stand("running", "queued", "running")
    open_gate(gate)
    await stand("success", "success", "success")


async def test_a_full_slot_does_not_hold_up_other_work(site: Site) -> None:
    narrow = await site.live(concurrency={"limit": 1})
    wide = await site.live()
    gate = str(uuid4())
    for _ in range(12):
        await site.execute(narrow, gate=gate)
    last = await site.execute(wide)
    await site.until(last["run_id"], "success")
    assert (await statuses(site, narrow)).count("running") == 1
    open_gate(gate)

    async def all_done() -> bool:
        return await statuses(site, narrow) == ["success"] * 12

    await eventually(all_done)


async def test_what_waits_for_a_person_holds_no_slot(site: Site) -> None:
    workflow_id = await site.live(concurrency={"limit": 1})
    asking = await site.execute(workflow_id, ask=True)
    await site.until(asking["run_id"], "waiting")
    other = await site.execute(workflow_id)
    await site.until(other["run_id"], "success")


async def test_a_full_slot_may_refuse_instead(site: Site) -> None:
    workflow_id = await site.live(concurrency={"limit": 1, "when_full": "skip"})
    gate = str(uuid4())
    first = await site.execute(workflow_id, gate=gate)
    await site.until(first["run_id"], "running")
    refused = await site.api.post(f"/workflows/{workflow_id}/execute", json={})
    assert refused.status_code == 409
    assert "`concurrency.limit` is 1" in refused.json()["detail"]
    open_gate(gate)
    await site.until(first["run_id"], "success")


async def test_a_user_has_so_many_at_once_and_so_many_open(
    database_url: str, tmp_path: Path
) -> None:
    limits: dict[str, Any] = {"workflow_runs_per_user": 2, "workflow_queue": 3}
    async with open_workflow_site(database_url, tmp_path, **limits) as site:
        workflow_id = await site.live()
        gate = str(uuid4())
        for _ in range(3):
            await site.execute(workflow_id, gate=gate)

        async def two_run() -> bool:
            return await statuses(site, workflow_id) == ["running", "running", "queued"]

        await eventually(two_run)
        refused = await site.api.post(f"/workflows/{workflow_id}/execute", json={})
        assert refused.status_code == 409
        assert "GOLDENPATH_WORKFLOW_QUEUE" in refused.json()["detail"]
        open_gate(gate)

        async def all_done() -> bool:
            return await statuses(site, workflow_id) == ["success"] * 3

        await eventually(all_done)


async def test_every_refusal_names_its_setting(database_url: str, tmp_path: Path) -> None:
    limits: dict[str, Any] = {"workflows_per_user": 1, "workflow_payload_kb": 1}
    async with open_workflow_site(database_url, tmp_path, with_worker=False, **limits) as site:
        workflow_id = await site.live()
        body = {"name": "x", "blueprint": document()}
        for answer, setting, status in (
            (await site.api.post("/workflows", json=body), "WORKFLOWS_PER_USER", 409),
            (
                await site.api.post(
                    f"/workflows/{workflow_id}/execute", json={"payload": {"x": "y" * 1100}}
                ),
                "WORKFLOW_PAYLOAD_KB",
                413,
            ),
        ):
            assert answer.status_code == status
            assert f"GOLDENPATH_{setting}" in answer.json()["detail"]
        start = WorkflowStart(UUID(workflow_id), "workflow", depth=9)
        with pytest.raises(Conflict, match="GOLDENPATH_WORKFLOW_DEPTH"):
            await site.services.workflows.starter.start(LOCAL_USER, start)


async def test_a_start_belongs_to_the_transaction_of_its_caller(
    database_url: str, tmp_path: Path
) -> None:
    async with open_workflow_site(database_url, tmp_path, with_worker=False) as site:
        workflow_id = await site.live()
        starter = site.services.workflows.starter
        start = WorkflowStart(UUID(workflow_id), "webhook", data={"a": 1}, node_id="begin")

        async def undone() -> None:
            async with site.services.database.system_transaction() as connection:
                await starter.start_in(connection, LOCAL_USER, start)
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            await undone()
        assert await statuses(site, workflow_id) == []
        async with site.services.database.system_transaction() as connection:
            started = await starter.start_in(connection, LOCAL_USER, start)
        assert await statuses(site, workflow_id) == ["queued"]
        shown = await site.execution(str(started.run_id))
        assert (shown["cause"], shown["trigger_data"]) == ("webhook", {"a": 1})
        with pytest.raises(NotFound):
            await starter.start(LOCAL_USER, WorkflowStart(uuid4(), "webhook"))


async def test_deleting_cancels_what_nobody_has_begun(site: Site) -> None:
    workflow_id = await site.live(concurrency={"limit": 1})
    gate = str(uuid4())
    running = await site.execute(workflow_id, gate=gate)
    await site.until(running["run_id"], "running")
    queued = await site.execute(workflow_id)
    await site.api.delete(f"/workflows/{workflow_id}")
    assert (await site.execution(queued["run_id"]))["status"] == "cancelled"
    # Its history is kept, and what was under way goes on.
    open_gate(gate)
    await site.until(running["run_id"], "success")


def test_too_many_is_a_conflict() -> None:
    """Whoever starts by a webhook tells it from what is wrong with the data."""
    assert issubclass(TooManyOpen, Conflict)


@pytest.mark.parametrize("path", ["/runs", "/runs/wait", "/threads/{thread_id}/runs"])
async def test_a_run_of_its_assistant_does_not_pass_by_the_limits(site: Site, path: str) -> None:
    workflow_id = await site.live()
    thread_id = (await site.api.post("/threads", json={})).json()["thread_id"]
    body = {
        "assistant_id": "workflow",
        "input": {"trigger_data": {}},
        "config": {"configurable": {"workflow_id": workflow_id, "workflow_version": 1}},
    }
    refused = await site.api.post(path.format(thread_id=thread_id), json=body)
    assert refused.status_code == 422
    assert "/workflows/{workflow_id}/execute" in refused.json()["detail"]
    assert await statuses(site, workflow_id) == []
