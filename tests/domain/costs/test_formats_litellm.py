"""LiteLLM spend logs, in all three containers."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from domain.costs.formats.source_keys import hashed
from domain.costs.records import UsageRecord
from tests.domain.costs.reading import read_bytes, read_fixture

EXPECTED = [
    UsageRecord(
        source_key="chatcmpl-A1",
        occurred_at=datetime(2025, 6, 2, 9, 0, tzinfo=UTC),
        model="gpt-4o-2024-08-06",
        provider="openai",
        input_tokens=5000,
        cache_read_tokens=4096,
        output_tokens=200,
        workload="answer-tickets",
        team="Support",
        end_user="customer-42",
        finish_reason="stop",
        duration_ms=2500,
        first_token_ms=400,
        cost_usd=Decimal("0.0123"),
        cost_source="reported",
        request_key=hashed("c0ffee"),
        temperature=0.0,
        prefix_id="support-v3",
        prefix_tokens=4200,
    ),
    UsageRecord(
        source_key="chatcmpl-A2",
        occurred_at=datetime(2025, 6, 2, 9, 1, tzinfo=UTC),
        model="gpt-4o-2024-08-06",
        provider="openai",
        input_tokens=5000,
        output_tokens=200,
        workload="tag-a",
        team="t-1",
        end_user="u-7",
        duration_ms=10,
        cost_usd=Decimal(0),
        cost_source="reported",
        request_key=hashed("c0ffee"),
        served_from_cache=True,
    ),
    UsageRecord(
        source_key="msg-A3",
        occurred_at=datetime(2025, 6, 2, 9, 2, tzinfo=UTC),
        model="claude-sonnet-4-5",
        provider="anthropic",
        input_tokens=13000,
        cache_read_tokens=10000,
        cache_write_5m_tokens=500,
        cache_write_1h_tokens=1500,
        output_tokens=100,
        end_user="u-8",
        duration_ms=5000,
        cost_usd=Decimal("0.05"),
        cost_source="reported",
        retry_of="chatcmpl-A1",
    ),
    UsageRecord(
        source_key="chatcmpl-A4",
        occurred_at=datetime(2025, 6, 2, 9, 3, tzinfo=UTC),
        model="gpt-4o",
        provider="openai",
        end_user="u-8",
        status="error",
        duration_ms=1000,
        cost_usd=Decimal(0),
        cost_source="reported",
    ),
    # LiteLLM writes 0 for a model it has no price for: its cost is not known.
    UsageRecord(
        source_key="chatcmpl-A5",
        occurred_at=datetime(2025, 6, 2, 9, 4, tzinfo=UTC),
        model="our-own-model",
        provider="hosted_vllm",
        input_tokens=20,
        output_tokens=10,
        duration_ms=1000,
    ),
]


@pytest.mark.parametrize("name", ["csv", "jsonl", "json"])
def test_every_container_gives_the_same_records(name: str) -> None:
    reading = read_fixture(f"litellm_spend_logs.{name}")
    assert reading.format == "litellm"
    assert reading.records == EXPECTED
    assert reading.rejects == []


def test_prompt_and_answer_texts_are_not_kept() -> None:
    assert "secret" not in repr(read_fixture("litellm_spend_logs.json").records)


def test_a_page_of_the_proxy_api_is_read() -> None:
    row = b'{"request_id":"r1","spend":0.5,"prompt_tokens":3,"startTime":"2025-06-02","model":"m"}'
    reading = read_bytes(b'{"data": [' + row + b'], "total": 1, "page": 1}')
    assert [record.source_key for record in reading.records] == ["r1"]


def test_a_broken_line_is_a_reject_and_the_others_are_read() -> None:
    good = (
        b'{"request_id":"r%d","spend":0.5,"prompt_tokens":3,"startTime":"2025-06-02","model":"m"}'
    )
    reading = read_bytes(b"\n".join([good % 1, b'{"request_id": "r2", "sp', good % 3]))
    assert [record.source_key for record in reading.records] == ["r1", "r3"]
    assert [(reject.line, reject.code) for reject in reading.rejects] == [(2, "broken_json")]


def test_a_bad_token_count_rejects_the_row_and_a_bad_time_only_drops_the_duration() -> None:
    reading = read_bytes(
        b"request_id,spend,prompt_tokens,completion_tokens,startTime,endTime,model\n"
        b"r1,0.5,many,1,2025-06-02 09:00:00,2025-06-02 09:00:01,gpt-4o\n"
        b"r2,0.5,3,1,2025-06-02 09:00:00,soon,gpt-4o\n"
    )
    reject = reading.rejects[0]
    assert (reject.line, reject.column, reject.value) == (2, "prompt_tokens", "many")
    assert reject.code == "bad_count"
    assert [(record.source_key, record.duration_ms) for record in reading.records] == [("r2", None)]
    assert [note.code for note in reading.notes] == ["values_left_out"]
