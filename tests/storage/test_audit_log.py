"""The audit log is only ever added to, and says who did what from where."""

from datetime import UTC, datetime, timedelta
from typing import LiteralString, cast

import psycopg
import pytest

from domain.identity import UserContext
from storage.audit_log import AuditEntry, AuditLog, AuditSearch, clear_entries, record
from storage.database import Connection, Database
from storage.whereabouts import Whereabouts, whereabouts
from tests.storage.owner import as_owner

ANN, BOB = UserContext("ann", "tenant"), UserContext("bob", "tenant")
EVE = UserContext("eve", "another")


async def listed(database: Database, **search: object) -> list[AuditEntry]:
    return await AuditLog(database).page(ANN, AuditSearch(**search), 100)  # type: ignore[arg-type]


async def age(connection: Connection, days: int) -> None:
    """Make all entries so old; only the owner of the table can, who takes the lock off first."""
    await connection.execute("ALTER TABLE audit_log DISABLE TRIGGER audit_log_is_added_to")
    await connection.execute(
        "UPDATE audit_log SET created_at = created_at - make_interval(days => %s)", [days]
    )
    await connection.execute("ALTER TABLE audit_log ENABLE TRIGGER audit_log_is_added_to")


async def test_an_entry_says_who_did_what_from_where(database: Database) -> None:
    token = whereabouts.set(Whereabouts("request", "198.51.100.1"))
    await record(database, ANN, "thread.deleted", "thread", "1", details={"title": "A\x00"})
    await record(database, ANN, "key.made", "key", "2", "203.0.113.7")
    whereabouts.reset(token)
    await record(database, ANN, "thread.deleted", "thread", "3")
    third, second, first = await listed(database)
    assert (first.user_id, first.action, first.object_type, first.object_id) == (
        "ann",
        "thread.deleted",
        "thread",
        "1",
    )
    assert (first.address, first.request_id, first.details) == (
        "198.51.100.1",
        "request",
        {"title": "A"},
    )
    assert abs(datetime.now(UTC) - first.created_at) < timedelta(minutes=1)
    assert (second.address, second.request_id) == ("203.0.113.7", "request")
    assert (third.address, third.request_id) == (None, None)


async def test_an_entry_comes_and_goes_with_what_it_tells_of(database: Database) -> None:
    async def fail() -> None:
        async with as_owner(database) as connection:
            await record(connection, ANN, "thread.deleted", "thread", "1")
            raise LookupError

    with pytest.raises(LookupError):
        await fail()
    assert await listed(database) == []


#: A statement's own words, as if the one way to delete had said them.
PRETENCE = "PL/pgSQL function clear_audit_log(integer,integer) line 1 at SQL statement"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_log SET user_id = 'nobody'",
        "DELETE FROM audit_log",
        "DELETE FROM audit_log WHERE false",
        "TRUNCATE audit_log",
        "INSERT INTO audit_log (entry_id, tenant_id, user_id, action, object_type, object_id) "
        "OVERRIDING SYSTEM VALUE VALUES (1, '', '', '', '', '') "
        "ON CONFLICT (entry_id) DO UPDATE SET user_id = 'nobody'",
        f"DO $$ BEGIN DELETE FROM audit_log /*\n{PRETENCE}*/; END $$",
        f"DELETE FROM audit_log /*\n{PRETENCE}",
        "SELECT set_config('goldenpath.audit', 'on', false); DELETE FROM audit_log",
    ],
)
async def test_nothing_of_it_is_changed(database: Database, statement: str) -> None:
    await record(database, ANN, "thread.deleted", "thread", "1")
    async with database.runs.connection() as connection:
        with pytest.raises(psycopg.Error) as caught:
            await connection.execute(statement)  # type: ignore[arg-type]
    assert "only added to" in str(caught.value) or isinstance(
        caught.value, psycopg.errors.SyntaxError
    )
    assert [entry.user_id for entry in await listed(database)] == ["ann"]


async def test_old_entries_go_by_their_age_only(database: Database) -> None:
    for number in range(5):
        await record(database, ANN, "thread.deleted", "thread", str(number))
    async with database.runs.connection() as connection:
        await age(connection, 10)
        await record(database, ANN, "thread.deleted", "thread", "young")
        assert await clear_entries(connection, 100, days=11) == 0
        assert await clear_entries(connection, 3, days=9) == 3
        assert await clear_entries(connection, 3, days=9) == 2
        with pytest.raises(psycopg.Error, match="for a day at least"):
            await clear_entries(connection, 100, days=0)
    assert [entry.object_id for entry in await listed(database)] == ["young"]


async def test_requests_may_only_write_and_read(database: Database) -> None:
    await record(database, ANN, "thread.deleted", "thread", "1")
    for statement in (
        "UPDATE audit_log SET action = 'other'",
        "DELETE FROM audit_log",
        "SELECT clear_audit_log(1, 100)",
    ):
        async with database.acting_for(ANN) as connection:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                await connection.execute(cast(LiteralString, statement))
    async with database.transaction(ANN) as connection:
        await record(connection, ANN, "thread.deleted", "thread", "2")
    assert [entry.object_id for entry in await listed(database)] == ["2", "1"]


async def test_clearing_may_be_granted(database: Database) -> None:
    await record(database, ANN, "thread.deleted", "thread", "1")
    grant: LiteralString = "EXECUTE ON FUNCTION clear_audit_log(integer, integer)"
    async with as_owner(database) as connection:
        await age(connection, 10)
        await connection.execute(f"GRANT {grant} TO goldenpath_api")
        await connection.execute("SET LOCAL ROLE goldenpath_api")
        assert await clear_entries(connection, 100, days=1) == 1
        await connection.execute("RESET ROLE")
        await connection.execute(f"REVOKE {grant} FROM goldenpath_api")


async def test_filters_and_tenants_are_kept_apart(database: Database) -> None:
    await record(database, ANN, "thread.deleted", "thread", "1")
    await record(database, BOB, "run.deleted", "run", "1")
    await record(database, EVE, "run.deleted", "run", "1")
    assert [entry.user_id for entry in await listed(database)] == ["bob", "ann"]
    assert [entry.user_id for entry in await listed(database, action="run.deleted")] == ["bob"]
    assert [entry.user_id for entry in await listed(database, object_type="thread")] == ["ann"]
    assert len(await listed(database, object_id="1")) == 2
    assert [entry.action for entry in await listed(database, user_id="ann")] == ["thread.deleted"]
    newest, oldest = (entry.created_at for entry in await listed(database))
    assert len(await listed(database, since=newest)) == 1
    assert len(await listed(database, until=newest)) == 1
    assert await listed(database, until=oldest) == []


async def test_pages_and_batches_have_every_entry_once(database: Database) -> None:
    log = AuditLog(database)
    for number in range(25):
        await record(database, ANN, "thread.deleted", "thread", str(number))
    seen: list[str] = []
    before = None
    while page := await log.page(ANN, AuditSearch(), 10, before):
        seen += [entry.object_id for entry in page]
        before = page[-1].entry_id
        # What comes meanwhile is newer than all that was shown.
        await record(database, ANN, "thread.deleted", "thread", "later")
    assert seen == [str(number) for number in range(24, -1, -1)]
    batches = [batch async for batch in log.batches(ANN, AuditSearch(user_id="ann"))]
    assert sum(map(len, batches)) == 28
