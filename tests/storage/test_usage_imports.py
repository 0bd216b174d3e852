"""Imports into the real database: all or nothing, never twice, priced, within limits."""

import asyncio
import gzip
import io
import zipfile
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from domain.costs.imports import ImportResult
from domain.errors import InvalidInput, NotFound, TooLarge, UnreadableFile
from domain.identity import UserContext
from storage.archives import ArchiveLimits
from storage.database import Database
from storage.uploads import UploadLimits
from storage.usage_imports import ImportRequest, UsageImporter
from tests.storage.owner import as_owner

ANN = UserContext("ann", "acme")
BOB = UserContext("bob", "rival")
FIXTURES = Path(__file__).parents[1] / "domain" / "costs" / "fixtures"
HEADER = b"time,model,input_tokens,output_tokens\n"
MIB = 1024 * 1024


async def chunks(content: bytes) -> AsyncIterator[bytes]:
    for at in range(0, len(content), 1000):
        yield content[at : at + 1000]


async def imported(database: Database, content: bytes, **options: Any) -> ImportResult:
    request = ImportRequest("export.csv", chunks(content), **options)
    return await UsageImporter(database).import_stream(ANN, request)


async def rows(database: Database, user: UserContext = ANN) -> list[dict[str, Any]]:
    async with as_owner(database) as connection:
        cursor = await connection.execute(
            "SELECT * FROM usage_records WHERE tenant_id = %s ORDER BY occurred_at, source_key",
            [user.tenant_id],
        )
        return await cursor.fetchall()


async def test_the_sample_has_the_totals_its_publishers_state(database: Database) -> None:
    importer = UsageImporter(database)
    import_id = await importer.import_sample(ANN, "gpt-4o")
    done = await importer.get(ANN, import_id)
    assert (done.rows_imported, done.rows_duplicate, done.rows_rejected) == (28_185, 0, 0)
    async with as_owner(database) as connection:
        cursor = await connection.execute(
            "SELECT workload, count(*) AS calls, sum(input_tokens) AS input, "
            "sum(output_tokens) AS output, sum(cost_usd) AS usd FROM usage_records "
            "GROUP BY workload ORDER BY workload"
        )
        code, conversation = await cursor.fetchall()
    assert (code["calls"], code["input"], code["output"]) == (8_819, 18_059_974, 245_896)
    assert (conversation["calls"], conversation["input"]) == (19_366, 22_361_870)
    assert conversation["output"] == 4_088_665
    # 2.50 USD a million in, 10 USD a million out.
    assert code["usd"] == (18_059_974 * Decimal("2.5") + 245_896 * 10) / 10**6


async def test_importing_the_sample_again_changes_nothing(database: Database) -> None:
    importer = UsageImporter(database)
    first = await importer.import_sample(ANN, "gpt-4o")
    assert await importer.import_sample(ANN, "gpt-4o") == first
    assert len(await importer.list(ANN)) == 1


async def test_the_same_file_again_shows_the_import_it_is(database: Database) -> None:
    content = HEADER + b"2025-01-01,gpt-4o,10,20\n"
    first, again = await imported(database, content), await imported(database, content)
    assert (first.is_new, again.is_new) == (True, False)
    assert again.usage_import == first.usage_import
    assert len(await rows(database)) == 1


async def test_the_same_file_at_the_same_time_is_imported_once(database: Database) -> None:
    content = HEADER + b"2025-01-01,gpt-4o,10,20\n" * 3000
    results = await asyncio.gather(*(imported(database, content) for _ in range(4)))
    assert sorted(result.is_new for result in results) == [False, False, False, True]
    assert len({result.usage_import.import_id for result in results}) == 1
    assert len(await rows(database)) == 3000


async def test_overlapping_exports_do_not_double(database: Database) -> None:
    days = [b"2025-01-0%d,gpt-4o,10,20\n" % day for day in range(1, 6)]
    await imported(database, HEADER + b"".join(days[:3]))
    second = (await imported(database, HEADER + b"".join(days[1:]))).usage_import
    assert (second.rows_read, second.rows_imported, second.rows_duplicate) == (4, 2, 2)
    assert len(await rows(database)) == 5


