"""The user's own Postgres database, never ours: one statement with bound values."""

from typing import Annotated, Any, Final

from pydantic import Field

from domain.connections import ConnectionField, ConnectionKind
from domain.errors import ProviderRefused
from tools.integration import Action, Call, Integration
from tools.sql_checks import check_change, check_query
from tools.task_shapes import LITERAL, MULTILINE, TaskParams, TaskResult
from tools.user_database import DatabasePlace, connected, execute, query

MOST_ROWS: Final = 1_000
_MOST_VALUES: Final = 100

Values = Annotated[
    list[bool | int | float | str | list[Any] | dict[str, Any] | None],
    Field(
        title="Values",
        description="What stands for $1, $2 … in the statement, in this order.",
        examples=[["{{trigger_data.customer.email}}", 499]],
        max_length=_MOST_VALUES,
    ),
]


class Query(TaskParams):
    """A statement that reads."""

    sql: str = Field(
        title="SQL",
        description="One SELECT. Values go into $1, $2 …, never into the text.",
        examples=["SELECT name, total FROM orders WHERE email = $1"],
        min_length=1,
        max_length=20_000,
        json_schema_extra=MULTILINE | LITERAL,
    )
    params: Values = Field(default_factory=list)
    limit: int = Field(default=MOST_ROWS, title="At most", ge=1, le=MOST_ROWS)


class QueriedRows(TaskResult):
    """Rows of a query."""

    columns: list[str]
    rows: list[dict[str, Any]] = Field(description="Each by its columns.")
    row_count: int = Field(description="How many these are.")
    is_cut: bool = Field(description="Whether there are more than these.")


class Change(TaskParams):
    """A statement that changes rows."""

    sql: str = Field(
        title="SQL",
        description="One INSERT, UPDATE, DELETE or MERGE. Values go into $1, $2 …",
        examples=["UPDATE orders SET paid = true WHERE id = $1 RETURNING id"],
        min_length=1,
        max_length=20_000,
        json_schema_extra=MULTILINE | LITERAL,
    )
    params: Values = Field(default_factory=list)


class ChangedRows(TaskResult):
    """What was changed."""

    changed: int = Field(description="How many rows.")
    rows: list[dict[str, Any]] = Field(description="What RETURNING gave.")


def _place(call: Call) -> DatabasePlace:
    settings = call.secrets.settings
    return DatabasePlace(
        host=settings["host"],
        port=int(settings.get("port") or 5432),
        name=settings["database"],
        username=settings["username"],
        password=call.secrets["password"],
        encryption=settings.get("encryption") or "require",
    )


async def _query(call: Call, params: Query) -> QueriedRows:
    check_query(params.sql)
    rules = call.ports.egress.of(call.user.tenant_id)
    async with connected(_place(call), rules, is_read_only=True) as connection:
        found = await query(connection, params.sql, params.params, params.limit)
    return QueriedRows(
        columns=list(found.columns),
        rows=[dict(row) for row in found.rows],
        row_count=len(found.rows),
        is_cut=found.is_cut,
    )


async def _execute(call: Call, params: Change) -> ChangedRows:
    if call.secrets.settings.get("allow_changes") != "yes":
        raise ProviderRefused(
            "The database",
            "this connection only reads",
            "Set allow_changes of the connection to yes if workflows may change data with it.",
        )
    check_change(params.sql)
    rules = call.ports.egress.of(call.user.tenant_id)
    async with connected(_place(call), rules, is_read_only=False) as connection:
        found = await execute(connection, params.sql, params.params, MOST_ROWS)
    return ChangedRows(changed=found.changed, rows=[dict(row) for row in found.rows])


async def _test(call: Call) -> str:
    rules = call.ports.egress.of(call.user.tenant_id)
    async with connected(_place(call), rules, is_read_only=True) as connection:
        version = connection.info.server_version // 10_000
        return (
            f"Signed in to the database {connection.info.dbname} as {connection.info.user} "
            f"(Postgres {version})."
        )


POSTGRES: Final = ConnectionKind(
    "postgres",
    "Postgres database",
    "A database of yours. Make a user for it that may do no more than workflows need.",
    (
        ConnectionField("host", "Host", help="Such as db.example.com.", pattern=r"[A-Za-z0-9.:-]+"),
        ConnectionField(
            "port",
            "Port",
            is_required=False,
            help="Left empty, 5432.",
            pattern=r"[1-9][0-9]{0,4}",
        ),
        ConnectionField("database", "Database", pattern=r"[^\r\n=]{1,63}"),
        ConnectionField("username", "User name", pattern=r"[^\r\n]{1,63}"),
        ConnectionField("password", "Password", is_secret=True, pattern=r"[^\r\n]+"),
        ConnectionField(
            "encryption",
            "Encryption",
            is_required=False,
            help="require (usual), verify-full (checks the certificate too) or disable.",
            pattern=r"require|verify-full|disable",
        ),
        ConnectionField(
            "allow_changes",
            "Changes",
            is_required=False,
            help="yes lets workflows change data; left empty, they only read.",
            pattern=r"yes|no",
        ),
    ),
)

INTEGRATION: Final = Integration(
    service="database",
    title="Database",
    description="Your own Postgres database.",
    actions=(
        Action(
            name="query",
            title="Ask a database",
            description=f"One SELECT, {MOST_ROWS:,} rows at most, in a read-only transaction.",
            params=Query,
            result=QueriedRows,
            effect="read",
            run=_query,
            connection_kind=POSTGRES.name,
            phrases=(
                *("query the database", "look up in the database", "run a query"),
                *("read from the database", "get from postgres", "ask the database"),
            ),
        ),
        Action(
            name="execute",
            title="Change a database",
            description="One statement that changes rows, where the connection allows it.",
            params=Change,
            result=ChangedRows,
            # A statement may or may not be one that can be repeated.
            effect="unsafe",
            run=_execute,
            connection_kind=POSTGRES.name,
            phrases=(
                *("insert into the database", "write to the database", "save to the database"),
                *("change the database", "store it in postgres"),
            ),
        ),
    ),
    kinds=(POSTGRES,),
    test=_test,
    aliases=("postgres", "postgresql", "sql", "db"),
)
