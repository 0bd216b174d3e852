"""What the end of an execution starts and tells: once, whoever does it and whoever dies over it."""

import asyncio
import sys
from pathlib import Path
from typing import Any, LiteralString

from domain.identity import LOCAL_USER
from storage.database import Database
from storage.workflow_endings import claim_ending
from storage.workflows import WorkflowRepository
from tests.server.workflows.world import Site, eventually, open_workflow_site
from tests.storage.owner import as_owner
from tests.storage.workflow_rows import document, failed_execution, made

Json = dict[str, Any]


def listening(task: str, name: str, **params: str) -> Json:
    """A workflow that starts with the end of others."""
    found = document(name)
    found["nodes"][0]["data"] = {"service": "goldenpath", "task": task, "params": params}
    return found


async def executions(site: Site, workflow_id: str) -> list[Json]:
    return (await site.api.get(f"/workflows/{workflow_id}/runs")).json()


async def told(site: Site) -> list[Json]:
    return (await site.api.get("/notifications")).json()


async def count(site: Site, statement: LiteralString) -> int:
    async with as_owner(site.services.database) as connection:
        row = await (await connection.execute(statement)).fetchone()
    assert row
    return row["n"]


async def until_told(site: Site) -> None:
    """Wait until no end is left to tell."""

    async def is_told() -> bool:
        return not await count(site, "SELECT count(*) AS n FROM workflow_endings")

    await eventually(is_told)


async def test_a_failure_starts_the_error_workflow_and_tells_the_owner(site: Site) -> None:
    failing = await site.live(document("Pay"))
    other = await site.live(document("Other"))
    on_any = await site.live(listening("workflow_failed", "Any"))
    on_this = await site.live(listening("workflow_failed", "This", workflow_id=failing))
    on_other = await site.live(listening("workflow_failed", "That", workflow_id=other))
    on_end = await site.live(listening("workflow_completed", "Done", workflow_id=failing))
    run_id = (await site.execute(failing, fail=True, amount=7))["run_id"]
    failed = await site.until(run_id, "error")
    await until_told(site)
    for workflow_id in (on_any, on_this):
        (started,) = await executions(site, workflow_id)
        assert (started["cause"], started["trigger"]) == ("failure", "begin")
        shown = await site.until(started["run_id"], "success")
        data = shown["trigger_data"]
        assert data["workflow_id"] == failing
        assert (data["workflow_name"], data["version"], data["status"]) == ("Pay", 1, "error")
        assert (data["run_id"], data["thread_id"]) == (run_id, failed["thread_id"])
        assert data["error"]["code"] == "ProviderRefused"
        assert "the account is closed" in data["error"]["message"]
        assert data["trigger_data"] == {"fail": True, "amount": 7}
        assert data["started_at"] <= data["ended_at"]
    assert await executions(site, on_other) == await executions(site, on_end) == []
    (notice,) = await told(site)
    assert (notice["kind"], notice["title"]) == ("run_failed", "Pay failed")
    assert "the account is closed" in notice["message"]
    assert {"workflow_id": failing, "run_id": run_id}.items() <= notice["about"].items()


async def test_a_good_end_starts_who_listens_for_it_and_tells_nobody(site: Site) -> None:
    first = await site.live(document("First"))
    after = await site.live(listening("workflow_completed", "After", workflow_id=first))
    await site.until((await site.execute(first, amount=1))["run_id"], "success")
    await until_told(site)
    (started,) = await executions(site, after)
    shown = await site.until(started["run_id"], "success")
    assert (shown["cause"], shown["trigger_data"]["status"]) == ("completion", "success")
    assert "error" not in shown["trigger_data"]
    assert await told(site) == []


async def test_who_wants_no_notice_gets_none(site: Site) -> None:
    workflow_id = await site.live(document("Quiet", notify_on_failure=False))
    await site.until((await site.execute(workflow_id, fail=True))["run_id"], "error")
    await until_told(site)
    assert await told(site) == []


async def test_what_is_cancelled_has_not_failed(site: Site) -> None:
    await site.live(listening("workflow_failed", "Any"))
    workflow_id = await site.live(document("Asks"))
    run_id = (await site.execute(workflow_id, ask=True))["run_id"]
    await site.until(run_id, "waiting")
    await site.api.post(f"/workflows/runs/{run_id}/cancel")
    await site.until(run_id, "cancelled")
    assert not await count(site, "SELECT count(*) AS n FROM workflow_endings")
    assert await told(site) == []


async def test_large_data_is_not_copied(site: Site) -> None:
    failing = await site.live(document("Pay"))
    error = await site.live(listening("workflow_failed", "Any"))
    run_id = (await site.execute(failing, fail=True, text="x" * 70_000))["run_id"]
    await site.until(run_id, "error")
    await until_told(site)
    (started,) = await executions(site, error)
    shown = await site.until(started["run_id"], "success")
    copied = shown["trigger_data"]["trigger_data"]
    assert copied["size"] > 70_000
    assert len(copied["preview"]) == 1_000