async def test_a_bucket_that_has_grown_since_replaces_what_was_there(database: Database) -> None:
    page = (FIXTURES / "openai_usage_first_page.json").read_bytes()
    later = page.replace(b'"output_tokens": 50000', b'"output_tokens": 70000')
    for content, counted in ((page, 50_000), (later, 70_000), (page + b" ", 70_000)):
        await imported(database, content)
        assert max(row["output_tokens"] for row in await rows(database)) == counted
    assert len(await rows(database)) == len({row["source_key"] for row in await rows(database)})


async def test_an_import_can_be_taken_back(database: Database) -> None:
    done = (await imported(database, HEADER + b"2025-01-01,gpt-4o,10,20\nbad,x,1,1\n")).usage_import
    importer = UsageImporter(database)
    with pytest.raises(NotFound):
        await importer.delete(BOB, done.import_id)
    await importer.delete(ANN, done.import_id)
    assert await rows(database) == []
    assert list(await importer.rejects(ANN, done.import_id)) == []
    again = await imported(database, HEADER + b"2025-01-01,gpt-4o,10,20\n")
    assert again.usage_import.rows_imported == 1


async def test_the_same_calls_in_another_container_do_not_double(database: Database) -> None:
    for name in ("litellm_spend_logs.csv", "litellm_spend_logs.jsonl", "litellm_spend_logs.json"):
        await imported(database, (FIXTURES / name).read_bytes())
    assert len(await rows(database)) == 5


async def test_records_arrive_with_all_their_values(database: Database) -> None:
    await imported(database, (FIXTURES / "litellm_spend_logs.jsonl").read_bytes())
    first, hit, _claude, failed, own = await rows(database)
    assert (first["source"], first["provider"]) == ("litellm", "openai")
    assert (first["cache_read_tokens"], first["prefix_tokens"]) == (4096, 4200)
    assert (first["temperature"], first["finish_reason"]) == (0.0, "stop")
    assert (first["cost_usd"], first["cost_source"]) == (Decimal("0.0123"), "reported")
    assert (hit["served_from_cache"], hit["cost_usd"]) == (True, 0)
    assert failed["status"] == "error"
    assert (own["cost_usd"], own["cost_source"]) == (None, "unpriced")


async def test_unpriced_rows_keep_no_cost_and_the_import_names_the_model(
    database: Database,
) -> None:
    content = HEADER + b"2025-01-01,our-model,10,20\n"
    (note,) = (await imported(database, content)).usage_import.notes
    assert note.code == "unpriced"
    assert "our-model (1 rows)" in note.text
    assert (await rows(database))[0]["cost_usd"] is None


async def test_batch_calls_before_batch_prices_were_on_record_are_said_to_be_standard(
    database: Database,
) -> None:
    done = await imported(database, (FIXTURES / "openai_usage.jsonl").read_bytes())
    assert "batch_at_standard_price" in {note.code for note in done.usage_import.notes}


async def test_rejects_are_kept_with_reasons_and_the_rest_is_imported(database: Database) -> None:
    content = HEADER + b"2025-01-01,gpt-4o,x\x00y,2\n2025-01-02,gpt-4o,5,6\n"
    done = (await imported(database, content)).usage_import
    assert (done.rows_read, done.rows_imported, done.rows_rejected) == (2, 1, 1)
    importer = UsageImporter(database)
    (reject,) = await importer.rejects(ANN, done.import_id)
    assert (reject.line, reject.column, reject.value) == (2, "input_tokens", "xy")


async def test_awkward_texts_arrive_as_they_are(database: Database) -> None:
    header = b"time,model,input_tokens,output_tokens,team,request_id\n"
    odd = b'2025-01-01,gpt-4o,1,2,"a\tb\\c\nd","id\\N"\n'
    await imported(database, header + odd + b"2025-01-02,gpt-4o,1,2,\\N," + b"k" * 5000 + b"\n")
    first, second = await rows(database)
    assert (first["team"], first["source_key"]) == ("a\tb\\c\nd", "id\\N")
    assert second["team"] == "\\N"
    assert len(second["source_key"]) < 100


