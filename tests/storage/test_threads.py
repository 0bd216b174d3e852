"""Threads belong to one user of one tenant; what one owns is copied and deleted with it."""

import math
from dataclasses import replace
from typing import Any, LiteralString, cast
from uuid import UUID, uuid4

import pytest

from domain.errors import Conflict, NotFound
from domain.identity import LOCAL_USER, UserContext
from storage.database import Database
from storage.run_events import ArtifactRepository, EventLog
from storage.runs import NewRun, NewThread, RunRepository
from storage.threads import (
    ThreadRepository,
    ThreadSearch,
    ThreadState,
    copy_thread,
    delete_thread,
    lock_thread,
    set_state,
)
from tests.storage.owner import as_owner
from tests.storage.pens import pen_of_new_thread
from tests.storage.reached import reach

STRANGERS = [UserContext("other", "local"), UserContext("local", "other")]


@pytest.fixture
def threads(database: Database) -> ThreadRepository:
    return ThreadRepository(database)


async def test_a_new_thread_is_idle_and_empty(threads: ThreadRepository) -> None:
    thread_id = uuid4()
    thread = await threads.create(LOCAL_USER, thread_id, {"title": "Costs"})
    assert thread == await threads.get(LOCAL_USER, thread_id)
    assert (thread.status, thread.values, thread.interrupts) == ("idle", None, {})
    assert thread.metadata == {"title": "Costs"}
    assert thread.state_updated_at is None


async def test_an_id_is_taken_once(threads: ThreadRepository) -> None:
    thread_id = uuid4()
    await threads.create(LOCAL_USER, thread_id, {})
    for user in (LOCAL_USER, *STRANGERS):
        with pytest.raises(Conflict, match="Choose another id"):
            await threads.create(user, thread_id, {})


@pytest.mark.parametrize("stranger", STRANGERS, ids=["another user", "another tenant"])
async def test_strangers_see_and_change_nothing(
    database: Database, threads: ThreadRepository, stranger: UserContext
) -> None:
    thread = await threads.create(LOCAL_USER, uuid4(), {"title": "Costs"})
    with pytest.raises(NotFound):
        await threads.get(stranger, thread.thread_id)
    with pytest.raises(NotFound):
        await threads.merge_metadata(stranger, thread.thread_id, {"title": "Mine"})
    assert await threads.search(stranger, ThreadSearch()) == ([], 0)
    for change in (lock_thread, delete_thread):
        with pytest.raises(NotFound):
            async with as_owner(database) as connection:
                await change(connection, stranger, thread.thread_id)
    with pytest.raises(NotFound):
        async with as_owner(database) as connection:
            await copy_thread(connection, stranger, thread.thread_id, uuid4())
    with pytest.raises(NotFound):
        async with as_owner(database) as connection:
            await set_state(connection, stranger, thread.thread_id, ThreadState("idle", "{}", "{}"))
    assert await threads.get(LOCAL_USER, thread.thread_id) == thread


async def test_metadata_is_laid_over_the_old(threads: ThreadRepository) -> None:
    thread = await threads.create(LOCAL_USER, uuid4(), {"title": "Costs", "kept": 1})
    merged = await threads.merge_metadata(LOCAL_USER, thread.thread_id, {"title": "Bills"})
    assert merged.metadata == {"title": "Bills", "kept": 1}
    assert merged.updated_at > thread.updated_at


async def test_a_state_replaces_what_the_thread_had_reached(
    database: Database, threads: ThreadRepository
) -> None:
    thread = await threads.create(LOCAL_USER, uuid4(), {})
    await reach(database, thread.thread_id, {"count": 1}, "interrupted")
    asking = await threads.get(LOCAL_USER, thread.thread_id)
    assert (asking.status, asking.values) == ("interrupted", {"count": 1})
    assert asking.interrupts == {"task": [{"id": "i", "value": 1}]}
    calm = await reach(database, thread.thread_id, {"count": math.nan})
    assert calm == await threads.get(LOCAL_USER, thread.thread_id)
    assert (calm.status, calm.values, calm.interrupts) == ("idle", {"count": None}, {})
    assert calm.state_updated_at is not None
    assert calm.updated_at >= calm.state_updated_at > thread.updated_at


async def test_metadata_with_what_postgres_refuses_is_stored_without_it(
    threads: ThreadRepository,
) -> None:
    thread = await threads.create(LOCAL_USER, uuid4(), {"title": "a\0b", "rate": math.nan})
    assert thread.metadata == {"title": "ab", "rate": None}
    awkward = {"more": "\0", "half": "\ud800", "many": 2**70}
    merged = await threads.merge_metadata(LOCAL_USER, thread.thread_id, awkward)
    assert merged.metadata == {
        "title": "ab", "rate": None, "more": "", "half": "?", "many": str(2**70)
    }  # fmt: skip


