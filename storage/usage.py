"""A tenant's imported usage, aggregated for analysis."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

from psycopg.rows import DictRow

from domain.costs.facts import (
    BilledDay,
    CachePlan,
    CallGroup,
    Coverage,
    DaySpend,
    FieldCounts,
    HourOfDay,
    OutputProfile,
    PeakLoad,
    Period,
    UsageFacts,
    UserSpend,
)
from domain.costs.formats.registry import COST_ONLY_SOURCES
from domain.costs.money import ZERO
from domain.costs.tokens import TokenCounts
from domain.identity import UserContext
from storage.database import Connection, Database
from storage.sql_files import load_statements

_SQL = load_statements("usage")

#: End users listed one by one.
MAX_USERS = 50
#: Groups with a prompt prefix; the cheapest of more (thousands of prefixes) are not analysed.
MAX_GROUPS = 20_000
#: Calls with at most this many output tokens may suit a smaller model.
SHORT_OUTPUT_TOKENS = 20
#: Finish reasons that say that the model called a tool.
TOOL_REASONS = ["tool_calls", "tool_use", "function_call"]
#: Fewer answers than this show no usual length.
MIN_CALLS_PER_PROFILE = 20

_BEGINNING = datetime(1, 1, 1, tzinfo=UTC)
_END = datetime(9999, 12, 31, tzinfo=UTC)


class UsageRepository:
    """Reads usage as facts; nothing here reads single rows into memory."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def coverage(self, user: UserContext, period: Period | None = None) -> Coverage:
        """What usage there is, and what it lacks."""
        async with self._database.transaction(user) as connection:
            reader = _Reader(connection, _parameters(user, period))
            return _coverage(await reader.rows("coverage"), await reader.rows("imports"))

    async def facts(self, user: UserContext, period: Period | None = None) -> UsageFacts:
        """The usage, aggregated for analysis; all of it from one moment in time."""
        async with self._database.transaction(user) as connection:
            reader = _Reader(connection, _parameters(user, period))
            await reader.script("tune")
            found = await reader.rows("days")
            coverage = _coverage(found, await reader.rows("imports"))
            days = tuple(_day(row) for row in found if row["source"] not in COST_ONLY_SOURCES)
            await _flag(reader, coverage)
            await reader.run("cells")
            await reader.run("outputs")
            return UsageFacts(
                coverage=coverage,
                days=days,
                users=await _users(reader, coverage, days),
                bills=tuple(_bill(row) for row in found if row["source"] in COST_ONLY_SOURCES),
                groups=await _groups(reader, coverage),
                outputs=tuple(OutputProfile(**row) for row in await reader.rows("output_profiles")),
                hours=tuple(HourOfDay(**row) for row in await reader.rows("hours")),
                peak=PeakLoad(**(await reader.rows("peak"))[0]),
            )


class _Reader:
    """Runs named statements with the parameters of one user and period."""

    def __init__(self, connection: Connection, parameters: Mapping[str, Any]) -> None:
        self._connection = connection
        self._parameters = parameters

    async def run(self, name: str) -> None:
        await self._connection.execute(_SQL[name], self._parameters)

    async def script(self, name: str) -> None:
        # Without parameters, or the server takes no more than one statement at a time.
        await self._connection.execute(_SQL[name])

    async def rows(self, name: str) -> Sequence[DictRow]:
        cursor = await self._connection.execute(_SQL[name], self._parameters)
        return await cursor.fetchall()


def _parameters(user: UserContext, period: Period | None) -> dict[str, Any]:
    period = period or Period()
    return {
        "tenant_id": user.tenant_id,
        "start": period.start or _BEGINNING,
        "end": period.end or _END,
        "bill_sources": sorted(COST_ONLY_SOURCES),
        "max_users": MAX_USERS,
        "max_groups": MAX_GROUPS,
        "short_tokens": SHORT_OUTPUT_TOKENS,
        "tool_reasons": TOOL_REASONS,
        "min_calls": MIN_CALLS_PER_PROFILE,
    }


def _coverage(found: Sequence[DictRow], imports: Sequence[DictRow]) -> Coverage:
    """From rows of `coverage` or `days`, both of which have what it asks for."""
    usage = [row for row in found if row["source"] not in COST_ONLY_SOURCES]
    requests = _total(usage, "requests")
    unpriced = _total(usage, "unpriced_requests")
    return Coverage(
        row_count=_total(usage, "row_count"),
        request_count=requests,
        error_requests=_total(usage, "error_requests"),
        first_at=min((row["first_at"] for row in usage), default=None),
        last_at=max((row["last_at"] for row in usage), default=None),
        models=_names(usage, "model", "row_count"),
        sources=_names(found, "source", "row_count"),
        priced_requests=requests - unpriced,
        unpriced_requests=unpriced,
        unpriced_models=_names(usage, "model", "unpriced_requests"),
        rejected_rows=_total(imports, "rows_rejected"),
        duplicate_rows=_total(imports, "rows_duplicate"),
        bill_rows=_total(found, "row_count") - _total(usage, "row_count"),
        fields=FieldCounts(
            **{field.name: _total(usage, f"with_{field.name}") for field in fields(FieldCounts)}
        ),
        import_notes=_notes(imports),
    )


