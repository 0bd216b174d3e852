"""The log is read from any number on, of many threads at once, and artifacts by their owner."""

from collections.abc import AsyncIterator
from uuid import uuid4

import orjson
import pytest

from domain.errors import NotFound
from domain.identity import LOCAL_USER, UserContext
from storage.database import Database
from storage.group_commit import GroupCommit
from storage.run_events import ArtifactRepository, EventLog
from storage.writes import Pen, Write
from tests.storage.owner import as_owner
from tests.storage.pens import pen_of_new_thread


@pytest.fixture
async def commit(database: Database) -> AsyncIterator[GroupCommit]:
    async with GroupCommit(database.runs) as opened:
        yield opened


async def with_events(database: Database, commit: GroupCommit, count: int) -> Pen:
    pen = await pen_of_new_thread(database)
    events = [("agent_thinking", f'{{"n":{number}}}') for number in range(1, count + 1)]
    await commit.put(Write(pen, events=events))
    return pen


async def test_a_page_is_what_comes_behind_a_number(
    database: Database, commit: GroupCommit
) -> None:
    pen, log = await with_events(database, commit, 5), EventLog(database)
    page = await log.after(pen.thread_id, 2, 2)
    assert [(event.seq, event.body) for event in page] == [(3, b'{"n":3}'), (4, b'{"n":4}')]
    assert {event.run_id for event in page} == {str(pen.run_id)}
    assert await log.after(pen.thread_id, 5, 10) == []
    assert await log.after(uuid4(), 0, 10) == []


async def test_many_threads_are_read_at_once_each_from_its_own_number(
    database: Database, commit: GroupCommit
) -> None:
    first, second, third = [await with_events(database, commit, count) for count in (3, 5, 1)]
    log = EventLog(database)
    gone = uuid4()
    cursors = {first.thread_id: 1, second.thread_id: 0, third.thread_id: 1, gone: 0}
    found = await log.after_many(cursors, 2)
    assert {thread: events and [it.seq for it in events] for thread, events in found.items()} == {
        first.thread_id: [2, 3],
        second.thread_id: [1, 2],
        gone: None,
    }
    assert found[second.thread_id] == await log.after(second.thread_id, 0, 2)
    assert await log.after_many({}, 2) == {}


async def test_a_runs_events_are_those_of_that_run(database: Database, commit: GroupCommit) -> None:
    pen = await with_events(database, commit, 2)
    assert await EventLog(database).of_run(pen.run_id) == [{"n": 1}, {"n": 2}]
    assert await EventLog(database).of_run(uuid4()) == []


async def test_stream_parts_are_not_among_a_runs_events(
    database: Database, commit: GroupCommit
) -> None:
    pen = await with_events(database, commit, 1)
    await commit.put(Write(pen, events=[("values|a:1", "{}"), ("end", '{"n":2}')]))
    assert await EventLog(database).of_run(pen.run_id) == [{"n": 1}, {"n": 2}]


async def test_where_a_run_begins_and_ends(database: Database, commit: GroupCommit) -> None:
    log = EventLog(database)
    silent = await pen_of_new_thread(database)
    assert await log.first_of_run(silent.run_id) is None
    assert await log.end_of_run(silent.thread_id, silent.run_id) is None
    pen = await with_events(database, commit, 2)
    assert await log.first_of_run(pen.run_id) == 1
    assert await log.end_of_run(pen.thread_id, pen.run_id) is None
    await commit.put(Write(pen, events=[("values", '{"n":3}'), ("end", '{"n":4}')]))
    end = await log.end_of_run(pen.thread_id, pen.run_id)
    assert end
    assert (end.seq, end.type, end.body) == (4, "end", b'{"n":4}')


async def test_the_newest_row_of_some_types(database: Database, commit: GroupCommit) -> None:
    pen, log = await with_events(database, commit, 1), EventLog(database)
    rows = [("values", '{"n":2}'), ("error", '{"n":3}'), ("values", '{"n":4}'), ("end", "{}")]
    await commit.put(Write(pen, events=rows))
    newest = await log.last_of_run(pen.thread_id, pen.run_id, ["values", "error"])
    assert newest
    assert (newest.seq, newest.type) == (4, "values")
    assert await log.last_of_run(pen.thread_id, pen.run_id, ["updates"]) is None


async def test_what_is_gone_is_told_from_first_to_last(
    database: Database, commit: GroupCommit
) -> None:
    pen, log = await with_events(database, commit, 9), EventLog(database)
    assert await log.missing(pen.thread_id, 0, 9) is None
    async with as_owner(database) as connection:
        await connection.execute("DELETE FROM run_events WHERE seq IN (1, 2, 5, 6)")
    assert await log.missing(pen.thread_id, 0, 9) == (1, 6)
    assert await log.missing(pen.thread_id, 2, 9) == (5, 6)
    assert await log.missing(pen.thread_id, 5, 9) == (6, 6)
    assert await log.missing(pen.thread_id, 6, 9) is None
    assert await log.missing(pen.thread_id, 0, 4) == (1, 2)


async def test_the_head_is_the_last_number_given_out(
    database: Database, commit: GroupCommit
) -> None:
    pen = await with_events(database, commit, 4)
    assert await EventLog(database).head(pen.thread_id) == 4
    assert await EventLog(database).head(uuid4()) == 0


async def test_an_event_goes_out_as_it_was_committed(
    database: Database, commit: GroupCommit
) -> None:
    pen = await pen_of_new_thread(database)
    body = '{"text":"Grüße  \\u0041","b":1,"a":2.50}'
    await commit.put(Write(pen, events=[("agent_thinking", body)]))
    [event] = await EventLog(database).after(pen.thread_id, 0, 10)
    assert event.body == body.encode()
    assert orjson.loads(event.json())["seq"] == 1


async def test_an_artifact_is_its_owners(database: Database) -> None:
    pen, artifacts = await pen_of_new_thread(database), ArtifactRepository(database)
    name = await artifacts.save(LOCAL_USER, pen.thread_id, "text/plain", b"\x00\xff")
    assert await artifacts.get(LOCAL_USER, name) == ("text/plain", b"\x00\xff")
    for stranger in (UserContext("other", "local"), UserContext("local", "other")):
        with pytest.raises(NotFound, match="artifact"):
            await artifacts.get(stranger, name)
    with pytest.raises(NotFound):
        await artifacts.get(LOCAL_USER, uuid4())
