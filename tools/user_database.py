"""Users' own Postgres databases: one statement a connection, at checked addresses and in time."""

import asyncio
from base64 import b64encode
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final, cast

import psycopg
from psycopg.rows import DictRow, dict_row
from psycopg.types.json import Jsonb

from domain.egress import EgressRules
from domain.errors import OutcomeUnknown, ProviderBusy, ProviderFailed, ProviderRefused
from tools.http_connections import checked_addresses

_NAME: Final = "The database"
_CONNECT_S: Final = 10
_STATEMENT_S: Final = 15
#: What the server does not end by itself in time is ended here.
_PATIENCE_S: Final = 30
_BATCH: Final = 100
#: Of all rows as JSON.
_MOST_BYTES: Final = 5 * 1024 * 1024
#: What a server says when it will take us later.
_LATER: Final = ("starting up", "shutting down", "too many", "remaining connection slots")
_CHECK: Final = "Check the connection: host, port, database, user name, password, encryption."

Connection = psycopg.AsyncConnection[DictRow]


@dataclass(frozen=True, slots=True)
class DatabasePlace:
    """Where a user's database is, and as whom."""

    host: str
    port: int
    name: str
    username: str
    password: str = field(repr=False)
    encryption: str = "require"


@dataclass(frozen=True, slots=True)
class Fetched:
    """Rows as JSON data."""

    columns: Sequence[str]
    rows: Sequence[Mapping[str, Any]]
    is_cut: bool
    #: How many rows a statement changed.
    changed: int = 0


@asynccontextmanager
async def connected(
    place: DatabasePlace, rules: EgressRules, *, is_read_only: bool
) -> AsyncGenerator[Connection]:
    """A connection with its limits set; nothing is kept that was not committed.

    Raises `CallRefused`, `ProviderRefused` and `ProviderBusy`.
    """
    try:
        async with asyncio.timeout(_CONNECT_S):
            addresses = await checked_addresses(rules, place.host, place.port)
    except OSError as error:
        raise ProviderBusy(_NAME, f"{place.host} was not reached") from error
    try:
        connection = await psycopg.AsyncConnection[DictRow].connect(
            row_factory=dict_row, **_options(place, list(map(str, addresses)), is_read_only)
        )
    except psycopg.OperationalError as error:
        raise _not_connected(error) from error
    try:
        await connection.set_read_only(is_read_only)
        yield connection
    finally:
        await connection.close()


async def query(connection: Connection, sql: str, values: Sequence[Any], most: int) -> Fetched:
    """The first rows of a statement that reads; raises a `ProviderFailed`."""
    rows: list[dict[str, Any]] = []
    size = 0
    try:
        async with asyncio.timeout(_PATIENCE_S):
            # A cursor of the server: what is not fetched is not sent.
            cursor = psycopg.AsyncRawServerCursor(connection, "rows", row_factory=dict_row)
            async with cursor:
                await cursor.execute(sql.encode(), [_sent(value) for value in values])
                columns = [each.name for each in cursor.description or ()]
                while batch := await cursor.fetchmany(min(_BATCH, most + 1 - len(rows))):
                    for row in batch:
                        rows.append({name: _received(value) for name, value in row.items()})
                        size += len(str(rows[-1]))
                    if size > _MOST_BYTES:
                        raise ProviderRefused(
                            _NAME, "the rows have more than 5 MB", "Ask for fewer rows or columns."
                        )
    except (psycopg.Error, TimeoutError) as error:
        raise _refused(error) from error
    return Fetched(columns, rows[:most], is_cut=len(rows) > most)


