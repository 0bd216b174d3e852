"""What a user ran: one entry a message, one an execution; narrowed, page by page, nobody else's."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.errors import NotFound
from domain.events import Event
from domain.identity import LOCAL_USER, UserContext
from storage.database import Database
from storage.json_columns import to_json
from storage.run_history import EventPart, RunEntry, RunHistory, RunSearch
from storage.workflows import WorkflowRepository
from tests.server.counted_database import CountedDatabase
from tests.storage.owner import as_owner
from tests.storage.workflow_rows import failed_execution, made, say

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
STRANGER = UserContext(user_id="stranger", tenant_id=LOCAL_USER.tenant_id)


async def thread(database: Database, title: str, **columns: Any) -> UUID:
    """A conversation of the local user."""
    thread_id = uuid4()
    async with as_owner(database) as connection:
        await connection.execute(
            "INSERT INTO threads (thread_id, tenant_id, user_id, metadata, status, interrupts,"
            " is_temporary) VALUES (%s, %s, %s, %s, %s, %s, %s)",
            [
                thread_id,
                LOCAL_USER.tenant_id,
                LOCAL_USER.user_id,
                to_json({"title": title}),
                columns.get("status", "idle"),
                to_json(columns.get("interrupts", {})),
                columns.get("is_temporary", False),
            ],
        )
        await connection.execute("INSERT INTO event_heads (thread_id) VALUES (%s)", [thread_id])
    return thread_id


async def run(
    database: Database, thread_id: UUID, end: str | None = "success", **columns: Any
) -> UUID:
    """A run that ended so, or still runs."""
    run_id = uuid4()
    status = {None: "running", "interrupted": "success", "cancelled": "interrupted"}.get(end, end)
    async with as_owner(database) as connection:
        await connection.execute(
            "INSERT INTO runs (run_id, thread_id, tenant_id, user_id, assistant_id, graph_id,"
            " status, end_status, kwargs, crashes, started_at, ended_at)"
            " VALUES (%s, %s, %s, %s, 'a1', %s, %s, %s, %s, %s, now(),"
            " CASE WHEN %s THEN now() END)",
            [
                run_id,
                thread_id,
                LOCAL_USER.tenant_id,
                LOCAL_USER.user_id,
                columns.get("graph_id", "supervisor"),
                status,
                end,
                to_json(columns.get("kwargs", {})),
                columns.get("crashes", 0),
                end is not None,
            ],
        )
    return run_id


def event(thread_id: UUID, run_id: UUID, kind: Any, path: tuple[str, ...], **said: Any) -> Event:
    return Event(kind, str(run_id), str(thread_id), 1, NOW, path, payload=said)


async def listed(database: Database, **search: Any) -> list[RunEntry]:
    return await RunHistory(database).page(LOCAL_USER, RunSearch(**search))


async def test_a_message_is_an_entry_with_what_its_root_agent_took(database: Database) -> None:
    thread_id = await thread(database, "Costs of May")
    run_id = await run(database, thread_id, crashes=1)
    usage = {"cost_usd": "0.0125", "input_tokens": 100, "output_tokens": 20}
    inner = event(thread_id, run_id, "agent_completed", ("a", "b"), usage=usage)
    root = event(thread_id, run_id, "agent_completed", ("a",), usage=usage)
    ended = event(thread_id, run_id, "end", ("a",), status="success")
    await say(database, [inner, root, ended])
    [entry] = await listed(database)
    assert (entry.run_id, entry.kind, entry.status) == (run_id, "chat", "success")
    assert (entry.title, entry.came_by, entry.attempts) == ("Costs of May", "message", 2)
    assert (str(entry.cost_usd), entry.tokens) == ("0.0125", 120)
    assert (entry.graph_id, entry.ended_at is not None) == ("supervisor", True)


async def test_an_execution_is_one_entry_with_all_its_runs(database: Database) -> None:
    workflow = await made(WorkflowRepository(database), LOCAL_USER)
    first = await failed_execution(database, LOCAL_USER, workflow.workflow_id)
    history = RunHistory(database)
    entry = await history.entry(LOCAL_USER, first)
    again = await run(database, entry.thread_id, None, graph_id="workflow")
    answer = {"command": {"resume": {"i": 1}}}
    [entry] = await listed(database, kinds=["workflow"])
    assert (entry.run_id, entry.last_run_id, list(entry.runs)) == (first, again, [first, again])
    assert (entry.status, entry.ended_at, entry.error) == ("running", None, None)
    assert (entry.title, entry.version, entry.came_by) == ("Thanks", 1, "manual")
    assert entry.attempts == 2
    assert (await history.entry(LOCAL_USER, again)).run_id == first
    async with as_owner(database) as connection:
        await connection.execute(
            "UPDATE runs SET kwargs = %s WHERE run_id = %s", [to_json(answer), again]
        )
    # Whoever answers tries nothing again.
    assert (await history.entry(LOCAL_USER, first)).attempts == 1


async def test_only_the_run_that_asked_last_waits(database: Database) -> None:
    asked = {"task": [{"id": "i", "value": "Which?"}]}
    thread_id = await thread(database, "Asks", status="interrupted", interrupts=asked)
    first = await run(database, thread_id, "interrupted")
    second = await run(database, thread_id, "interrupted", kwargs={"command": {"resume": {}}})
    found = {entry.run_id: (entry.status, entry.came_by) for entry in await listed(database)}
    assert found == {first: ("success", "message"), second: ("waiting", "answer")}
    assert [entry.attempts for entry in await listed(database)] == [1, 1]


async def test_a_stateless_run_is_work_in_the_background(database: Database) -> None:
    await run(database, await thread(database, "Api", is_temporary=True), "cancelled")
    [entry] = await listed(database)
    assert (entry.kind, entry.came_by, entry.status) == ("background", "api", "cancelled")


async def test_lists_are_narrowed_and_go_on_behind_an_entry(database: Database) -> None:
    workflow = await made(WorkflowRepository(database), LOCAL_USER)
    failed = await failed_execution(database, LOCAL_USER, workflow.workflow_id)
    spoken = [await run(database, await thread(database, f"50% of {n}")) for n in range(5)]

    async def ids(**search: Any) -> list[UUID]:
        return [entry.run_id for entry in await listed(database, **search)]

    assert await ids() == [*reversed(spoken), failed]
    assert await ids(kinds=["workflow"]) == [failed]
    assert await ids(statuses=["error", "timeout"]) == [failed]
    assert await ids(workflow_id=workflow.workflow_id) == [failed]
    assert await ids(assistant="supervisor") == list(reversed(spoken))
    assert await ids(assistant="a1", text="0% OF 3") == [spoken[3]]
    assert await ids(text="0%o") == []
    assert await ids(since=NOW - timedelta(days=9_000), until=NOW - timedelta(days=8_000)) == []
    first = await listed(database, limit=2)
    assert await ids(before=first[-1].number, limit=3) == list(reversed(spoken))[2:5]


async def test_nobody_else_sees_an_entry_or_its_events(database: Database) -> None:
    thread_id = await thread(database, "Mine")
    run_id = await run(database, thread_id)
    await say(database, [event(thread_id, run_id, "end", ("a",), status="success")])
    history = RunHistory(database)
    entry = await history.entry(LOCAL_USER, run_id)
    assert len(await history.events(LOCAL_USER, entry, EventPart())) == 1
    assert await history.page(STRANGER, RunSearch()) == []
    assert await history.events(STRANGER, entry, EventPart()) == []
    assert await history.event_types(STRANGER, entry) == {}
    with pytest.raises(NotFound):
        await history.entry(STRANGER, run_id)


async def test_a_log_is_read_in_parts_and_by_type(database: Database) -> None:
    thread_id = await thread(database, "Long")
    run_id, other = await run(database, thread_id), await run(database, thread_id)
    steps = [event(thread_id, run_id, "agent_thinking", ("a",), text=str(n)) for n in range(6)]
    await say(database, [*steps, event(thread_id, other, "error", ("a",), message="No.")])
    history = RunHistory(database)
    entry = await history.entry(LOCAL_USER, run_id)

    async def seqs(**part: Any) -> list[int]:
        return [each.seq for each in await history.events(LOCAL_USER, entry, EventPart(**part))]

    assert await seqs() == [1, 2, 3, 4, 5, 6]
    assert await seqs(after=2, limit=2) == [3, 4]
    assert await seqs(before=5, limit=2) == [3, 4]
    assert await seqs(types=["error"]) == []
    assert await history.event_types(LOCAL_USER, entry) == {"agent_thinking": 6}


async def test_a_page_of_any_length_is_one_statement(database_url: str) -> None:
    async with CountedDatabase(database_url) as database:
        for n in range(20):
            await run(database, await thread(database, str(n)))
        history = RunHistory(database)
        await history.page(LOCAL_USER, RunSearch(limit=1))
        database.taken()
        assert len(await history.page(LOCAL_USER, RunSearch(limit=20))) == 20
        taken = database.taken()
    asked = {name: count for name, count in taken.items() if name.startswith("WITH page")}
    assert asked == {"WITH page AS MATERIALIZED ( SELECT": 1}
    # Beside it only who asks is told to the database.
    assert taken.total() <= 2, taken


async def test_a_page_is_found_by_its_index(database: Database) -> None:
    async with as_owner(database) as connection:
        await connection.execute("SET LOCAL enable_seqscan = off")
        cursor = await connection.execute(
            "EXPLAIN SELECT run_id FROM run_entries WHERE tenant_id = 'local'"
            " AND user_id = 'local' AND number < 100 ORDER BY number DESC LIMIT 50"
        )
        plan = "\n".join(str(row) for row in await cursor.fetchall())
    assert "runs_newest_of_user" in plan
