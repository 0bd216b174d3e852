"""Figures of workflows: counted over executions, by node and code where they failed."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from domain.events import Event
from domain.identity import LOCAL_USER
from tests.server.workflows.world import Site
from tests.storage.owner import as_owner
from tests.storage.workflow_rows import failed_execution, output_of, say


async def failed_at(site: Site, workflow_id: str, node_id: str, code: str) -> str:
    """An execution that failed at a node, with its log and an effect."""
    database = site.services.database
    run_id = await failed_execution(database, LOCAL_USER, UUID(workflow_id))
    run = await site.services.runs.get(LOCAL_USER, run_id)

    def event(kind: Any, **payload: Any) -> Event:
        now = datetime.now(UTC)
        ids = (str(run_id), str(run.thread_id))
        return Event(kind, *ids, 1, now, ("workflow",), None, payload)

    named = {"node_id": node_id, "item": node_id}
    call = {"call_id": "c", "tool": "log.write"}
    said = [
        event("tool_executing", **call, args={}, **named),
        event("tool_completed", **call, status="error", error="no", result=None, **named),
        event("error", error=code, message="no"),
        event("end", status="error"),
    ]
    await say(database, said)
    async with as_owner(database) as connection:
        await connection.execute(
            "INSERT INTO effects (tenant_id, user_id, effect_key, root_run_id, thread_id, node_id,"
            " path, service, task, effect, request_hash, status) VALUES"
            " ('local', 'local', %s, %s, %s, %s, %s, 'whatsapp', 'send', 'unsafe', '', 'in_doubt')",
            [f"{run_id}", run_id, run.thread_id, node_id, node_id],
        )
    return str(run_id)


async def test_executions_are_counted_with_where_they_failed(site: Site) -> None:
    busy, quiet = await site.live(), await site.live()
    for _ in range(2):
        started = await site.execute(busy)
        await site.until(started["run_id"], "success")
    for node_id, code in (("say", "ProviderRefused"), ("say", "ProviderRefused"), ("b", "Odd")):
        await failed_at(site, busy, node_id, code)
    started = await site.execute(quiet, ask=True)
    await site.until(started["run_id"], "waiting")
    found = (await site.api.get("/workflows/analytics")).json()
    assert (found["whole"]["executions"], found["whole"]["waiting"]) == (6, 1)
    first, second = found["workflows"]
    assert (first["workflow_id"], first["success_rate"]) == (busy, 0.4)
    assert 0 <= first["p50_s"] <= first["p95_s"]
    assert (second["workflow_id"], second["success_rate"], second["p50_s"]) == (quiet, None, None)
    assert [(each["node_id"], each["code"], each["executions"]) for each in found["failures"]] == [
        ("say", "ProviderRefused", 2),
        ("b", "Odd", 1),
    ]
    [effect] = found["effects"]
    assert (effect["service"], effect["status"], effect["effects"]) == ("whatsapp", "in_doubt", 3)
    assert sum(each["executions"] for each in found["series"]) == 6
    one = (await site.api.get("/workflows/analytics", params={"workflow_id": quiet})).json()
    assert (one["whole"]["executions"], one["failures"], one["effects"]) == (1, [], [])


async def test_the_period_counts(site: Site) -> None:
    started = await site.execute(await site.live())
    await site.until(started["run_id"], "success")
    past = {"since": "2020-01-01T00:00:00", "until": "2020-02-01T00:00:00Z"}
    found = (await site.api.get("/workflows/analytics", params=past)).json()
    assert (found["whole"]["executions"], found["workflows"], found["series"]) == (0, [], [])
    for wrong in (
        {"since": "2020-01-01", "until": "2019-01-01"},
        {"since": "2020-01-01", "until": "2022-01-01"},
    ):
        answer = await site.api.get("/workflows/analytics", params=wrong)
        assert answer.status_code == 422


async def test_an_execution_shows_what_its_nodes_did(site: Site) -> None:
    run_id = await failed_at(site, await site.live(), "say", "ProviderRefused")
    shown = await site.execution(run_id)
    [node] = shown["nodes"]
    assert (node["node_id"], node["does"], node["status"]) == ("say", "log.write", "error")
    assert (node["error"], len(node["attempts"])) == ("no", 1)
    assert shown["failure"] == {"code": "ProviderRefused", "message": "no"}
    assert (shown["trigger_data"], shown["seq"]) == ({"text": "x"}, 4)


async def test_a_large_output_is_fetched_from_its_own_execution(site: Site) -> None:
    database, workflow_id = site.services.database, await site.live()
    run_id, other = [await failed_at(site, workflow_id, "say", "Odd") for _ in range(2)]
    artifact_id = await output_of(database, LOCAL_USER, UUID(run_id))
    found = await site.api.get(f"/workflows/runs/{run_id}/outputs/{artifact_id}")
    assert (found.status_code, found.json()) == (200, {"large": True})
    assert found.headers["content-disposition"].startswith("attachment")
    refused = await site.api.get(f"/workflows/runs/{other}/outputs/{artifact_id}")
    assert refused.status_code == 404


async def test_what_models_took_is_added_up_by_the_runs_root(site: Site) -> None:
    workflow_id = await site.live()
    for cost in ("0.5", "0.25", None):
        run_id = await failed_execution(site.services.database, LOCAL_USER, UUID(workflow_id))
        run = await site.services.runs.get(LOCAL_USER, run_id)
        usage = {"model": "m", "input_tokens": 10, "output_tokens": 1, "cost_usd": cost}
        done = {"status": "success", "duration_ms": 1, "usage": usage}
        ids = (str(run_id), str(run.thread_id))
        paths = (("workflow", "ask"), ("workflow",))
        now = datetime.now(UTC)
        said = [Event("agent_completed", *ids, 1, now, path, None, done) for path in paths]
        await say(site.services.database, said)
    found = (await site.api.get("/workflows/analytics")).json()
    [day] = found["costs"]
    assert (found["step"], day["cost_usd"], day["unpriced_runs"]) == ("day", "0.75", 1)
    assert (day["input_tokens"], day["output_tokens"]) == (30, 3)
