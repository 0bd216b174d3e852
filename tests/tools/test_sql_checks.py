"""Which SQL is a query, which a change, and what is neither."""

import pytest

from domain.errors import InvalidInput
from tools.sql_checks import check_change, check_query


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM orders WHERE id = $1",
        "select 1;",
        "WITH o AS (SELECT 1 AS n) SELECT n FROM o UNION ALL SELECT 2 ORDER BY 1 LIMIT 5",
        "VALUES (1), (2)",
        "SELECT count(*), sum(total), lower(name), date_trunc('day', at) FROM orders GROUP BY 3, 4",
        "SELECT pg_typeof(1), o->>'a' FROM orders o -- a comment",
    ],
)
def test_what_reads_is_a_query(sql: str) -> None:
    check_query(sql)
    with pytest.raises(InvalidInput):
        check_change(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1; DELETE FROM orders",
        "WITH gone AS (DELETE FROM orders RETURNING *) SELECT * FROM gone",
        "SELECT * INTO copies FROM orders",
        "SELECT * FROM orders FOR UPDATE",
        "EXPLAIN ANALYZE DELETE FROM orders",
        "COPY orders TO PROGRAM 'cat'",
        "DO $$ BEGIN PERFORM 1; END $$",
        "CALL f()",
        "SET ROLE postgres",
        "BEGIN",
        "CREATE TABLE a (b int)",
        "DROP TABLE orders",
        "TRUNCATE orders",
        "GRANT ALL ON orders TO public",
        "SELECT pg_sleep(10)",
        "SELECT pg_catalog.pg_read_file('/etc/passwd')",
        "SELECT * FROM (SELECT PG_SLEEP(1)) s",
        'SELECT "pg_sleep"(1)',
        "SELECT lo_import('/etc/passwd')",
        "SELECT * FROM dblink('host=inside', 'SELECT 1') AS t(a int)",
        "SELECT query_to_xml('DELETE FROM orders', true, true, '')",
        "SELECT set_config('transaction_read_only', 'off', false)",
        "SELECT FROM WHERE",
        "",
        "-- nothing",
        "(" * 5000,
    ],
)
def test_what_is_no_query_is_refused_with_what_to_do(sql: str) -> None:
    with pytest.raises(InvalidInput, match=r"^sql: "):
        check_query(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO orders (id) VALUES ($1) ON CONFLICT DO NOTHING RETURNING id",
        "UPDATE orders SET paid = true WHERE id = $1",
        "DELETE FROM orders WHERE true",
        "WITH old AS (SELECT id FROM orders) DELETE FROM orders USING old WHERE true",
        "MERGE INTO a USING b ON a.id = b.id WHEN MATCHED THEN UPDATE SET n = b.n",
    ],
)
def test_what_changes_rows_is_a_change(sql: str) -> None:
    check_change(sql)
    with pytest.raises(InvalidInput):
        check_query(sql)


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("DELETE FROM orders", "Write WHERE true"),
        ("UPDATE orders SET paid = true", "Write WHERE true"),
        ("DELETE FROM a WHERE true; DELETE FROM b WHERE true", "there are 2 statements"),
        ("DROP TABLE orders", "is not done here|changes no rows"),
        ("INSERT INTO a SELECT pg_sleep(10)", "pg_sleep is not called here"),
    ],
)
def test_what_is_no_change_is_refused(sql: str, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        check_change(sql)
