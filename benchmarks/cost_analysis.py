"""How long the whole cost analysis takes over 1.4 million usage rows.

Run `python -m benchmarks.cost_analysis [rows]`. Two shapes of data: `trace` is a log without
users, request keys or prefixes, `keyed` has all of them on every row (a tenth of the calls repeat
another).
"""

import asyncio
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import LiteralString, cast

from domain.costs.prices import PriceBook
from domain.costs.reports import build_report
from domain.identity import LOCAL_USER
from storage.database import Database
from storage.embedded import EmbeddedPostgres
from storage.migrate import migrate
from storage.usage import UsageRepository

ROWS = 1_400_000
ROUNDS = 3

_IMPORT = """
INSERT INTO usage_imports (import_id, tenant_id, user_id, file_name, file_sha256, byte_count,
    format, rows_read, rows_imported, rows_duplicate, rows_rejected)
VALUES ('00000000-0000-0000-0000-000000000001', 'local', 'local', 'bench.csv', 'bench', 0,
    'bench', 0, 0, 0, 0)
"""
_ROWS = """
INSERT INTO usage_records (tenant_id, user_id, import_id, source, source_key, occurred_at, provider,
    model, input_tokens, output_tokens, workload, team, end_user, status, finish_reason, cost_usd,
    cost_source, request_key, temperature, prefix_id, prefix_tokens)
SELECT 'local', 'local', '00000000-0000-0000-0000-000000000001', 'bench', md5(n::text),
    '2026-01-01Z'::timestamptz + n * interval '2 seconds', 'openai',
    (ARRAY['gpt-4o', 'gpt-4o-mini', 'gpt-4.1'])[1 + n %% 3],
    1500 + n %% 700, 1 + (n %% 1000 * 7919) %% 600, 'feature ' || n %% 12, 'team ' || n %% 4,
    CASE WHEN %(keyed)s THEN 'user ' || n %% 900 END,
    CASE WHEN n %% 97 = 0 THEN 'error' ELSE 'success' END,
    CASE WHEN n %% 211 = 0 THEN 'length' ELSE 'stop' END, 0.0042, 'priced',
    CASE WHEN %(keyed)s THEN md5((CASE WHEN n %% 10 = 0 THEN n - 5 ELSE n END)::text) END,
    CASE WHEN %(keyed)s THEN 0 END,
    CASE WHEN %(keyed)s THEN 'prefix ' || n %% 300 END, CASE WHEN %(keyed)s THEN 1100 END
FROM generate_series(1, %(rows)s) AS n
"""


def main(rows: int) -> None:
    """Fill a database of its own twice, analyse it, print the medians."""
    with tempfile.TemporaryDirectory(prefix="gp-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        server = EmbeddedPostgres(Path(folder))
        try:
            result = asyncio.run(compare(server.start(min_free_mb=1000), rows))
        finally:
            server.stop()
    print(json.dumps({"benchmark": "cost_analysis", "rows": rows, **result}))


async def compare(url: str, rows: int) -> dict[str, dict[str, float]]:
    """Both shapes of data, one after the other."""
    await migrate(url)
    async with Database(url) as database:
        return {
            shape: await measure(database, rows, keyed=shape == "keyed")
            for shape in ("trace", "keyed")
        }


async def measure(database: Database, rows: int, keyed: bool) -> dict[str, float]:
    """Median seconds of reading the facts and of building the report."""
    await fill(database, rows, keyed)
    repository = UsageRepository(database)
    prices = PriceBook()
    facts_s: list[float] = []
    report_s: list[float] = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        facts = await repository.facts(LOCAL_USER)
        read = time.perf_counter()
        build_report(facts, prices)
        facts_s.append(read - started)
        report_s.append(time.perf_counter() - read)
    return {
        "facts_s": round(statistics.median(facts_s), 2),
        "report_s": round(statistics.median(report_s), 2),
        "whole_s": round(statistics.median(map(sum, zip(facts_s, report_s, strict=True))), 2),
    }


async def fill(database: Database, rows: int, keyed: bool) -> None:
    """Replace all usage with generated rows."""
    async with database.runs.connection() as connection:
        await connection.execute("TRUNCATE usage_imports CASCADE")
        await connection.execute(_IMPORT)
        await connection.execute(cast(LiteralString, _ROWS), {"rows": rows, "keyed": keyed})
        await connection.execute("VACUUM ANALYZE usage_records")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS)
