"""Langfuse observations and OpenTelemetry spans."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from domain.costs.records import UsageRecord
from tests.domain.costs.reading import read_fixture

LANGFUSE = [
    # 904 + 4096 cached = 5000 in; 120 + 30 reasoning = 150 out; their sum is the total.
    UsageRecord(
        source_key="obs-1",
        occurred_at=datetime(2025, 7, 1, 8, 0, tzinfo=UTC),
        model="gpt-4o-2024-08-06",
        input_tokens=5000,
        cache_read_tokens=4096,
        output_tokens=150,
        workload="summarise",
        end_user="ann",
        duration_ms=3250,
        first_token_ms=500,
        cost_usd=Decimal("0.0089"),
        cost_source="reported",
        temperature=0.2,
    ),
    UsageRecord(
        source_key="obs-3",
        occurred_at=datetime(2025, 7, 1, 8, 5, tzinfo=UTC),
        model="claude-haiku-4-5",
        input_tokens=6100,
        cache_read_tokens=5000,
        cache_write_5m_tokens=300,
        cache_write_1h_tokens=700,
        output_tokens=10,
        workload="classify",
        duration_ms=1000,
    ),
    # Its total shows that `input` has the cached tokens in it already.
    UsageRecord(
        source_key="obs-4",
        occurred_at=datetime(2025, 7, 1, 8, 6, tzinfo=UTC),
        model="gpt-4o-mini",
        input_tokens=1000,
        cache_read_tokens=600,
        output_tokens=10,
        workload="classify",
        status="error",
        duration_ms=1000,
    ),
]


@pytest.mark.parametrize("name", ["csv", "jsonl", "json"])
def test_langfuse_generations_are_calls_and_spans_are_not(name: str) -> None:
    reading = read_fixture(f"langfuse_observations.{name}")
    assert reading.format == "langfuse"
    assert reading.records == LANGFUSE
    assert reading.rejects == []
    assert [note.code for note in reading.notes] == ["no_calls"]
    assert "secret" not in repr(reading.records)


def test_otlp_spans_with_usage_are_calls_but_agents_that_sum_them_are_not() -> None:
    reading = read_fixture("otel_spans.json")
    assert reading.format == "otel_spans"
    assert reading.records == [
        UsageRecord(
            source_key="5b8aa5a2d2c872e8321cf37308d69df2/051581bf3cb55c13",
            occurred_at=datetime(2025, 7, 1, 8, 0, tzinfo=UTC),
            model="gpt-4o-2024-08-06",
            provider="openai",
            input_tokens=2000,
            cache_read_tokens=1024,
            output_tokens=150,
            workload="helpdesk",
            finish_reason="stop",
            duration_ms=1500,
            temperature=0.5,
        ),
        UsageRecord(
            source_key="00000000000000000000000000000001/cccccccccccccccc",
            occurred_at=datetime(2025, 7, 1, 8, 1, tzinfo=UTC),
            model="claude-haiku-4-5",
            provider="anthropic",
            input_tokens=10,
            workload="helpdesk",
            status="error",
            duration_ms=250,
        ),
    ]


def test_single_spans_as_json_lines_are_read() -> None:
    (record,) = read_fixture("otel_spans.jsonl").records
    assert record == UsageRecord(
        source_key="0x5b/0x05",
        occurred_at=datetime(2025, 7, 1, 8, 0, tzinfo=UTC),
        model="gpt-4o",
        provider="openai",
        input_tokens=2000,
        output_tokens=150,
        workload="helpdesk",
        finish_reason="length",
        duration_ms=1500,
    )