async def test_threads_of_stateless_runs_are_in_no_list(
    database: Database, threads: ThreadRepository
) -> None:
    thread_id = uuid4()
    run = NewRun(uuid4(), thread_id, "a", "g", kwargs={}, metadata={}, thread_metadata={})
    thread = NewThread(is_temporary=True, goes_with_run=True)
    await RunRepository(database).insert_with_thread(LOCAL_USER, run, thread)
    assert await threads.search(LOCAL_USER, ThreadSearch(ids=[thread_id])) == ([], 0)
    assert (await threads.get(LOCAL_USER, thread_id)).thread_id == thread_id


async def test_a_thread_that_went_with_its_run_is_nowhere(
    database: Database, threads: ThreadRepository
) -> None:
    thread = await threads.create(LOCAL_USER, uuid4(), {})
    async with as_owner(database) as connection:
        await connection.execute("UPDATE threads SET gone_at = now()")
    assert await threads.search(LOCAL_USER, ThreadSearch()) == ([], 0)
    with pytest.raises(NotFound):
        await threads.get(LOCAL_USER, thread.thread_id)
    with pytest.raises(NotFound):
        await threads.merge_metadata(LOCAL_USER, thread.thread_id, {"title": "Mine"})
    for change in (lock_thread, delete_thread):
        with pytest.raises(NotFound):
            async with as_owner(database) as connection:
                await change(connection, LOCAL_USER, thread.thread_id)
    with pytest.raises(NotFound):
        async with as_owner(database) as connection:
            await copy_thread(connection, LOCAL_USER, thread.thread_id, uuid4())


async def test_a_copy_has_all_but_the_log_and_the_runs(
    database: Database, threads: ThreadRepository
) -> None:
    thread = await threads.create(LOCAL_USER, uuid4(), {"title": "Costs"})
    await reach(database, thread.thread_id, {"count": 1}, "interrupted")
    await save_something(database, thread.thread_id)
    async with as_owner(database) as connection:
        copy, was_busy = await copy_thread(connection, LOCAL_USER, thread.thread_id, uuid4())
    original = await threads.get(LOCAL_USER, thread.thread_id)
    assert copy == await threads.get(LOCAL_USER, copy.thread_id)
    assert not was_busy
    assert replace(
        copy,
        thread_id=original.thread_id,
        created_at=original.created_at,
        updated_at=original.updated_at,
    ) == original  # fmt: skip
    assert copy.created_at > original.created_at
    saved = await saved_of(database, thread.thread_id)
    assert [len(rows) for rows in saved] == [1, 1, 1]
    assert await saved_of(database, copy.thread_id) == saved
    assert await EventLog(database).head(copy.thread_id) == 0


async def test_the_copy_of_a_busy_thread_is_not_busy(
    database: Database, threads: ThreadRepository
) -> None:
    pen = await pen_of_new_thread(database)
    async with as_owner(database) as connection:
        copy, was_busy = await copy_thread(connection, LOCAL_USER, pen.thread_id, uuid4())
    assert (copy.status, was_busy) == ("idle", True)


async def save_something(database: Database, thread_id: UUID) -> None:
    """One row in each of LangGraph's tables."""
    key = {"thread_id": str(thread_id)}
    async with as_owner(database) as connection:
        for statement in (
            "INSERT INTO checkpoints (thread_id, checkpoint_id, checkpoint, metadata)"
            " VALUES (%(thread_id)s, 'c', '{\"v\": 4}', '{\"step\": 1}')",
            "INSERT INTO checkpoint_blobs (thread_id, channel, version, type, blob)"
            " VALUES (%(thread_id)s, 'count', '1', 'bytes', 'x')",
            "INSERT INTO checkpoint_writes (thread_id, checkpoint_id, task_id, task_path, idx,"
            " channel, type, blob) VALUES (%(thread_id)s, 'c', 't', '~', 0, 'count', 'bytes', 'x')",
        ):
            await connection.execute(statement, key)


async def saved_of(database: Database, thread_id: UUID) -> list[list[dict[str, Any]]]:
    """The rows of each of LangGraph's tables, but for the thread's id."""
    found: list[list[dict[str, Any]]] = []
    async with as_owner(database) as connection:
        for table in ("checkpoints", "checkpoint_blobs", "checkpoint_writes"):
            statement = f"SELECT * FROM {table} WHERE thread_id = %s"
            cursor = await connection.execute(cast(LiteralString, statement), [str(thread_id)])
            rows = await cursor.fetchall()
            found.append([{**row, "thread_id": None} for row in rows])
    return found


async def test_deleting_a_thread_deletes_what_it_owned(
    database: Database, threads: ThreadRepository
) -> None:
    pen = await pen_of_new_thread(database)
    artifacts = ArtifactRepository(database)
    artifact = await artifacts.save(LOCAL_USER, pen.thread_id, "text/plain", b"x")
    async with as_owner(database) as connection:
        await delete_thread(connection, LOCAL_USER, pen.thread_id)
    with pytest.raises(NotFound):
        await threads.get(LOCAL_USER, pen.thread_id)
    with pytest.raises(NotFound):
        await artifacts.get(LOCAL_USER, artifact)
