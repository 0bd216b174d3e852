"""What a user's SQL may be: one statement of a known kind, without functions that reach outside.

The wall is the database: its user's rights, the read-only transaction and the time limit. This says
early and in words what would be refused there, and keeps out what a wide right would let through.
"""

from typing import Final

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from domain.errors import InvalidInput

_READS: Final = (exp.Select, exp.SetOperation, exp.Values, exp.Subquery)
_WRITES: Final = (exp.Insert, exp.Update, exp.Delete, exp.Merge)
#: Nowhere in a statement, however deep.
_NEVER: Final = (
    *(exp.Command, exp.Copy, exp.Create, exp.Drop, exp.Alter, exp.Into, exp.Transaction),
    *(exp.Commit, exp.Rollback, exp.Set, exp.Use, exp.TruncateTable, exp.Grant),
)
#: Functions that read files, wait, end other sessions, call other servers or run text as SQL.
_PREFIXES: Final = ("pg_", "lo_", "dblink", "query_to_", "table_to_", "cursor_to_", "schema_to_")
_FUNCTIONS: Final = frozenset({"set_config", "database_to_xml", "setval", "nextval", "http_get"})
_HARMLESS: Final = frozenset({"pg_typeof", "pg_size_pretty", "pg_column_size"})


def check_query(sql: str) -> None:
    """Raise `InvalidInput` for what is not one statement that only reads."""
    statement = _one(sql)
    if not isinstance(statement, _READS):
        raise InvalidInput(
            "sql: this reads nothing. Write a SELECT, or use the task execute to change data."
        )
    for node in statement.find_all(*_WRITES, exp.Lock):
        raise InvalidInput(
            f"sql: a query only reads, and this has {node.key.upper()}. Use the task execute."
        )


def check_change(sql: str) -> None:
    """Raise `InvalidInput` for what is not one statement that changes rows."""
    statement = _one(sql)
    if not isinstance(statement, _WRITES):
        raise InvalidInput(
            "sql: this changes no rows. Write INSERT, UPDATE, DELETE or MERGE, or use the task "
            "query to read."
        )
    for node in statement.find_all(exp.Update, exp.Delete):
        if node.args.get("where") is None and node.find_ancestor(exp.Merge) is None:
            raise InvalidInput(
                f"sql: {node.key.upper()} without WHERE changes every row. Write WHERE true if "
                "that is meant."
            )


def _one(sql: str) -> exp.Expr:
    try:
        statements = [each for each in sqlglot.parse(sql, dialect="postgres") if each is not None]
    except (SqlglotError, RecursionError) as error:
        first = str(error).partition("\n")[0][:200]
        raise InvalidInput(f"sql: this is not understood. {first}".rstrip(". ") + ".") from error
    if len(statements) != 1:
        raise InvalidInput(f"sql: there are {len(statements)} statements. Write one.")
    [statement] = statements
    for node in statement.find_all(*_NEVER):
        raise InvalidInput(
            f"sql: {node.key.upper()} is not done here. Read with SELECT, change rows with "
            "INSERT, UPDATE, DELETE or MERGE."
        )
    for call in statement.find_all(exp.Func):
        name = (call.name if isinstance(call, exp.Anonymous) else call.sql_name()).lower()
        if name in _FUNCTIONS or (name.startswith(_PREFIXES) and name not in _HARMLESS):
            raise InvalidInput(f"sql: the function {name} is not called here. Leave it out.")
    return statement