async def test_a_workflow_starts_with_its_own_end_only_if_it_says_so_and_not_for_ever(
    database_url: str, tmp_path: Path
) -> None:
    async with open_workflow_site(database_url, tmp_path, workflow_depth=3) as site:
        itself = document("Round")
        itself["nodes"][0]["data"] = {"service": "goldenpath", "task": "workflow_completed"}
        workflow_id = await site.live(itself)
        await site.until((await site.execute(workflow_id))["run_id"], "success")
        await until_told(site)
        assert len(await executions(site, workflow_id)) == 1
        itself["nodes"][0]["data"]["params"] = {"workflow_id": workflow_id}
        saved = await site.api.put(
            f"/workflows/{workflow_id}", json={"blueprint": itself}, headers={"If-Match": "1"}
        )
        assert saved.status_code == 200, saved.text
        await site.api.post(f"/workflows/{workflow_id}/activate", json={})
        await site.execute(workflow_id)

        async def is_refused() -> bool:
            return any(each["kind"] == "start_refused" for each in await told(site))

        await eventually(is_refused)
        await until_told(site)
        # The one before, the one by hand, and three in the chain.
        assert len(await executions(site, workflow_id)) == 1 + 1 + 3
        (refusal,) = await told(site)
        assert "GOLDENPATH_WORKFLOW_DEPTH" in refusal["message"]


async def test_an_execution_that_is_tried_again_is_told_of_again(site: Site) -> None:
    workflow_id = await site.live(document("Pay"))
    run_id = (await site.execute(workflow_id, fail=True))["run_id"]
    await site.until(run_id, "error")
    plan = (await site.api.get(f"/workflows/runs/{run_id}/retry")).json()
    again = await site.api.post(
        f"/workflows/runs/{run_id}/retry", json={"plan_id": plan["plan_id"]}
    )
    assert again.status_code == 202, again.text

    async def is_told_twice() -> bool:
        return len(await told(site)) == 2

    await eventually(is_told_twice)
    await until_told(site)
    assert len(await told(site)) == 2


async def test_several_processes_tell_an_end_once(database_url: str, tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("a", "b")]
    for folder in folders:
        folder.mkdir()
    async with (
        open_workflow_site(database_url, folders[0]) as site,
        open_workflow_site(database_url, folders[1]) as other,
    ):
        failing = await site.live(document("Pay"))
        error = await site.live(listening("workflow_failed", "Any"))
        runs = [(await site.execute(failing, fail=True))["run_id"] for _ in range(8)]
        for run_id in runs:
            await site.until(run_id, "error")
        await asyncio.gather(*(each.services.endings.look() for each in (site, other) * 2))
        await until_told(site)
        assert len(await executions(site, error)) == len(await told(site)) == len(runs)


async def test_who_dies_over_telling_leaves_it_to_the_next(
    database_url: str, tmp_path: Path
) -> None:
    async with open_workflow_site(database_url, tmp_path) as site:
        failing = await site.live(document("Pay"))
        error = await site.live(listening("workflow_failed", "Any"))
        database = site.services.database
        # It is claimed before the end can be told, and whoever has it is killed.
        async with as_owner(database) as connection:
            await connection.execute("LOCK TABLE notifications IN ACCESS EXCLUSIVE MODE")
            run_id = (await site.execute(failing, fail=True))["run_id"]
            await site.until(run_id, "error")

            async def is_stuck() -> bool:
                async with as_owner(database) as other:
                    cursor = await other.execute(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                        " WHERE wait_event_type = 'Lock'"
                        " AND query LIKE '%INSERT INTO notifications%'"
                    )
                    return await cursor.fetchone() is not None

            await eventually(is_stuck)
        await until_told(site)
        assert len(await executions(site, error)) == len(await told(site)) == 1


#: Tells of an end all but for the commit, and waits there for its death.
TELLING = """
import asyncio, sys
from domain.workflows.notices import Notice
from storage.database import Database
from storage.notices import Receiver, tell
from storage.workflow_endings import claim_ending, mark_ending_told

async def main() -> None:
    async with Database(sys.argv[1]) as database, database.runs.connection() as connection:
        async with connection.transaction():
            ending = await claim_ending(connection)
            notice = Notice("run_failed", ending.name, "It failed.")
            receivers = [Receiver(ending.user_id)]
            await tell(connection, ending.tenant_id, receivers, notice, with_mail=False)
            await mark_ending_told(connection, ending)
            print(ending.run_id, flush=True)
            await asyncio.Event().wait()

asyncio.run(main())
"""


async def test_a_process_that_is_killed_over_telling_has_told_nothing(database: Database) -> None:
    workflow = await made(WorkflowRepository(database), LOCAL_USER)
    run_id = await failed_execution(database, LOCAL_USER, workflow.workflow_id)
    async with as_owner(database) as connection:
        await connection.execute(
            "INSERT INTO workflow_endings (run_id, thread_id, tenant_id, user_id, end_status)"
            " SELECT run_id, thread_id, tenant_id, user_id, end_status FROM runs"
        )
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", TELLING, database.url), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout
    line = await process.stdout.readline()
    async with as_owner(database) as connection:
        assert (line.decode().strip(), await claim_ending(connection)) == (str(run_id), None)
    process.kill()
    await process.wait()

    async def is_there_again() -> bool:
        async with as_owner(database) as connection:
            ending = await claim_ending(connection)
            return ending is not None and ending.run_id == run_id

    await eventually(is_there_again)
    async with as_owner(database) as connection:
        cursor = await connection.execute("SELECT count(*) AS n FROM notifications")
        assert await cursor.fetchone() == {"n": 0}
