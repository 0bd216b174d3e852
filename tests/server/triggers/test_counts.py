"""What a delivery costs, as counts: these catch what times would hide."""

from uuid import UUID

import httpx

from domain.identity import LOCAL_USER
from domain.runs import Run
from server.composition import Services
from tests.server.counted_database import count
from tests.server.triggers.world import endpoint, live_workflow, paid, payment, post, runs


async def ended(services: Services) -> Run:
    """The newest run, once it has ended."""
    newest = (await runs(services))[-1]
    return await services.manager.wait_ended(LOCAL_USER, UUID(str(newest["run_id"])))


async def test_a_delivery_is_five_statements_and_its_run_needs_no_queue(
    services: Services, api: httpx.AsyncClient
) -> None:
    made = await endpoint(api)
    await live_workflow(services.database, paid())
    statements = count(services.database.api)
    await services.database.api.drain()
    await post(api, made["path"], payment("pay_1"))
    first = await ended(services)
    statements.clear()
    answer = await post(api, made["path"], payment("pay_2"))
    taken = statements.copy()
    assert (answer.status_code, answer.json()["runs"]) == (200, 1)
    # Kept with its triggers; what the start needs; the execution; thread and run; what it started.
    assert taken.total() == 5, taken
    statements.clear()
    answer = await post(api, made["path"], payment("pay_2"))
    assert answer.json() == {"verdict": "duplicate", "runs": 1}
    # Nothing is new, what came before, and that it came again.
    assert statements.total() == 3, statements
    second = await ended(services)
    assert first.run_id != second.run_id
    assert {(run.status, run.job_id) for run in (first, second)} == {("success", 0)}
