"""What a run writes goes to the log in order, and its end with its statuses as one."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal

import orjson
import pytest

from domain.errors import StaleAttempt
from domain.events import EndStatus, Event, EventType
from domain.identity import LOCAL_USER
from graphs.lifecycle import Outcome
from server.runs.journal import RunJournal, event_rows
from storage.database import Database
from storage.group_commit import GroupCommit
from storage.run_events import ArtifactRepository, EventLog
from storage.runs import RunRepository
from storage.threads import ThreadRepository
from storage.writes import Pen
from tests.storage.owner import as_owner
from tests.storage.pens import pen_of_new_thread

AT = datetime(2026, 5, 4, tzinfo=UTC)


@pytest.fixture
async def commit(database: Database) -> AsyncIterator[GroupCommit]:
    async with GroupCommit(database.runs) as opened:
        yield opened


def journal_of(database: Database, commit: GroupCommit, pen: Pen) -> RunJournal:
    return RunJournal(commit, ArtifactRepository(database), LOCAL_USER, pen)


def an_event(pen: Pen, kind: EventType, **payload: object) -> Event:
    return Event(kind, str(pen.run_id), str(pen.thread_id), 1, AT, ("root",), None, payload)


def outcome_of(pen: Pen, end: EndStatus, **more: object) -> Outcome:
    return Outcome(end, [an_event(pen, "end", status=end)], **more)  # pyright: ignore[reportArgumentType]


async def test_events_are_stored_in_order_behind_each_other(
    database: Database, commit: GroupCommit
) -> None:
    pen = await pen_of_new_thread(database)
    journal = journal_of(database, commit, pen)
    for number in range(10):
        journal.append([an_event(pen, "agent_thinking", text=str(number))])
    await journal.end(outcome_of(pen, "success"))
    stored = await EventLog(database).after(pen.thread_id, 0, 100)
    assert [event.seq for event in stored] == list(range(1, 12))
    texts = [orjson.loads(event.body).get("text") for event in stored]
    assert texts == [*map(str, range(10)), None]
    assert stored[-1].type == "end"


async def test_the_end_changes_both_statuses(database: Database, commit: GroupCommit) -> None:
    pen = await pen_of_new_thread(database)
    asked = {"task": [{"id": "i", "value": "?", "response_schema": None}]}
    outcome = outcome_of(pen, "interrupted", values={"a": 1}, interrupts=asked, has_next_step=True)
    await journal_of(database, commit, pen).end(outcome)
    run = await RunRepository(database).get(LOCAL_USER, pen.run_id)
    thread = await ThreadRepository(database).get(LOCAL_USER, pen.thread_id)
    assert (run.status, run.end_status) == ("success", "interrupted")
    assert (thread.status, thread.values, thread.interrupts) == ("interrupted", {"a": 1}, asked)


async def test_a_run_without_values_leaves_those_of_its_thread(
    database: Database, commit: GroupCommit
) -> None:
    pen = await pen_of_new_thread(database)
    async with as_owner(database) as connection:
        await connection.execute("""UPDATE threads SET "values" = '{"kept": true}'""")
    outcome = outcome_of(pen, "error", error="It broke.")
    await journal_of(database, commit, pen).end(outcome)
    thread = await ThreadRepository(database).get(LOCAL_USER, pen.thread_id)
    assert (thread.status, thread.values, thread.error) == ("error", {"kept": True}, "It broke.")


async def test_a_run_that_was_taken_over_hears_of_it(
    database: Database, commit: GroupCommit
) -> None:
    pen = await pen_of_new_thread(database, attempt=2)
    journal = journal_of(database, commit, Pen(pen.thread_id, pen.run_id, 1))
    journal.append([an_event(pen, "agent_started")])
    journal.flush()
    with pytest.raises(StaleAttempt):
        await journal.end(outcome_of(pen, "success"))
    with pytest.raises(StaleAttempt):
        await journal.drained()
    journal.append([an_event(pen, "agent_started")])
    assert await EventLog(database).head(pen.thread_id) == 0


async def test_a_run_faster_than_the_database_waits(
    database: Database, commit: GroupCommit
) -> None:
    pen = await pen_of_new_thread(database)
    journal = journal_of(database, commit, pen)
    await journal.drained()
    assert commit.counts.flushes == 0
    journal.append([an_event(pen, "agent_thinking", text="x") for _ in range(2_000)])
    await journal.drained()
    assert await EventLog(database).head(pen.thread_id) == 2_000


async def test_what_is_too_large_is_kept_for_its_owner(
    database: Database, commit: GroupCommit
) -> None:
    pen = await pen_of_new_thread(database)
    artifacts = ArtifactRepository(database)
    journal = journal_of(database, commit, pen)
    name = await journal.keep("application/json", b"[1]")
    async with as_owner(database) as connection:
        cursor = await connection.execute("SELECT artifact_id, thread_id FROM artifacts")
        [row] = await cursor.fetchall()
    assert (str(row["artifact_id"]), row["thread_id"]) == (name, pen.thread_id)
    assert await artifacts.get(LOCAL_USER, row["artifact_id"]) == ("application/json", b"[1]")


def test_events_may_carry_what_json_does_not_know() -> None:
    event = Event("end", "r", "t", 1, AT, payload={"cost": Decimal("0.1"), "pair": (1, {2})})
    [(event_type, text)] = event_rows([event])
    body = orjson.loads(text)
    assert (event_type, body["cost"], body["pair"]) == ("end", "0.1", [1, [2]])
