"""Prices: the traps of the bundled list, and the cost formula."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from genai_prices.data_snapshot import get_snapshot
from hypothesis import given
from hypothesis import strategies as st

from domain.costs.own_prices import parse_own_prices
from domain.costs.prices import PriceBook, Rates, cost_of
from domain.costs.records import UsageRecord
from domain.costs.tokens import TokenCounts
from domain.errors import InvalidInput

NOW = datetime(2026, 11, 1, tzinfo=UTC)
LAST_YEAR = datetime(2025, 6, 1, tzinfo=UTC)
BOOK = PriceBook(as_of=NOW)


def rates(model: str, provider: str | None = None, **size: Any) -> Rates:
    found = BOOK.rates_for(model, provider, **size)
    assert found is not None
    return found


def test_the_formula() -> None:
    prices = Rates(
        provider="p",
        model="m",
        input=Decimal(3),
        cache_read=Decimal("0.3"),
        cache_write_5m=Decimal("3.75"),
        cache_write_1h=Decimal(6),
        output=Decimal(15),
        batch_factor=Decimal(1),
        cache_min_tokens=None,
        context_window=None,
        source="test",
    )
    # N = 10,000 - 4,000 - 1,000 - 500 = 4,500.
    # 4,500·3 + 4,000·0.3 + 1,000·3.75 + 500·6 + 200·15 = 24,450 per million.
    tokens = TokenCounts(10_000, 4_000, 1_000, 500, 200)
    assert cost_of(prices, tokens) == Decimal("0.02445")


def test_known_prices() -> None:
    gpt = rates("gpt-4o")
    assert (gpt.input, gpt.cache_read, gpt.output) == (Decimal("2.5"), Decimal("1.25"), Decimal(10))
    assert gpt.source.startswith("genai-prices ")
    assert (gpt.context_window, gpt.cache_min_tokens) == (128_000, 1024)


def test_an_unknown_model_is_unpriced_and_not_free() -> None:
    assert BOOK.rates_for("my-own-model") is None
    assert BOOK.rates_for("gpt-4o", "our-gateway-nobody-knows") is None
    record = UsageRecord("k", NOW, "my-own-model", input_tokens=10)
    assert BOOK.cost_of_record(record) is None


def test_a_self_hosted_model_is_not_priced_as_its_maker_s() -> None:
    assert BOOK.rates_for("hosted_vllm/deepseek-r1") is None


@pytest.mark.parametrize(
    ("model", "provider", "found"),
    [
        ("openai/gpt-4o", None, "openai"),
        ("azure/gpt-4o", None, "azure"),
        ("gpt-4o", "azure_ai", "azure"),
        ("gpt-4o", "azure.ai.openai", "azure"),
        ("gpt-4o", "litellm_proxy", "openai"),
        ("claude-sonnet-4-5@20250929", "vertex_ai", "google"),
        ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", "bedrock", "aws"),
        ("text-embedding-3-small", None, "openai"),
        ("GPT-4o", None, "openai"),
    ],
)
def test_models_are_found_under_the_names_that_exports_use(
    model: str, provider: str | None, found: str
) -> None:
    assert rates(model, provider).provider == found


def test_long_context_is_priced_by_the_size_of_one_request() -> None:
    assert rates("claude-sonnet-4-5", input_tokens_per_request=200_000).input == Decimal(3)
    long = rates("claude-sonnet-4-5", input_tokens_per_request=200_001)
    assert (long.input, long.cache_read, long.output) == (
        Decimal(6),
        Decimal("0.6"),
        Decimal("22.5"),
    )


def test_a_bucket_of_short_requests_is_not_long_context() -> None:
    bucket = UsageRecord(
        "k", NOW, "claude-sonnet-4-5", requests=100, input_tokens=1_000_000, output_tokens=0
    )
    assert BOOK.cost_of_record(bucket) == Decimal(3)


def test_batch_prices_apply_only_from_the_date_they_are_on_record() -> None:
    now, then = BOOK.rates_for("gpt-4o", at=NOW), BOOK.rates_for("gpt-4o", at=LAST_YEAR)
    assert now is not None
    assert then is not None
    assert (now.batch_factor, then.batch_factor) == (Decimal("0.5"), Decimal(1))
    assert then.batch is None


def test_batch_does_not_discount_cached_input_everywhere() -> None:
    tokens = TokenCounts(input_tokens=1_000_000, cache_read_tokens=1_000_000)
    gpt, claude = rates("gpt-4o"), rates("claude-sonnet-4-5")
    assert cost_of(gpt, tokens, batch=True) == cost_of(gpt, tokens)
    assert cost_of(claude, tokens, batch=True) == cost_of(claude, tokens) / 2


def test_another_provider_s_batch_prices_do_not_apply() -> None:
    assert rates("gpt-4o", "azure").batch_factor == 1


def test_cached_input_is_not_always_a_tenth() -> None:
    shares = {model: rates(model).cache_read for model in ("gpt-4o", "gpt-5", "claude-sonnet-4-5")}
    assert shares["gpt-4o"] == rates("gpt-4o").input / 2
    assert shares["gpt-5"] == rates("gpt-5").input / 10
    assert rates("gpt-4").cache_read is None


def test_without_a_cache_price_cached_tokens_cost_what_input_costs() -> None:
    tokens = TokenCounts(1_000_000, 400_000, 300_000, 200_000, 0)
    assert cost_of(rates("gpt-4"), tokens) == Decimal(30)


def test_off_peak_prices_follow_the_time_of_day() -> None:
    day, night = (datetime(2025, 8, 1, hour, tzinfo=UTC) for hour in (12, 20))
    by_day, by_night = (BOOK.rates_for("deepseek-chat", at=at) for at in (day, night))
    assert by_day is not None
    assert by_night is not None
    assert by_day.input > by_night.input


def test_what_the_own_cache_served_costs_nothing() -> None:
    record = UsageRecord("k", NOW, "gpt-4o", input_tokens=10**6, served_from_cache=True)
    assert BOOK.cost_of_record(record) == 0


def test_nothing_goes_online() -> None:
    assert get_snapshot().from_auto_update is False


@given(
    model=st.sampled_from(["gpt-4o", "claude-sonnet-4-5", "gemini-2.5-pro"]),
    input_tokens=st.integers(0, 400_000),
    cached=st.integers(0, 400_000),
    output_tokens=st.integers(0, 50_000),
)
def test_our_cost_is_the_price_list_s_own_result(
    model: str, input_tokens: int, cached: int, output_tokens: int
) -> None:
    from genai_prices import Usage, calc_price

    cached = min(cached, input_tokens)
    usage = Usage(input_tokens=input_tokens, cache_read_tokens=cached, output_tokens=output_tokens)
    theirs = calc_price(usage, model, genai_request_timestamp=NOW).total_price
    ours = cost_of(
        rates(model, input_tokens_per_request=input_tokens),
        TokenCounts(input_tokens, cached, 0, 0, output_tokens),
    )
    assert ours == theirs


def test_own_prices_win_and_know_their_batch_price() -> None:
    own = parse_own_prices(
        {
            "My-Model": {
                "provider": "us",
                "input": "1.00",
                "cache_read": "0.25",
                "cache_write": None,
                "output": "4",
                "batch_factor": "0.4",
                "cache_min_tokens": 256,
            }
        }
    )
    found = PriceBook(NOW, own).rates_for("my-model")
    assert found is not None
    assert (found.input, found.cache_read, found.cache_min_tokens) == (1, Decimal("0.25"), 256)
    tokens = TokenCounts(input_tokens=1_000_000, output_tokens=1_000_000)
    assert cost_of(found, tokens) == 5
    assert cost_of(found, tokens, batch=True) == 2


@pytest.mark.parametrize(
    "table",
    [
        {"m": {"input": "1"}},
        {"m": {"input": "cheap", "output": "1"}},
        {"m": {"input": "-1", "output": "1"}},
        {"m": {"input": "1", "output": "1", "cach_read": "1"}},
        {"m": {"input": "NaN", "output": "1"}},
        {"m": "1.00"},
    ],
)
def test_an_unusable_price_table_is_refused_with_the_model_s_name(table: dict[str, object]) -> None:
    with pytest.raises(InvalidInput, match=r"price.* m\b"):
        parse_own_prices(table)
