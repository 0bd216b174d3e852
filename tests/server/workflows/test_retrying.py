"""Trying executions again: by a plan that says what happens twice, and never behind one's back."""

import asyncio
from typing import Any
from uuid import uuid4

from tests.server.workflows.gates import FAILURES
from tests.server.workflows.world import Json, Site
from tests.storage.owner import as_owner
from tests.storage.workflow_rows import document


async def flaky(site: Site, workflow_id: str, failures: int = 1) -> Json:
    """An execution that has failed and would succeed when it has failed often enough."""
    name = str(uuid4())
    FAILURES[name] = failures
    started = await site.execute(workflow_id, flaky=name)
    return await site.until(started["run_id"], "error")


async def did(site: Site, failed: Json, status: str, effect: str = "unsafe") -> str:
    """Note an effect of an execution; returns its key."""
    key = uuid4().hex
    async with as_owner(site.services.database) as connection:
        await connection.execute(
            "INSERT INTO effects (tenant_id, user_id, effect_key, root_run_id, thread_id, node_id,"
            " path, service, task, effect, request_hash, status) VALUES"
            " ('local', 'local', %s, %s, %s, 'say', 'say', 'log', 'write', %s, '', %s)",
            [key, failed["run_id"], failed["thread_id"], effect, status],
        )
    return key


async def planned(site: Site, failed: Json, **query: str) -> Json:
    answer = await site.api.get(f"/workflows/runs/{failed['run_id']}/retry", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def retried(site: Site, failed: Json, plan: Json, *known: str) -> Any:
    body = {"plan_id": plan["plan_id"], "acknowledge": list(known)}
    return await site.api.post(f"/workflows/runs/{failed['run_id']}/retry", json=body)


async def test_it_goes_on_where_it_failed(site: Site) -> None:
    failed = await flaky(site, await site.live())
    plan = await planned(site, failed)
    assert (plan["from"], plan["version"], plan["repeats"]) == ("failed_node", 1, [])
    assert plan["reruns"] == ["say"]
    answer = await retried(site, failed, plan)
    assert answer.status_code == 202, answer.text
    assert answer.json()["thread_id"] == failed["thread_id"]
    done = await site.until(failed["run_id"], "success")
    assert (done["last_run_id"], done["failure"]) == (answer.json()["run_id"], None)
    # The node before the one that failed was not executed again.
    state = (await site.api.get(f"/threads/{failed['thread_id']}")).json()
    assert state["values"]["done"] == ["first", "second"]


async def test_it_begins_anew_as_another_execution_once(site: Site) -> None:
    failed = await flaky(site, await site.live())
    plan = await planned(site, failed, **{"from": "start"})
    assert (plan["from"], plan["reused"], plan["reruns"]) == ("start", [], ["say"])
    tries = await asyncio.gather(*(retried(site, failed, plan) for _ in range(3)))
    assert sorted(each.status_code for each in tries) == [202, 409, 409]
    [started] = [each.json() for each in tries if each.status_code == 202]
    again = await site.until(started["run_id"], "success")
    assert (again["retry_of"], again["trigger_data"]) == (failed["run_id"], failed["trigger_data"])
    refused = await site.api.get(f"/workflows/runs/{failed['run_id']}/retry")
    assert (refused.status_code, refused.json()["code"]) == (409, "already_retried")


async def test_what_happens_twice_is_acknowledged(site: Site) -> None:
    failed = await flaky(site, await site.live())
    done = await did(site, failed, "done")
    doubtful = await did(site, failed, "in_doubt")
    await did(site, failed, "failed")
    await did(site, failed, "done", "read")
    keyed = await did(site, failed, "in_doubt", "keyed")
    from_start = await planned(site, failed, **{"from": "start"})
    assert {each["effect_key"] for each in from_start["repeats"]} == {done, doubtful, keyed}
    plan = await planned(site, failed)
    assert [each["effect_key"] for each in plan["repeats"]] == [doubtful]
    assert (await retried(site, failed, plan)).status_code == 422
    assert (await retried(site, failed, plan, doubtful)).status_code == 202
    await site.until(failed["run_id"], "success")
    async with as_owner(site.services.database) as connection:
        cursor = await connection.execute(
            "SELECT status FROM effects WHERE effect_key = %s", [doubtful]
        )
        # The ledger lets it be sent again.
        assert await cursor.fetchone() == {"status": "failed"}


async def test_a_plan_that_is_not_true_any_more_is_not_done(site: Site) -> None:
    failed = await flaky(site, await site.live())
    plan = await planned(site, failed)
    await did(site, failed, "in_doubt")
    refused = await retried(site, failed, plan)
    assert (refused.status_code, refused.json()["code"]) == (409, "plan_changed")


async def test_the_latest_version_is_tried_where_it_fits(site: Site) -> None:
    workflow_id = await site.live()
    failed = await flaky(site, workflow_id)
    body = {"blueprint": document("Second")}
    await site.api.put(f"/workflows/{workflow_id}", json=body, headers={"If-Match": "1"})
    plan = await planned(site, failed, version="latest")
    assert plan["version"] == 2
    assert (await retried(site, failed, plan)).json()["version"] == 2
    await site.until(failed["run_id"], "success")
    run = (await site.api.get(f"/threads/{failed['thread_id']}/runs")).json()[0]
    assert run["kwargs"]["config"]["configurable"]["workflow_version"] == 2


async def test_refusals_have_codes(site: Site) -> None:
    workflow_id = await site.live()

    async def code(run_id: str, **query: str) -> str:
        answer = await site.api.get(f"/workflows/runs/{run_id}/retry", params=query)
        assert answer.status_code == 409, answer.text
        return answer.json()["code"]

    good = await site.execute(workflow_id)
    await site.until(good["run_id"], "success")
    assert await code(good["run_id"]) == "not_failed"
    waiting = await site.execute(workflow_id, ask=True)
    await site.until(waiting["run_id"], "waiting")
    assert await code(waiting["run_id"]) == "waiting"
    failed = await flaky(site, workflow_id)
    async with as_owner(site.services.database) as connection:
        await connection.execute(
            "DELETE FROM checkpoints WHERE thread_id = %s", [failed["thread_id"]]
        )
    assert await code(failed["run_id"], **{"from": "failed_node"}) == "history_gone"
    assert (await planned(site, failed))["from"] == "start"
