"""What is cleared away, what stays, and who may do it."""

import re
from collections.abc import AsyncIterator
from typing import Any, LiteralString, cast
from uuid import UUID, uuid4

import pytest
from psycopg import sql

from domain.events import CONTROL_TYPES, LIFECYCLE_TYPES
from domain.identity import LOCAL_USER
from domain.retention import Cleared
from domain.workflows.waiting import ApprovalRequest, WaitRequest
from storage.database import Database
from storage.retention import Tidying, tidying
from storage.run_events import ArtifactRepository, EventLog
from storage.sql_files import load_statements
from storage.waiting import WaitingRepository

LONG_AGO = 100.0


@pytest.fixture
async def at_work(database_url: str) -> AsyncIterator[Tidying]:
    async with tidying(database_url, lambda: True) as opened:
        assert opened
        yield opened


async def execute(database: Database, statement: str, *parameters: Any) -> list[dict[str, Any]]:
    async with database.runs.connection() as connection:
        cursor = await connection.execute(cast(LiteralString, statement), parameters)
        return await cursor.fetchall() if cursor.description else []


async def thread(
    database: Database, status: str = "idle", open_runs: int = 0, gone_h: float | None = None
) -> UUID:
    """A thread; `gone_h` says how many hours ago it went with its run."""
    thread_id = uuid4()
    await execute(
        database,
        "INSERT INTO threads (thread_id, tenant_id, user_id, status, open_runs, gone_at)"
        " VALUES (%s, 'local', 'local', %s, %s, now() - make_interval(secs => %s * 3600))",
        thread_id,
        status,
        open_runs,
        gone_h,
    )
    await execute(database, "INSERT INTO event_heads (thread_id) VALUES (%s)", thread_id)
    return thread_id


async def run(database: Database, thread_id: UUID, ended_h: float | None) -> UUID:
    """A run that ended so many hours ago, or runs."""
    run_id = uuid4()
    await execute(
        database,
        "INSERT INTO runs (run_id, thread_id, tenant_id, user_id, assistant_id, graph_id,"
        " status, ended_at) VALUES (%s, %s, 'local', 'local', 'g', 'g', %s,"
        " now() - make_interval(secs => %s * 3600))",
        run_id,
        thread_id,
        "running" if ended_h is None else "success",
        ended_h,
    )
    return run_id


async def tell(database: Database, thread_id: UUID, run_id: UUID, *types: str) -> None:
    """Rows of the log of these types, behind those that are there."""
    await execute(
        database,
        "WITH head AS (UPDATE event_heads SET last_seq = last_seq + cardinality(%s::text[])"
        " WHERE thread_id = %s RETURNING last_seq - cardinality(%s::text[]) AS base)"
        " INSERT INTO run_events (thread_id, seq, run_id, type, body)"
        " SELECT %s, base + place, %s, type, '{}' FROM head,"
        " unnest(%s::text[]) WITH ORDINALITY AS t (type, place)",
        list(types),
        thread_id,
        list(types),
        thread_id,
        run_id,
        list(types),
    )


async def types_left(database: Database, thread_id: UUID) -> list[str]:
    return [event.type for event in await EventLog(database).after(thread_id, 0, 10_000)]


async def test_stream_parts_go_some_time_after_their_run_and_events_never(
    database: Database, at_work: Tidying
) -> None:
    of_people = sorted(LIFECYCLE_TYPES | CONTROL_TYPES)
    thread_id = await thread(database)
    old, young, running = [await run(database, thread_id, ended) for ended in (25.0, 23.0, None)]
    for run_id in (old, young, running):
        await tell(database, thread_id, run_id, *of_people, "values", "messages|a:1", "custom")
    rolled_back = uuid4()
    await tell(database, thread_id, rolled_back, "agent_started", "updates", "end")
    assert await at_work.clear_stream_parts(24) == 3 + 1
    parts = ["values", "messages|a:1", "custom"]
    assert await types_left(database, thread_id) == [
        *of_people,
        *([*of_people, *parts] * 2),
        "agent_started",
        "end",
    ]
    assert await at_work.clear_stream_parts(24) == 0


