"""The write path commits what holds the pen, together, and fails only whom it must."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from typing import Any, cast
from uuid import UUID

import psycopg
import pytest
from psycopg import sql
from psycopg_pool import AsyncConnectionPool

from domain.errors import StaleAttempt
from storage.database import Database, connection_arguments
from storage.group_commit import GroupCommit
from storage.writes import BlobRow, CheckpointRow, Pen, RunEnding, Write, WriteRow
from tests.storage.owner import as_owner
from tests.storage.pens import pen_of_new_thread


@pytest.fixture
async def commit(database: Database) -> AsyncIterator[GroupCommit]:
    async with GroupCommit(database.runs) as opened:
        yield opened


async def rows(database: Database, table: str, thread_id: UUID) -> list[dict[str, object]]:
    async with as_owner(database) as connection:
        query = sql.SQL("SELECT * FROM {} WHERE thread_id::text = %s").format(sql.Identifier(table))
        return await (await connection.execute(query, [str(thread_id)])).fetchall()


def a_write(pen: Pen, text: str = '{"a":1}') -> Write:
    return Write(pen, events=[("agent_thinking", text)])


async def test_events_of_many_threads_are_numbered_from_one_without_gaps(
    database: Database, commit: GroupCommit
) -> None:
    pens = [await pen_of_new_thread(database) for _ in range(5)]
    puts = [commit.put(a_write(pen, f'{{"n":{number}}}')) for number in range(20) for pen in pens]
    await asyncio.gather(*puts)
    for pen in pens:
        found = sorted(
            (row["seq"], row["body"]) for row in await rows(database, "run_events", pen.thread_id)
        )
        assert found == [(number + 1, f'{{"n":{number}}}') for number in range(20)]
    assert commit.counts.flushes < len(puts) / 2


async def test_a_superseded_attempt_writes_nothing_and_is_told(
    database: Database, commit: GroupCommit
) -> None:
    pen, fresh = await pen_of_new_thread(database, attempt=2), await pen_of_new_thread(database)
    stale = Pen(pen.thread_id, pen.run_id, attempt=1)
    blob = BlobRow("", "messages", "1", "msgpack", b"x")
    ending = RunEnding("success", "success", "idle")
    lost = commit.put(Write(stale, events=[("end", "{}")], blobs=[blob], ending=ending))
    kept = [commit.put(a_write(pen)), commit.put(a_write(fresh))]
    with pytest.raises(StaleAttempt):
        await lost
    await asyncio.gather(*kept)
    assert await rows(database, "checkpoint_blobs", pen.thread_id) == []
    assert [row["seq"] for row in await rows(database, "run_events", pen.thread_id)] == [1]
    assert [row["status"] for row in await rows(database, "threads", pen.thread_id)] == ["busy"]


async def test_a_write_the_database_refuses_fails_only_its_caller(
    database: Database, commit: GroupCommit
) -> None:
    pens = [await pen_of_new_thread(database) for _ in range(3)]
    bad_checkpoint = CheckpointRow("", "1", None, "not json", "{}")
    puts = [
        commit.put(a_write(pens[0])),
        commit.put(Write(pens[1], checkpoints=[bad_checkpoint])),
        commit.put(a_write(pens[2])),
    ]
    outcomes = await asyncio.gather(*puts, return_exceptions=True)
    assert outcomes[0] is None
    assert outcomes[2] is None
    assert isinstance(outcomes[1], psycopg.DataError)
    assert commit.counts.retried_alone == len(pens)


async def test_the_end_and_the_statuses_change_together(
    database: Database, commit: GroupCommit
) -> None:
    pen = await pen_of_new_thread(database)
    ending = RunEnding("success", "interrupted", "interrupted", '{"x":1}', '{"t":[]}')
    await commit.put(Write(pen, events=[("end", "{}")], ending=ending))
    [thread] = await rows(database, "threads", pen.thread_id)
    [run] = await rows(database, "runs", pen.thread_id)
    assert (thread["status"], thread["values"], thread["open_runs"]) == ("interrupted", {"x": 1}, 0)
    assert (run["status"], run["end_status"]) == ("success", "interrupted")


async def test_of_a_tasks_writes_the_first_counts_and_of_special_ones_the_last(
    database: Database, commit: GroupCommit
) -> None:
    pen = await pen_of_new_thread(database)

    def write(idx: int, blob: bytes) -> Write:
        return Write(pen, writes=[WriteRow("", "c", "t", "", idx, "ch", "bytes", blob)])

    await asyncio.gather(
        *(commit.put(write(idx, blob)) for idx in (0, -1) for blob in (b"1", b"2"))
    )
    await asyncio.gather(*(commit.put(write(idx, b"3")) for idx in (0, -1)))
    found = {
        row["idx"]: row["blob"] for row in await rows(database, "checkpoint_writes", pen.thread_id)
    }
    assert found == {0: b"1", -1: b"3"}


async def test_a_lost_answer_does_not_write_twice(database: Database, commit: GroupCommit) -> None:
    pen = await pen_of_new_thread(database)
    async with as_owner(database) as connection:
        # The flush will wait for this lock, so that it can be cut while it is under way.
        await connection.execute(
            "SELECT 1 FROM event_heads WHERE thread_id = %s FOR UPDATE", [pen.thread_id]
        )
        put = commit.put(a_write(pen))
        await _until_someone_waits(database)
        async with database.runs.connection() as other:
            await other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE wait_event_type = 'Lock' AND datname = current_database()"
            )
    await put
    assert commit.counts.reconnects == 1
    assert len(await rows(database, "run_events", pen.thread_id)) == 1


async def test_a_flush_that_still_happens_after_its_connection_broke_is_not_repeated(
    database: Database, database_url: str
) -> None:
    pen = await pen_of_new_thread(database)
    opened: list[psycopg.AsyncConnection[Any]] = []

    async def note(connection: psycopg.AsyncConnection[Any]) -> None:
        opened.append(connection)

    pool = AsyncConnectionPool(
        database_url,
        min_size=1,
        max_size=1,
        open=False,
        configure=note,
        kwargs=connection_arguments(),
    )
    async with pool, GroupCommit(cast(Any, pool)) as commit:
        async with as_owner(database) as connection:
            await connection.execute(
                "SELECT 1 FROM event_heads WHERE thread_id = %s FOR UPDATE", [pen.thread_id]
            )
            put = commit.put(a_write(pen))
            await _until_someone_waits(database)
            # As a network does it: the server does not hear of it and goes on.
            with socket.socket(fileno=os.dup(opened[0].fileno())) as broken:
                broken.shutdown(socket.SHUT_RD)
            await _until_someone_waits(database, 2)
        await put
    assert [row["seq"] for row in await rows(database, "run_events", pen.thread_id)] == [1]


async def _until_someone_waits(database: Database, count: int = 1) -> None:
    async with asyncio.timeout(10), database.runs.connection() as connection:
        while True:
            cursor = await connection.execute(
                "SELECT count(*) AS waiting FROM pg_stat_activity"
                " WHERE wait_event_type = 'Lock' AND datname = current_database()"
            )
            row = await cursor.fetchone()
            if row and row["waiting"] >= count:
                return
