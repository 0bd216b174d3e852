"""The user's own database: a real Postgres with a user of its own, behind a TCP port."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from domain.errors import (
    CallRefused,
    InvalidInput,
    OutcomeUnknown,
    ProviderBusy,
    ProviderRefused,
)
from tests.conftest import create_test_database
from tests.standins.database_door import DatabaseDoor, open_door
from tests.standins.http_server import running_http_server
from tests.tools.integrations.calls import Calls, open_calls, run
from tools.integration import Call
from tools.integrations.database import INTEGRATION

PASSWORD = "shop-password-0123"


@pytest.fixture(scope="module")
def shop(postgres_url: str) -> Any:
    """A database with orders, and a user that may read and write those only."""
    name = f"shop_{uuid4().hex[:12]}"
    url = create_test_database(postgres_url, name)
    with psycopg.connect(url, autocommit=True) as connection:
        role = sql.Identifier(name)
        connection.execute(
            sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(role, sql.Literal(PASSWORD))
        )
        connection.execute(
            "CREATE TABLE orders (id int PRIMARY KEY, total numeric(10,2), at timestamptz,"
            " data jsonb)"
        )
        connection.execute("CREATE TABLE secrets (word text)")
        connection.execute(
            sql.SQL("GRANT SELECT, INSERT, UPDATE, DELETE ON orders TO {}").format(role)
        )
        connection.execute("INSERT INTO orders SELECT n, n + 0.5 FROM generate_series(1, 1500) n")
    yield name
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
        connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(name)))


@pytest.fixture
async def door(postgres_url: str) -> AsyncIterator[DatabaseDoor]:
    async with open_door(postgres_url) as opened:
        yield opened


@pytest.fixture
def call(calls: Calls, shop: str, door: DatabaseDoor) -> Call:
    return signed(calls, shop, door.port)


def signed(calls: Calls, shop: str, port: int, **more: str) -> Call:
    settings = {
        "host": "127.0.0.1",
        "port": str(port),
        "database": shop,
        "username": shop,
        "encryption": "disable",
        **more,
    }
    return calls.call("postgres", settings, {"password": PASSWORD})


async def query(call: Call, statement: str, *params: Any, **more: Any) -> Any:
    return await run(INTEGRATION, "query", call, sql=statement, params=list(params), **more)


async def execute(call: Call, statement: str, *params: Any) -> Any:
    return await run(INTEGRATION, "execute", call, sql=statement, params=list(params))


async def test_values_are_bound_and_rows_are_data(call: Call) -> None:
    found = await query(call, "SELECT id, total FROM orders WHERE id = $1 OR id = $2", 2, "3")
    assert found.columns == ["id", "total"]
    assert found.rows == [{"id": 2, "total": 2.5}, {"id": 3, "total": 3.5}]
    hostile = "x' OR 'a' = 'a"
    nothing = await query(call, "SELECT id FROM orders WHERE id::text = $1", hostile)
    assert nothing.rows == []


async def test_every_type_becomes_data(call: Call) -> None:
    found = await query(
        call,
        "SELECT 1.10 AS d, 12345678901234567890.123 AS e, 'NaN'::float8 AS f,"
        " '\\x00ff'::bytea AS g,"
        " '{\"a\": [1]}'::jsonb AS h, DATE '2026-01-02' AS i, NULL AS j, ARRAY[1, 2] AS k,"
        " $1::jsonb AS l, $2::int[] AS m",
        {"a": 1},
        [1, 2],
    )
    assert found.rows == [
        {
            "d": 1.1,
            "e": "12345678901234567890.123",
            "f": "nan",
            "g": "AP8=",
            "h": {"a": [1]},
            "i": "2026-01-02",
            "j": None,
            "k": [1, 2],
            "l": {"a": 1},
            "m": [1, 2],
        }
    ]


async def test_no_more_than_a_thousand_rows_are_read(call: Call) -> None:
    found = await query(call, "SELECT id FROM orders ORDER BY id")
    assert (len(found.rows), found.row_count, found.is_cut) == (1000, 1000, True)
    two = await query(call, "SELECT id FROM orders WHERE id < 3", limit=2)
    assert (two.row_count, two.is_cut) == (2, False)


async def test_a_query_changes_nothing_even_by_a_function(
    call: Call, shop: str, postgres_url: str
) -> None:
    with psycopg.connect(make_conninfo(postgres_url, dbname=shop), autocommit=True) as owner:
        owner.execute(
            "CREATE OR REPLACE FUNCTION sneak() RETURNS int LANGUAGE sql AS"
            " 'DELETE FROM orders WHERE id = 1 RETURNING id'"
        )
    with pytest.raises(ProviderRefused, match=r"read-only transaction \(25006\)"):
        await query(call, "SELECT sneak()")
    with pytest.raises(InvalidInput, match="Use the task execute"):
        await query(call, "WITH x AS (DELETE FROM orders RETURNING id) SELECT id FROM x")
    assert (await query(call, "SELECT id FROM orders WHERE id = 1")).row_count == 1


async def test_changes_need_the_connections_leave(
    calls: Calls, call: Call, shop: str, door: DatabaseDoor
) -> None:
    statement = "INSERT INTO orders (id, total) VALUES ($1, $2) RETURNING id, total"
    with pytest.raises(ProviderRefused, match="this connection only reads"):
        await execute(call, statement, 5000, 9.5)
    assert door.connections == 0
    writing = signed(calls, shop, door.port, allow_changes="yes")
    made = await execute(writing, statement, 5000, 9.5)
    assert (made.changed, made.rows) == (1, [{"id": 5000, "total": 9.5}])
    gone = await execute(writing, "DELETE FROM orders WHERE id = $1", 5000)
    assert (gone.changed, gone.rows) == (1, [])


async def test_a_statement_that_fails_says_why_and_leaves_nothing(
    calls: Calls, shop: str, door: DatabaseDoor
) -> None:
    writing = signed(calls, shop, door.port, allow_changes="yes")
    with pytest.raises(ProviderRefused, match=r"duplicate key .* \(23505\)"):
        await execute(writing, "INSERT INTO orders (id) VALUES (1)")
    with pytest.raises(ProviderRefused, match=r"permission denied for table secrets \(42501\)"):
        await query(writing, "SELECT word FROM secrets")
    with pytest.raises(ProviderRefused, match="nowhere"):
        await query(writing, "SELECT 1 FROM nowhere")


async def test_a_connection_that_ends_at_the_commit_leaves_a_doubt(
    calls: Calls, shop: str, door: DatabaseDoor
) -> None:
    writing = signed(calls, shop, door.port, allow_changes="yes")
    door.closes_at = b"COMMIT"
    with pytest.raises(OutcomeUnknown, match="at the commit"):
        await execute(writing, "UPDATE orders SET total = 1 WHERE id = 7")
    door.closes_at = b"UPDATE"
    with pytest.raises(ProviderBusy, match="the connection ended"):
        await execute(writing, "UPDATE orders SET total = 1 WHERE id = 7")


async def test_the_connection_says_whose_it_is(
    calls: Calls, call: Call, shop: str, door: DatabaseDoor
) -> None:
    assert INTEGRATION.test
    said = await INTEGRATION.test(call)
    assert said.startswith(f"Signed in to the database {shop} as {shop} (Postgres ")
    for wrong in ({"username": "nobody_here"}, {"database": "nowhere_here"}):
        with pytest.raises(ProviderRefused, match=r"does not exist.* Check the connection"):
            await INTEGRATION.test(signed(calls, shop, door.port, **wrong))
    with pytest.raises(ProviderRefused, match="the encryption that the connection asks for"):
        await INTEGRATION.test(signed(calls, shop, door.port, encryption="require"))


async def test_an_address_inside_is_not_called(shop: str, door: DatabaseDoor) -> None:
    async with open_calls(allow="") as calls:
        for host in ("127.0.0.1", "localhost", "/tmp"):
            with pytest.raises((CallRefused, ProviderBusy)):
                await query(signed(calls, shop, door.port, host=host), "SELECT 1")
    assert door.connections == 0


async def test_nobody_there_means_that_nothing_happened(calls: Calls, shop: str) -> None:
    async with running_http_server() as gone:
        port = gone.port
    with pytest.raises(ProviderBusy, match="was not reached"):
        await query(signed(calls, shop, port), "SELECT 1")