async def test_many_parts_go_in_small_transactions(database: Database, at_work: Tidying) -> None:
    thread_id = await thread(database)
    runs = [await run(database, thread_id, LONG_AGO) for _ in range(3)]
    for run_id in runs:
        await tell(database, thread_id, run_id, "agent_started", *(["values"] * 1_500), "end")
    before = await execute(database, "SELECT pg_current_xact_id()::text::int8 AS id")
    assert await at_work.clear_stream_parts(24) == 4_500
    after = await execute(database, "SELECT pg_current_xact_id()::text::int8 AS id")
    assert after[0]["id"] - before[0]["id"] - 1 >= 5
    assert await types_left(database, thread_id) == ["agent_started", "end"] * 3


async def test_what_shall_stop_stops_between_transactions(
    database: Database, database_url: str
) -> None:
    thread_id = await thread(database)
    run_id = await run(database, thread_id, LONG_AGO)
    await tell(database, thread_id, run_id, *(["values"] * 2_500))
    asked = 0

    def may_go_on() -> bool:
        nonlocal asked
        asked += 1
        return asked <= 3

    async with tidying(database_url, may_go_on) as at_work:
        assert at_work
        assert await at_work.clear_stream_parts(24) == 2_000
    async with tidying(database_url, lambda: True) as at_work:
        assert at_work
        assert await at_work.clear_stream_parts(24) == 500


async def test_every_list_of_events_that_stay_is_complete(database: Database) -> None:
    """In the index and in the statements, which must say the same to make use of it."""
    of_people = LIFECYCLE_TYPES | CONTROL_TYPES
    query = "SELECT indexdef FROM pg_indexes WHERE indexname = 'run_events_stream_parts'"
    [index] = await execute(database, query)
    assert set(re.findall(r"'(\w+)'", index["indexdef"])) == of_people
    statements = load_statements("retention")
    lists = re.findall(r"NOT IN \(([^)]+)\)", "".join(statements.values()))
    assert len(lists) == 3
    for names in lists:
        assert set(re.findall(r"'(\w+)'", names)) == of_people


async def test_old_runs_go_but_for_each_threads_newest_and_those_that_are_needed(
    database: Database, at_work: Tidying
) -> None:
    idle, waiting, busy = [
        await thread(database, status, open_runs)
        for status, open_runs in (("idle", 0), ("interrupted", 0), ("busy", 1))
    ]
    for thread_id in (idle, waiting, busy):
        for ended in (LONG_AGO, 50.0, 49.0):
            await run(database, thread_id, ended)
    kept = await run(database, await thread(database), LONG_AGO)
    young = await thread(database)
    for ended in (47.0, 1.0):
        await run(database, young, ended)
    assert await at_work.clear_runs(2) == 2
    left = await execute(
        database, "SELECT thread_id, count(*) AS runs FROM runs GROUP BY thread_id"
    )
    counts = {row["thread_id"]: row["runs"] for row in left}
    assert [counts[thread_id] for thread_id in (idle, waiting, busy, young)] == [1, 3, 3, 2]
    assert await execute(database, "SELECT 1 FROM runs WHERE run_id = %s", kept)
    assert await at_work.clear_runs(2) == 0


async def wait(database: Database, thread_id: UUID) -> None:
    """Let the thread wait for somebody and for something."""
    place: dict[str, Any] = {
        "root_run_id": thread_id,
        "thread_id": thread_id,
        "workflow_id": uuid4(),
        "node_id": "gate",
    }
    kept = WaitingRepository(database, with_mail=False)
    asked = ApprovalRequest(**place, path="gate", title="May it?", approvers=("local",))
    await kept.ask(LOCAL_USER, asked)
    await kept.wait(LOCAL_USER, WaitRequest(**place, path="wait", event="paid"))


