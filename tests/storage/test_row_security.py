"""The second wall: Postgres shows a user what is theirs, whatever a statement forgets."""

from typing import LiteralString
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from domain.identity import LOCAL_USER, UserContext
from storage.assistants import AssistantContent, AssistantRepository
from storage.database import Database, DatabaseLimits
from storage.group_commit import GroupCommit
from storage.run_events import ArtifactRepository
from storage.writes import Write
from tests.checkpoints.threads_with_history import HistoryThread, new_thread
from tests.graphs import sample_graphs
from tests.storage.owner import as_owner
from tests.storage.usage_rows import colliding_records, insert_usage

COLLEAGUE = UserContext(user_id="other", tenant_id=LOCAL_USER.tenant_id)
STRANGER = UserContext(user_id=LOCAL_USER.user_id, tenant_id="elsewhere")

#: Tables that a tenant's users share.
SHARED = {"usage_imports", "usage_records", "usage_rejects", "reports"}

#: Of nobody: the engine's own.
OF_THE_ENGINE = {"workers", "schema_migrations", "last_tidying"}

#: What is looked at before anybody is signed in. Requests that act for somebody cannot.
OF_THE_DOOR = {
    *("users", "tenants", "memberships", "invitations", "sessions", "refresh_tokens"),
    *("identities", "provider_sign_ins", "api_keys", "rate_limits", "login_failures"),
    "approval_tokens",
}
OF_LANGGRAPH = {"checkpoints", "checkpoint_blobs", "checkpoint_writes"}

TABLES: LiteralString = """
SELECT c.relname AS name, c.relrowsecurity AS is_secured, n.nspname AS schema
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname IN ('goldenpath', 'langgraph') AND c.relkind IN ('r', 'p')
"""


async def secured_tables(database: Database) -> set[str]:
    async with as_owner(database) as connection:
        rows = await (await connection.execute(TABLES)).fetchall()
    return {row["name"] for row in rows if row["is_secured"]}


#: Where `fill` leaves rows.
FILLED = OF_LANGGRAPH | {
    *("threads", "runs", "event_heads", "run_events", "artifacts"),
    *("assistants", "assistant_versions", "usage_imports", "usage_records"),
}


async def fill(database: Database) -> HistoryThread:
    """Rows of the local user in those tables."""
    async with GroupCommit(database.runs) as commit:
        thread = await new_thread(database, commit, sample_graphs.counting())
        await thread.play({"count": 0})
        await commit.put(Write(thread.pen, events=[("agent_thinking", "{}")]))
    content = AssistantContent("counting", "Mine", config={}, context={}, metadata={})
    await AssistantRepository(database, []).create(LOCAL_USER, uuid4(), content)
    artifacts = ArtifactRepository(database)
    await artifacts.save(LOCAL_USER, thread.pen.thread_id, "text/plain", b"mine")
    await insert_usage(database, LOCAL_USER, colliding_records(3, seed=1))
    return thread


async def seen(database: Database, user: UserContext) -> dict[str, int]:
    """How many rows of each table there are for someone who forgets every condition."""
    counts: dict[str, int] = {}
    async with database.acting_for(user) as connection:
        for table in FILLED:
            query = sql.SQL("SELECT count(*) AS n FROM {}").format(sql.Identifier(table))
            row = await (await connection.execute(query)).fetchone()
            assert row
            counts[table] = row["n"]
    return counts


async def test_every_table_of_users_is_secured(database: Database) -> None:
    async with as_owner(database) as connection:
        rows = await (await connection.execute(TABLES)).fetchall()
    ours = {row["name"] for row in rows if row["schema"] == "goldenpath"} - OF_THE_ENGINE
    assert await secured_tables(database) == (ours | OF_LANGGRAPH) - OF_THE_DOOR


@pytest.mark.parametrize("table", sorted(OF_THE_DOOR))
async def test_no_request_reads_who_anybody_is(database: Database, table: str) -> None:
    query = sql.SQL("SELECT 1 FROM {}").format(sql.Identifier(table))
    async with database.acting_for(LOCAL_USER) as connection:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            await connection.execute(query)


async def test_requests_act_as_a_role_that_cannot_bypass_it(database: Database) -> None:
    async with database.acting_for(LOCAL_USER) as connection:
        cursor = await connection.execute(
            "SELECT rolname, rolsuper, rolbypassrls, rolcreaterole FROM pg_roles"
            " WHERE rolname = current_user"
        )
        assert await cursor.fetchone() == {
            "rolname": "goldenpath_api",
            "rolsuper": False,
            "rolbypassrls": False,
            "rolcreaterole": False,
        }
        # What it fell back to would be no better.
        await connection.execute("RESET ROLE")
        row = await (await connection.execute("SELECT current_user AS me")).fetchone()
        assert row == {"me": "goldenpath_api"}


async def test_nobody_sees_or_changes_what_is_not_theirs(database: Database) -> None:
    await fill(database)
    mine = await seen(database, LOCAL_USER)
    assert all(mine.values()), mine
    assert set((await seen(database, STRANGER)).values()) == {0}
    shared = {table: n for table, n in (await seen(database, COLLEAGUE)).items() if n}
    assert shared == {table: mine[table] for table in FILLED & SHARED}
    async with database.acting_for(STRANGER) as connection:
        for table in FILLED:
            # Rows that are not seen are not deleted either.
            query = sql.SQL("DELETE FROM {}").format(sql.Identifier(table))
            assert (await connection.execute(query)).rowcount == 0
    assert await seen(database, LOCAL_USER) == mine


async def test_without_a_user_nothing_is_seen(database: Database) -> None:
    await fill(database)
    async with Database(database.url) as fresh, fresh.api.connection() as connection:
        cursor = await connection.execute("SELECT count(*) AS n FROM threads")
        assert await cursor.fetchone() == {"n": 0}


async def test_nothing_is_put_into_anothers_hands(database: Database) -> None:
    thread = await fill(database)
    put: LiteralString = "INSERT INTO threads (thread_id, tenant_id, user_id) VALUES (%s, %s, %s)"
    head: LiteralString = "INSERT INTO run_events VALUES (%s, 99, %s, 'error', '{}')"
    moved: LiteralString = "UPDATE threads SET user_id = 'other' WHERE thread_id = %s"
    attempts: list[tuple[LiteralString, list[object]]] = [
        (put, [uuid4(), COLLEAGUE.tenant_id, COLLEAGUE.user_id]),
        (put, [uuid4(), STRANGER.tenant_id, STRANGER.user_id]),
        (moved, [thread.pen.thread_id]),
    ]
    async with database.acting_for(STRANGER) as connection:
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
            await connection.execute(head, [thread.pen.thread_id, uuid4()])
    for statement, values in attempts:
        async with database.acting_for(LOCAL_USER) as connection:
            with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
                await connection.execute(statement, values)


async def test_a_connection_serves_one_user_after_the_other(database_url: str) -> None:
    async with Database(database_url, DatabaseLimits(api_connections=1)) as database:
        await fill(database)
        for user, count in ((LOCAL_USER, 1), (STRANGER, 0), (COLLEAGUE, 0), (LOCAL_USER, 1)):
            assert (await seen(database, user))["threads"] == count
            # Neither an undone transaction nor a failure changes whom it acts for.
            with pytest.raises(psycopg.errors.DivisionByZero):
                async with database.transaction(user) as connection:
                    await connection.execute("SELECT 1 / 0")
