"""Anthropic's usage and cost reports, and the Console's two CSV files."""

from datetime import UTC, datetime
from decimal import Decimal

from domain.costs.formats.registry import COST_ONLY_SOURCES
from domain.costs.prices import PriceBook, tokens_per_request
from domain.costs.records import UsageRecord
from tests.domain.costs.reading import read_fixture

DAY = datetime(2025, 8, 1, tzinfo=UTC)


def test_cached_tokens_are_added_to_the_input() -> None:
    reading = read_fixture("anthropic_usage.json")
    assert reading.format == "anthropic_usage"
    first, second = reading.records
    # 1500 uncached + 500 written for 5 minutes + 1000 for an hour + 200 read.
    assert first == UsageRecord(
        source_key=first.source_key,
        occurred_at=DAY,
        model="claude-sonnet-4-20250514",
        provider="anthropic",
        requests=0,
        input_tokens=3200,
        cache_read_tokens=200,
        cache_write_5m_tokens=500,
        cache_write_1h_tokens=1000,
        output_tokens=500,
        team="wrkspc_01",
        end_user=first.end_user,
    )
    assert (second.batch, second.input_tokens) == (True, 900_000)
    assert [note.code for note in reading.notes] == ["partial"]


def test_key_ids_are_hashed() -> None:
    assert "apikey" not in repr(read_fixture("anthropic_usage.json").records)


def test_a_bucket_of_uncounted_calls_is_not_priced_as_one_long_call() -> None:
    first, second = read_fixture("anthropic_usage.json").records
    assert tokens_per_request(first) == 0
    assert tokens_per_request(second) > 200_000
    # 900,000 · 6 + 4,000 · 22.5 USD a million: the long-context prices of the model.
    assert PriceBook().cost_of_record(second) == Decimal("5.49")


def test_cost_report_amounts_are_cents() -> None:
    reading = read_fixture("anthropic_costs.json")
    assert reading.format == "anthropic_costs"
    first, second = reading.records
    assert first == UsageRecord(
        source_key=first.source_key,
        occurred_at=DAY,
        model="claude-sonnet-4-20250514",
        provider="anthropic",
        requests=0,
        team="wrkspc_01",
        cost_usd=Decimal("1.2378912"),
        cost_source="reported",
        extra={"line_item": "uncached_input_tokens"},
    )
    assert (second.model, second.cost_usd) == ("Web Search Usage", Decimal(10))


def test_console_usage_is_read() -> None:
    reading = read_fixture("anthropic_console.csv")
    assert reading.format == "anthropic_console"
    first, second = reading.records
    assert first == UsageRecord(
        source_key=first.source_key,
        occurred_at=datetime(2026, 8, 5, tzinfo=UTC),
        model="claude-opus-5",
        provider="anthropic",
        requests=0,
        input_tokens=46981 + 15969 + 3000,
        cache_read_tokens=3000,
        cache_write_5m_tokens=15969,
        output_tokens=16932,
        team="Default",
        end_user=first.end_user,
    )
    assert (second.batch, second.cache_write_1h_tokens) == (True, 250)
    assert tokens_per_request(second) > 200_000
    assert "Closer App" not in repr(reading.records)


def test_console_cost_names_become_model_ids() -> None:
    reading = read_fixture("anthropic_console_costs.csv")
    assert reading.format in COST_ONLY_SOURCES
    assert [(record.model, record.cost_usd) for record in reading.records] == [
        ("claude-haiku-4-5", Decimal("0.05")),
        ("claude-sonnet-4-5", Decimal("1.25")),
    ]
    assert {record.requests for record in reading.records} == {0}
