"""A conversation's last messages, and the number that its log goes on behind: never a gap."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from psycopg.types.json import Jsonb

from domain.errors import NotFound
from domain.identity import LOCAL_USER, UserContext
from storage.conversations import Conversation, ConversationRepository
from storage.database import Database
from storage.group_commit import GroupCommit
from storage.threads import ThreadRepository
from storage.writes import Pen, RunEnding, Write
from tests.storage.owner import as_owner
from tests.storage.pens import pen_of_new_thread


@pytest.fixture
def conversations(database: Database) -> ConversationRepository:
    return ConversationRepository(database)


async def set_values(database: Database, thread_id: UUID, values: Any) -> None:
    async with as_owner(database) as connection:
        await connection.execute(
            'UPDATE threads SET "values" = %s WHERE thread_id = %s', [Jsonb(values), thread_id]
        )


async def recent(conversations: ConversationRepository, thread_id: UUID) -> Conversation:
    return await conversations.recent(LOCAL_USER, thread_id, 3)


def ending(values: str | None = None, *, asks: bool = False) -> RunEnding:
    return RunEnding(
        status="success",
        end_status="interrupted" if asks else "success",
        thread_status="interrupted" if asks else "idle",
        values=values,
        interrupts='{"task": [{"id": "i", "value": 1, "response_schema": null}]}' if asks else "{}",
        error=None,
    )


async def test_the_last_messages_come_in_their_order(
    database: Database, conversations: ConversationRepository
) -> None:
    thread_id = uuid4()
    await ThreadRepository(database).create(LOCAL_USER, thread_id, {})
    assert await recent(conversations, thread_id) == Conversation("idle", [], False, {}, None, 0)
    for values, expected, has_more in (
        ({"messages": [1, 2, 3]}, [1, 2, 3], False),
        ({"messages": [1, 2, 3, 4, 5]}, [3, 4, 5], True),
        ({"messages": "none"}, [], False),
        ({"count": 1}, [], False),
        ([1, 2], [], False),
        (None, [], False),
    ):
        await set_values(database, thread_id, values)
        found = await recent(conversations, thread_id)
        assert (found.messages, found.has_more) == (expected, has_more)


async def test_what_an_open_run_has_said_lies_behind_the_number(
    database: Database, conversations: ConversationRepository
) -> None:
    pen = await pen_of_new_thread(database)
    async with GroupCommit(database.runs) as commit:
        # Nothing yet: all of it will lie behind.
        assert (await recent(conversations, pen.thread_id)).after == 0
        await commit.put(Write(pen, events=[("agent_started", "{}")] * 3))
        assert (await recent(conversations, pen.thread_id)).after == 0
        values = '{"messages": ["done"]}'
        await commit.put(Write(pen, events=[("end", "{}")], ending=ending(values)))
        found = await recent(conversations, pen.thread_id)
        assert (found.messages, found.after, found.status) == (["done"], 4, "idle")
        # A waiting run that was cancelled has its end in the middle of the running one.
        second, third = await _more_runs(database, pen)
        await commit.put(Write(second, events=[("agent_started", "{}")] * 2))
        await _log_cancelled(database, third)
        await commit.put(Write(second, events=[("agent_thinking", "{}")]))
        assert (await recent(conversations, pen.thread_id)).after == 4


async def test_a_question_comes_with_the_run_that_asked(
    database: Database, conversations: ConversationRepository
) -> None:
    pen = await pen_of_new_thread(database)
    async with GroupCommit(database.runs) as commit:
        await commit.put(Write(pen, events=[("end", "{}")], ending=ending(asks=True)))
    found = await recent(conversations, pen.thread_id)
    assert (found.status, found.asked_by) == ("interrupted", pen.run_id)
    assert [ask["id"] for asks in found.interrupts.values() for ask in asks] == ["i"]


@pytest.mark.parametrize("stranger", [UserContext("other", "local"), UserContext("local", "other")])
async def test_strangers_see_nothing(
    database: Database, conversations: ConversationRepository, stranger: UserContext
) -> None:
    pen = await pen_of_new_thread(database)
    with pytest.raises(NotFound):
        await conversations.recent(stranger, pen.thread_id, 3)


async def _more_runs(database: Database, pen: Pen) -> tuple[Pen, Pen]:
    """A running run that holds the thread's pen, and a cancelled one."""
    running, cancelled = (Pen(pen.thread_id, uuid4(), 1) for _ in range(2))
    async with as_owner(database) as connection:
        for other, status in ((running, "running"), (cancelled, "interrupted")):
            await connection.execute(
                "INSERT INTO runs (run_id, thread_id, tenant_id, user_id, assistant_id, graph_id,"
                " status, attempt) VALUES (%s, %s, 'local', 'local', 'g', 'g', %s, 1)",
                [other.run_id, pen.thread_id, status],
            )
        await connection.execute(
            "UPDATE event_heads SET run_id = %s WHERE thread_id = %s",
            [running.run_id, pen.thread_id],
        )
    return running, cancelled


async def _log_cancelled(database: Database, pen: Pen) -> None:
    """Write what a waiting run's cancellation writes, whoever holds the pen."""
    async with as_owner(database) as connection:
        await connection.execute(
            "UPDATE event_heads SET last_seq = last_seq + 1 WHERE thread_id = %s", [pen.thread_id]
        )
        await connection.execute(
            "INSERT INTO run_events (thread_id, seq, run_id, type, body)"
            " SELECT thread_id, last_seq, %s, 'end', '{}' FROM event_heads WHERE thread_id = %s",
            [pen.run_id, pen.thread_id],
        )