async def test_a_thread_that_went_with_its_run_leaves_nothing_anywhere(
    database: Database, at_work: Tidying
) -> None:
    gone, late, alive = [await thread(database, gone_h=gone_h) for gone_h in (25.0, 23.0, None)]
    for thread_id in (gone, late, alive):
        await tell(
            database, thread_id, await run(database, thread_id, 25.0), "agent_started", "end"
        )
        await ArtifactRepository(database).save(LOCAL_USER, thread_id, "text/plain", b"x")
        await execute(
            database,
            "INSERT INTO workflow_executions (thread_id, run_id, tenant_id, user_id, workflow_id,"
            " version, cause, started_by) VALUES (%s, %s, 'local', 'local', %s, 1, 'manual', 'me')",
            *(thread_id, uuid4(), uuid4()),
        )
        await execute(
            database,
            "INSERT INTO workflow_endings (run_id, thread_id, tenant_id, user_id, end_status)"
            " VALUES (%s, %s, 'local', 'local', 'error')",
            *(uuid4(), thread_id),
        )
        await wait(database, thread_id)
        for table, columns in (
            ("checkpoints", "checkpoint_ns, checkpoint_id, checkpoint"),
            ("checkpoint_blobs", "checkpoint_ns, channel, version, type"),
            ("checkpoint_writes", "checkpoint_id, task_id, idx, channel, blob"),
        ):
            values = {"checkpoints": ("", "1", "{}"), "checkpoint_blobs": ("", "c", "1", "t")}
            await execute(
                database,
                f"INSERT INTO {table} (thread_id, {columns}) VALUES"
                f" (%s{', %s' * len(columns.split(','))})",
                str(thread_id),
                *values.get(table, ("1", "t", 0, "c", b"")),
            )
    assert await at_work.clear_gone_threads(24) == 1
    for row in await tables_with_threads(database):
        count = sql.SQL("SELECT thread_id::text AS id FROM {}.{} ").format(
            sql.Identifier(row["table_schema"]), sql.Identifier(row["table_name"])
        )
        async with database.runs.connection() as connection:
            ids = {found["id"] for found in await (await connection.execute(count)).fetchall()}
        assert str(gone) not in ids, row["table_name"]
        # Reports outlast their thread, and so does what is known of effects outside.
        is_empty = row["table_name"] in ("reports", "effects")
        assert {str(late), str(alive)} <= ids or is_empty, row["table_name"]


async def tables_with_threads(database: Database) -> list[dict[str, Any]]:
    tables = await execute(
        database,
        "SELECT table_schema, table_name FROM information_schema.columns"
        " JOIN information_schema.tables USING (table_schema, table_name)"
        " WHERE column_name = 'thread_id' AND table_schema IN ('goldenpath', 'langgraph')"
        # Views show what their tables have.
        " AND table_type = 'BASE TABLE'",
    )
    assert len(tables) >= 8
    return tables


async def test_only_one_process_tidies_up_at_a_time(database_url: str, at_work: Tidying) -> None:
    async with tidying(database_url, lambda: True) as other:
        assert other is None


async def test_it_is_due_once_after_the_hour_by_the_databases_clock(
    database: Database, at_work: Tidying
) -> None:
    now = await at_work.now()
    hour = now.hour
    assert (await at_work.is_due(hour))[0]
    await at_work.finish(Cleared(runs=3))
    is_due, next_s = await at_work.is_due(hour)
    assert not is_due
    assert 22 * 3_600 < next_s <= 24 * 3_600
    [row] = await execute(database, "SELECT cleared FROM last_tidying")
    assert row["cleared"]["runs"] == 3
    yesterday = "UPDATE last_tidying SET finished_at = finished_at - interval '1 day'"
    await execute(database, yesterday)
    assert (await at_work.is_due(hour))[0]


def test_the_summary_is_a_sentence() -> None:
    cleared = Cleared(stream_parts=12_345, runs=1)
    assert cleared.sentence() == (
        "Cleared away: 12,345 stream parts, 1 runs, 0 threads, 0 executions, 0 checkpoints, "
        "0 values, 0 counts, 0 audit entries, 0 deliveries, 0 schedule fires, 0 notifications."
    )