def _total(rows: Sequence[DictRow], column: str) -> int:
    return sum(row[column] for row in rows)


def _names(rows: Sequence[DictRow], column: str, weight: str) -> tuple[str, ...]:
    """Distinct values of rows that have any weight, the heaviest first."""
    weights: dict[str, int] = {}
    for row in rows:
        if row[weight]:
            weights[row[column]] = weights.get(row[column], 0) + row[weight]
    return tuple(sorted(weights, key=lambda name: (-weights[name], name)))


async def _users(
    reader: _Reader, coverage: Coverage, days: Sequence[DaySpend]
) -> tuple[UserSpend, ...]:
    if coverage.fields.end_user:
        return tuple(_user(row) for row in await reader.rows("users"))
    nobody = UserSpend(
        end_user=None,
        user_count=0,
        requests=sum(cell.requests for cell in days),
        tokens=sum((cell.tokens for cell in days), TokenCounts()),
        cost_usd=sum((cell.cost_usd for cell in days), ZERO),
    )
    return (nobody,) if days else ()


async def _flag(reader: _Reader, coverage: Coverage) -> None:
    """Make the list of wasted and served calls; empty without looking where none can be known."""
    if coverage.fields.request_key or coverage.fields.retry_of:
        for name in ("wasted", "duplicates", "flagged"):
            await reader.run(name)
    else:
        await reader.script("nothing_flagged")
    await reader.script("flagged_size")


async def _groups(reader: _Reader, coverage: Coverage) -> tuple[CallGroup, ...]:
    rows = list(await reader.rows("groups"))
    if coverage.fields.prefix:
        rows += await reader.rows("prefix_groups")
    return tuple(_group(row) for row in rows)


def _tokens(row: DictRow) -> TokenCounts:
    return TokenCounts(
        row["input_tokens"],
        row["cache_read_tokens"],
        row["cache_write_5m_tokens"],
        row["cache_write_1h_tokens"],
        row["output_tokens"],
    )


def _day(row: DictRow) -> DaySpend:
    return DaySpend(
        day=row["day"].date(),
        provider=row["provider"],
        model=row["model"],
        workload=row["workload"],
        team=row["team"],
        requests=row["requests"],
        error_requests=row["error_requests"],
        unpriced_requests=row["unpriced_requests"],
        tokens=_tokens(row),
        cost_usd=row["cost_usd"],
    )


def _bill(row: DictRow) -> BilledDay:
    return BilledDay(day=row["day"].date(), provider=row["provider"], cost_usd=row["cost_usd"])


def _user(row: DictRow) -> UserSpend:
    return UserSpend(
        end_user=row["end_user"],
        user_count=row["user_count"],
        requests=row["requests"],
        tokens=_tokens(row),
        cost_usd=row["cost_usd"],
    )


def _group(row: DictRow) -> CallGroup:
    return CallGroup(
        source=row["source"],
        provider=row["provider"],
        model=row["model"],
        workload=row["workload"],
        batch=row["batch"],
        is_waste=row["is_waste"],
        is_duplicate=row["is_duplicate"],
        is_short=row["is_short"],
        prefix_id=row["prefix_id"],
        requests=row["requests"],
        tokens=_tokens(row),
        cost_usd=row["cost_usd"],
        max_context_tokens=row["max_context_tokens"],
        min_prefix_tokens=row["min_prefix_tokens"],
        excess_output_tokens=row["excess_output_tokens"],
        excess_requests=row["excess_requests"],
        cache_alone=_plan(row, "alone"),
        cache_left=_plan(row, "left"),
        sample_keys=_keys(row["first_key"], row["last_key"]),
        excess_sample_keys=_keys(row["first_excess_key"], row["last_excess_key"]),
    )


def _keys(*found: str | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key for key in found if key is not None))


def _plan(row: DictRow, which: str) -> CachePlan:
    return CachePlan(
        reads=row[f"reads_{which}"],
        read_tokens=row[f"read_tokens_{which}"],
        writes=row[f"writes_{which}"],
        write_tokens=row[f"write_tokens_{which}"],
    )


def _notes(imports: Sequence[DictRow]) -> tuple[str, ...]:
    texts = [note["text"] for row in imports for note in row["notes"]]
    return tuple(dict.fromkeys(texts))