async def test_a_failing_import_leaves_nothing(database: Database) -> None:
    many = HEADER + b"".join(b"2025-01-01,gpt-4o,%d,1\n" % number for number in range(30_000))
    packed = gzip.compress(many)
    with pytest.raises(UnreadableFile, match="archive is broken"):
        await imported(database, packed[: len(packed) // 2])
    assert await rows(database) == []
    assert await UsageImporter(database).list(ANN) == []


async def test_compressed_files_are_read(database: Database) -> None:
    content = HEADER + b"2025-01-01,gpt-4o,10,20\n"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("usage.csv", content)
    assert (await imported(database, buffer.getvalue())).usage_import.rows_imported == 1
    assert (await imported(database, gzip.compress(content))).usage_import.rows_duplicate == 1


async def test_an_archive_of_several_files_is_refused(database: Database) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.csv", HEADER)
        archive.writestr("b.csv", HEADER)
    with pytest.raises(UnreadableFile, match="2 files"):
        await imported(database, buffer.getvalue())


async def test_uploads_and_archives_have_limits(database: Database) -> None:
    small = UploadLimits(upload_bytes=MIB, archive=ArchiveLimits(unpacked_bytes=10 * MIB))
    with pytest.raises(TooLarge, match="1 MB"):
        await imported(database, b"x" * (MIB + 1), limits=small)
    bomb = gzip.compress(HEADER + b"2025-01-01,gpt-4o,1,2\n" + b"x" * 11 * MIB)
    assert len(bomb) < MIB
    with pytest.raises(TooLarge, match="10 MB"):
        await imported(database, bomb, limits=small)
    assert await rows(database) == []


async def test_no_connection_is_held_while_the_file_arrives(database: Database) -> None:
    await database.api.wait()
    used: list[int] = []

    async def slow() -> AsyncIterator[bytes]:
        for part in (HEADER, b"2025-01-01,gpt-4o,1,2\n"):
            stats = database.api.get_stats()
            used.append(stats["pool_size"] - stats["pool_available"])
            yield part

    await UsageImporter(database).import_stream(ANN, ImportRequest("x.csv", slow()))
    assert used == [0, 0]


async def test_a_file_that_needs_a_model_says_so_before_anything_is_written(
    database: Database,
) -> None:
    content = (FIXTURES / "azure_trace.csv").read_bytes()
    with pytest.raises(InvalidInput, match="Name the model"):
        await imported(database, content)
    done = (await imported(database, content, model=" gpt-4o ")).usage_import
    assert (done.model, done.rows_imported) == ("gpt-4o", 3)


async def test_other_tenants_see_nothing_and_may_import_the_same_file(database: Database) -> None:
    content = HEADER + b"2025-01-01,gpt-4o,10,20\n"
    mine = (await imported(database, content)).usage_import
    importer = UsageImporter(database)
    assert await importer.list(BOB) == []
    assert await importer.rejects(BOB, mine.import_id) == []
    with pytest.raises(NotFound):
        await importer.get(BOB, mine.import_id)
    theirs = await importer.import_stream(BOB, ImportRequest("e.csv", chunks(content)))
    assert theirs.is_new
    assert theirs.usage_import.rows_imported == 1


async def test_imports_are_listed_newest_first_page_by_page(database: Database) -> None:
    importer = UsageImporter(database)
    for day in range(1, 4):
        await imported(database, HEADER + b"2025-01-0%d,gpt-4o,1,2\n" % day)
    everything = await importer.list(ANN)
    assert [item.created_at for item in everything] == sorted(
        (item.created_at for item in everything), reverse=True
    )
    assert await importer.list(ANN, limit=1, offset=1) == everything[1:2]


async def test_an_unknown_import_is_not_found(database: Database) -> None:
    with pytest.raises(NotFound):
        await UsageImporter(database).get(ANN, uuid4())
