"""How fast usage exports come in: rows a second, from a file on disk to committed, priced rows.

Run `python -m benchmarks.usage_import [rows]`. The file has the shape of the Azure trace. Beside
the whole import it measures reading and pricing alone, which shows what the database adds.
"""

import asyncio
import json
import os
import random
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import psutil

from domain.costs.formats.limits import ReadOptions
from domain.costs.formats.reader import UsageFile, read_usage
from domain.costs.formats.registry import HEAD_BYTES, recognise
from domain.costs.prices import PriceBook
from domain.identity import LOCAL_USER
from storage.database import Database, DatabaseLimits
from storage.embedded import EmbeddedPostgres
from storage.migrate import migrate
from storage.usage_copy import CopyWriter
from storage.usage_imports import ImportRequest, UsageImporter

ROWS = 1_400_000
MODEL = "gpt-4o"
_CHUNK_BYTES = 256 * 1024


def main(rows: int) -> None:
    """Write a trace, import it into a database of its own, print one JSON line."""
    with tempfile.TemporaryDirectory(prefix="gp-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        trace = folder / "trace.csv"
        write_trace(trace, rows)
        parse_s = parse_only(trace)
        server = EmbeddedPostgres(folder / "data")
        try:
            url = server.start(min_free_mb=1000)
            spent = asyncio.run(import_into(url, trace, rows))
        finally:
            server.stop()
        megabytes = trace.stat().st_size / 1024**2
    result = {
        "benchmark": "usage_import",
        "rows": rows,
        "file_mb": round(megabytes, 1),
        "rows_per_s": round(rows / spent.elapsed_s),
        "import_s": round(spent.elapsed_s, 2),
        # Processor time does not depend on what else the machine is doing.
        "python_us_per_row": round(spent.python_s / rows * 1e6, 2),
        "postgres_us_per_row": round(spent.postgres_s / rows * 1e6, 2),
        "parse_and_price_rows_per_s": round(rows / parse_s),
        "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "load_before": round(os.getloadavg()[0], 2),
    }
    print(json.dumps(result))


def write_trace(path: Path, rows: int) -> None:
    """Requests some milliseconds apart, sizes as in the real trace."""
    chance = random.Random(20231116)
    at = datetime(2023, 11, 16, 18)  # noqa: DTZ001 - the trace names no zone
    with path.open("w", encoding="utf-8") as file:
        file.write("TIMESTAMP,ContextTokens,GeneratedTokens\n")
        for _ in range(rows):
            at += timedelta(microseconds=chance.randrange(1, 50_000))
            file.write(f"{at:%Y-%m-%d %H:%M:%S.%f}0,{chance.randrange(1, 7_500)},")
            file.write(f"{chance.randrange(1, 1_000)}\n")


def parse_only(path: Path) -> float:
    """Seconds for all that Python does: reading, pricing, COPY text."""
    head = path.read_bytes()[:HEAD_BYTES]
    file = UsageFile(path.name, head, chunks(path))
    start = time.perf_counter()
    items = read_usage(recognise(head, path.name), file, ReadOptions(model=MODEL))
    for _ in CopyWriter(PriceBook()).batches(items):
        pass
    return time.perf_counter() - start


def chunks(path: Path) -> Iterator[bytes]:
    """The file, piece by piece."""
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            yield chunk


@dataclass(frozen=True, slots=True)
class Spent:
    """What an import took until its rows were committed."""

    elapsed_s: float
    python_s: float
    postgres_s: float


async def import_into(url: str, path: Path, rows: int) -> Spent:
    """Import the file into an empty database."""
    await migrate(url)
    async with Database(url, DatabaseLimits(api_connections=1)) as database:
        async with database.acting_for(LOCAL_USER) as connection:
            backend = psutil.Process(connection.info.backend_pid)
        request = ImportRequest(path.name, path, model=MODEL)
        before = backend.cpu_times()
        start, python_start = time.perf_counter(), time.process_time()
        result = await UsageImporter(database).import_stream(LOCAL_USER, request)
        after = backend.cpu_times()
        spent = Spent(
            elapsed_s=time.perf_counter() - start,
            python_s=time.process_time() - python_start,
            postgres_s=after.user + after.system - before.user - before.system,
        )
    if result.usage_import.rows_imported != rows:
        raise SystemExit(f"{result.usage_import.rows_imported} of {rows} rows arrived.")
    return spent


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS)