async def execute(connection: Connection, sql: str, values: Sequence[Any], most: int) -> Fetched:
    """Change rows and commit; raises a `ProviderFailed`."""
    try:
        async with asyncio.timeout(_PATIENCE_S):
            cursor = psycopg.AsyncRawCursor(connection, row_factory=dict_row)
            # Prepared, since the server takes a single statement only then.
            await cursor.execute(sql.encode(), [_sent(value) for value in values], prepare=True)
            columns = [each.name for each in cursor.description or ()]
            found = await cursor.fetchmany(most + 1) if columns else []
            rows = [{name: _received(value) for name, value in row.items()} for row in found]
    except (psycopg.Error, TimeoutError) as error:
        # Not committed, so the server takes it back.
        raise _refused(error) from error
    try:
        async with asyncio.timeout(_PATIENCE_S):
            await connection.commit()
    except (psycopg.OperationalError, TimeoutError) as error:
        if isinstance(error, psycopg.OperationalError) and error.sqlstate:
            raise _refused(error) from error
        raise OutcomeUnknown(_NAME, "the connection ended at the commit") from error
    except psycopg.Error as error:
        raise _refused(error) from error
    return Fetched(columns, rows[:most], len(rows) > most, changed=max(cursor.rowcount, 0))


def _options(place: DatabasePlace, addresses: list[str], is_read_only: bool) -> dict[str, Any]:
    limits = {
        "statement_timeout": f"{_STATEMENT_S}s",
        "lock_timeout": "5s",
        "idle_in_transaction_session_timeout": "60s",
        "default_transaction_read_only": "on" if is_read_only else "off",
    }
    return {
        # Names count for certificates; connections go to the addresses that were checked.
        "host": ",".join([place.host] * len(addresses)),
        "hostaddr": ",".join(addresses),
        "port": place.port,
        "dbname": place.name,
        "user": place.username,
        "password": place.password,
        "sslmode": place.encryption,
        "sslrootcert": "system" if place.encryption == "verify-full" else "",
        # Nothing of this machine signs in somewhere else.
        "sslcertmode": "disable",
        "gssencmode": "disable",
        "passfile": "",
        "connect_timeout": _CONNECT_S,
        "application_name": "goldenpath",
        "client_encoding": "UTF8",
        "options": " ".join(f"-c {name}={value}" for name, value in limits.items()),
    }


def _not_connected(error: psycopg.OperationalError) -> ProviderFailed:
    _, fatal, said = str(error).partition("FATAL:")
    reason = said.partition("\n")[0].strip()
    if any(later in reason for later in _LATER):
        return ProviderBusy(_NAME, reason)
    if fatal:
        return ProviderRefused(_NAME, reason, _CHECK)
    if "SSL" in str(error):
        return ProviderRefused(
            _NAME, "the encryption that the connection asks for did not come about", _CHECK
        )
    return ProviderBusy(_NAME, "it was not reached")


def _refused(error: Exception) -> ProviderFailed:
    """A statement that has changed nothing."""
    if isinstance(error, psycopg.errors.QueryCanceled):
        return ProviderRefused(
            _NAME, f"the statement took longer than {_STATEMENT_S} seconds", "Ask for less."
        )
    state = error.sqlstate if isinstance(error, psycopg.Error) else None
    if state is None and isinstance(error, psycopg.OperationalError | TimeoutError):
        return ProviderBusy(_NAME, "the connection ended before its answer")
    reason = str(error)
    if isinstance(error, psycopg.Error):
        reason = error.diag.message_primary or reason.partition("\n")[0]
    # Conflicts with others, too little room, locks, shutting down.
    if state and (state[:2] in ("40", "53", "57", "08") or state == "55P03"):
        return ProviderBusy(_NAME, f"{reason} ({state})")
    named = f"{reason} ({state})" if state else reason
    return ProviderRefused(_NAME, named, "Correct the statement, its values, or its rights.")


def _sent(value: Any) -> Any:
    return Jsonb(value) if isinstance(value, dict) else value


def _received(value: Any) -> Any:
    """A value as JSON data; what has no exact number there is a text."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if value - value == 0 else str(value)
    if isinstance(value, Decimal):
        return _number(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, bytes):
        return b64encode(value).decode()
    if isinstance(value, dict):
        return {str(key): _received(each) for key, each in cast("dict[Any, Any]", value).items()}
    if isinstance(value, list):
        return [_received(each) for each in cast("list[Any]", value)]
    return str(value)


def _number(value: Decimal) -> int | float | str:
    if not value.is_finite():
        return str(value)
    if value == value.to_integral_value():
        return int(value)
    return float(value) if Decimal(repr(float(value))) == value else str(value)
