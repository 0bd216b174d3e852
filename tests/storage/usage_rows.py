"""Usage rows for tests: putting them into the database, and making many that collide a lot."""

import random
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import LiteralString, cast
from uuid import uuid4

from domain.costs.records import UsageRecord
from domain.identity import UserContext
from storage.database import Database
from tests.storage.owner import as_owner

_COLUMNS = (
    "source_key", "occurred_at", "provider", "model", "requests", "input_tokens",
    "cache_read_tokens", "cache_write_5m_tokens", "cache_write_1h_tokens", "output_tokens", "batch",
    "workload", "team", "end_user", "status", "finish_reason", "duration_ms", "cost_usd",
    "cost_source", "request_key", "temperature", "prefix_id", "prefix_tokens", "retry_of",
    "served_from_cache",
)  # fmt: skip
_IMPORT = """
INSERT INTO usage_imports (import_id, tenant_id, user_id, file_name, file_sha256, byte_count,
    format, rows_read, rows_imported, rows_duplicate, rows_rejected, notes)
VALUES (%s, %s, %s, 'rows.csv', %s, 0, 'test', 10, 5, 2, 3,
    '[{"code": "partial", "text": "Pages are missing."}]')
"""


async def insert_usage(
    database: Database, user: UserContext, records: Sequence[UsageRecord], source: str = "litellm"
) -> None:
    """Keep records as one import of that source."""
    import_id = uuid4()
    names = ", ".join(_COLUMNS)
    places = ", ".join(f"%({name})s" for name in _COLUMNS)
    statement = (
        f"INSERT INTO usage_records (tenant_id, user_id, import_id, source, {names}) "
        f"VALUES (%(tenant_id)s, %(user_id)s, %(import_id)s, %(source)s, {places})"
    )
    owner = {**asdict(user), "import_id": import_id, "source": source}
    rows = [{**asdict(record), **owner} for record in records]
    async with as_owner(database) as connection:
        owner_values = [import_id, user.tenant_id, user.user_id, str(import_id)]
        await connection.execute(_IMPORT, owner_values)
        await connection.cursor().executemany(cast(LiteralString, statement), rows)


def colliding_records(count: int, seed: int) -> list[UsageRecord]:
    """Calls of four days with few models, keys and prefixes, in every state there is."""
    draw = random.Random(seed)
    start = datetime(2026, 3, 1, tzinfo=UTC)
    return [_record(draw, start, number) for number in range(count)]


def _record(draw: random.Random, start: datetime, number: int) -> UsageRecord:
    # Whole minutes, so that many calls share a moment and gaps are exactly 5 or 10 minutes.
    at = start + timedelta(minutes=draw.randrange(4 * 24 * 60))
    has_prefix = draw.random() < 0.5
    is_bucket = draw.random() < 0.05
    is_priced = draw.random() < 0.95
    return UsageRecord(
        source_key=f"call-{number:05d}",
        occurred_at=at,
        model=draw.choice(("large", "small")),
        provider=draw.choice((None, "openai")),
        requests=draw.randint(2, 9) if is_bucket else 1,
        input_tokens=draw.randint(50, 3000),
        cache_read_tokens=draw.choice((0, 0, 0, 40)),
        output_tokens=draw.choice((0, 5, 20, 21, 200, draw.randint(1, 900))),
        batch=draw.random() < 0.05,
        workload=draw.choice((None, "chat", "nightly")),
        team=draw.choice((None, "core")),
        end_user=draw.choice((None, "ann", "bob", "eve")),
        status="error" if draw.random() < 0.1 else "success",
        finish_reason=draw.choice((None, "stop", "stop", "length", "tool_calls")),
        cost_usd=Decimal(draw.randint(0, 5000)) / 10**6 if is_priced else None,
        cost_source="priced" if is_priced else "unpriced",
        request_key=draw.choice((None, f"key-{draw.randrange(40)}")),
        temperature=draw.choice((None, 0.0, 0.0, 0.7)),
        prefix_id=f"prefix-{draw.randrange(3)}" if has_prefix else None,
        prefix_tokens=draw.choice((0, 900, 1200)) if has_prefix else None,
        retry_of=f"call-{draw.randrange(number):05d}" if number and draw.random() < 0.03 else None,
        served_from_cache=draw.random() < 0.03,
    )
