"""Executions of workflows: how long they are kept, and how many."""

from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import pytest

from domain.identity import LOCAL_USER
from storage.database import Database
from storage.retention import Tidying, tidying
from storage.workflows import WorkflowRepository
from tests.storage.test_retention import LONG_AGO, execute, run, thread
from tests.storage.workflow_rows import draft


@pytest.fixture
async def at_work(database_url: str) -> AsyncIterator[Tidying]:
    async with tidying(database_url, lambda: True) as opened:
        assert opened
        yield opened


async def executed(
    database: Database, workflow_id: UUID, ended_h: float, status: str = "idle", open_runs: int = 0
) -> UUID:
    """An execution of a workflow that ended so many hours ago, with an effect; its thread."""
    thread_id = await thread(database, status, open_runs)
    run_id = await run(database, thread_id, ended_h)
    await execute(
        database,
        "INSERT INTO workflow_executions (thread_id, run_id, tenant_id, user_id, workflow_id,"
        " version, cause, started_by) VALUES (%s, %s, 'local', 'local', %s, 1, 'manual', 'me')",
        *(thread_id, run_id, workflow_id),
    )
    await execute(
        database,
        "INSERT INTO effects (tenant_id, user_id, effect_key, root_run_id, thread_id, node_id,"
        " path, service, task, effect, request_hash, status) VALUES ('local', 'local', %s, %s, %s,"
        " 'n', 'n', 's', 't', 'keyed', 'h', 'done')",
        *(str(run_id), run_id, thread_id),
    )
    return thread_id


async def executions_left(database: Database) -> set[UUID]:
    left = await execute(database, "SELECT thread_id FROM workflow_executions")
    ledger = await execute(database, "SELECT DISTINCT thread_id FROM effects")
    found = {row["thread_id"] for row in left}
    assert found == {row["thread_id"] for row in ledger}
    return found


async def test_executions_go_after_the_days_of_their_workflow_and_what_waits_never(
    database: Database, at_work: Tidying
) -> None:
    workflows = WorkflowRepository(database)
    plain = await workflows.create(LOCAL_USER, draft())
    short = await workflows.create(LOCAL_USER, draft(retention_days=1))
    old, young = [await executed(database, plain, hours) for hours in (31 * 24.0, 29 * 24.0)]
    two_days, hours = [await executed(database, short, ended) for ended in (48.0, 2.0)]
    waiting = await executed(database, short, LONG_AGO, "interrupted")
    busy = await executed(database, short, LONG_AGO, "busy", 1)
    untold = await executed(database, short, LONG_AGO)
    await execute(
        database,
        "INSERT INTO workflow_endings (run_id, thread_id, tenant_id, user_id, end_status)"
        " VALUES (%s, %s, 'local', 'local', 'error')",
        *(uuid4(), untold),
    )
    assert await at_work.clear_executions(0, 10_000) == 1
    assert two_days not in await executions_left(database)
    assert await at_work.clear_executions(30, 10_000) == 1
    assert await executions_left(database) == {young, hours, waiting, busy, untold}
    assert not await execute(database, "SELECT 1 FROM threads WHERE thread_id = %s", old)
    assert await at_work.clear_executions(30, 10_000) == 0


async def test_of_each_workflow_so_many_executions_are_kept(
    database: Database, at_work: Tidying
) -> None:
    workflows = WorkflowRepository(database)
    one, other = [await workflows.create(LOCAL_USER, draft()) for _ in range(2)]
    many = [await executed(database, one, 1.0) for _ in range(105)]
    waiting = await executed(database, other, 1.0, "interrupted")
    few = [await executed(database, other, 1.0) for _ in range(3)]
    assert await at_work.clear_executions(30, 3) == 102
    # What waits is beyond the number and stays all the same.
    assert await executions_left(database) == {*many[-3:], waiting, *few}
