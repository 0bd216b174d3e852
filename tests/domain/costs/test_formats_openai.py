"""OpenAI's usage and costs pages."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from domain.costs.formats.registry import COST_ONLY_SOURCES
from domain.costs.records import UsageRecord
from tests.domain.costs.reading import read_fixture

DAY = datetime(2025, 6, 2, tzinfo=UTC)


@pytest.mark.parametrize("name", ["openai_usage.jsonl", "openai_usage_pages.json"])
def test_buckets_of_all_pages_are_read(name: str) -> None:
    reading = read_fixture(name)
    assert reading.format == "openai_usage"
    first, second = reading.records
    assert first == UsageRecord(
        source_key=first.source_key,
        occurred_at=DAY,
        model="gpt-4o-2024-08-06",
        provider="openai",
        requests=400,
        input_tokens=1_000_000,
        cache_read_tokens=640_000,
        output_tokens=50_000,
        team="proj_a",
        end_user=first.end_user,
    )
    assert second == UsageRecord(
        source_key=second.source_key,
        occurred_at=DAY,
        model="gpt-4o-mini-2024-07-18",
        provider="openai",
        requests=20,
        input_tokens=8000,
        output_tokens=4000,
        batch=True,
        team="proj_b",
        end_user="user_9",
        extra={"service_tier": "default"},
    )
    assert first.source_key.startswith("1748822400/")
    assert first.source_key != second.source_key


def test_api_key_ids_are_hashed() -> None:
    owner = read_fixture("openai_usage.jsonl").records[0].end_user
    assert owner is not None
    assert owner.startswith("key ")
    assert "secret" not in owner


def test_a_bucket_without_a_model_is_rejected_with_the_way_out() -> None:
    (reject,) = read_fixture("openai_usage.jsonl").rejects
    assert (reject.line, reject.column, reject.code) == (2, "model", "missing")
    assert "group_by=model" in reject.next_step


def test_a_last_page_with_more_behind_it_makes_the_import_partial() -> None:
    notes = {note.code for note in read_fixture("openai_usage_first_page.json").notes}
    assert "partial" in notes
    assert "partial" not in {note.code for note in read_fixture("openai_usage.jsonl").notes}


def test_costs_have_no_tokens_and_no_calls() -> None:
    reading = read_fixture("openai_costs.json")
    assert reading.format == "openai_costs"
    assert reading.format in COST_ONLY_SOURCES
    first, second = reading.records
    assert first == UsageRecord(
        source_key=first.source_key,
        occurred_at=DAY,
        model="gpt-4o-2024-08-06",
        provider="openai",
        requests=0,
        team="proj_a",
        cost_usd=Decimal("0.06"),
        cost_source="reported",
        extra={"line_item": "cached input"},
    )
    assert (second.model, second.cost_usd) == ("all models", Decimal("12.500000000001"))


def test_another_currency_is_rejected_not_converted() -> None:
    (reject,) = read_fixture("openai_costs.json").rejects
    assert reject.code == "other_currency"
