"""Small facts, built by hand."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from domain.costs.facts import (
    CallGroup,
    Coverage,
    DaySpend,
    FieldCounts,
    HourOfDay,
    OutputProfile,
    UsageFacts,
    UserSpend,
)
from domain.costs.prices import PriceBook, Rates
from domain.costs.tokens import TokenCounts

MONDAY = date(2026, 3, 2)
ALL_FIELDS = FieldCounts(*[100] * 9)


def rates(model: str, **prices: Any) -> Rates:
    """Round rates: 10 in, 1 cached, 12.5 written, 50 out, batch at half."""
    known: dict[str, Any] = {
        "provider": "acme",
        "model": model,
        "input": Decimal(10),
        "cache_read": Decimal(1),
        "cache_write_5m": Decimal("12.5"),
        "cache_write_1h": None,
        "output": Decimal(50),
        "batch_factor": Decimal("0.5"),
        "cache_min_tokens": 1000,
        "context_window": 100_000,
        "source": "by hand",
    }
    found: dict[str, Any] = dict(known)
    found.update(prices)
    if found["batch_factor"] < 1 and "batch" not in found:
        half: dict[str, Any] = {
            name: found[name] and found[name] * found["batch_factor"]
            for name in ("input", "cache_read", "cache_write_5m", "output")
        }
        half["batch_factor"] = Decimal(1)
        batch: dict[str, Any] = found | half
        found["batch"] = Rates(**batch)
    return Rates(**found)


#: `gpt-5` has round rates; its smaller sibling costs a tenth, and caches from 2,000 tokens on.
SMALL = {
    "input": Decimal(1),
    "cache_read": Decimal("0.1"),
    "cache_write_5m": Decimal("1.25"),
    "output": Decimal(5),
    "cache_min_tokens": 2000,
}
PRICES = PriceBook(
    as_of=datetime(2026, 3, 1, tzinfo=UTC),
    own_rates={"gpt-5": rates("gpt-5"), "gpt-5-mini": rates("gpt-5-mini", **SMALL)},
)


def group(**fields: Any) -> CallGroup:
    """Ten calls to gpt-5 of 1,000 tokens in and 100 out: 10 x (0.01 + 0.005) = 0.15 USD."""
    known: dict[str, Any] = {
        "source": "litellm",
        "provider": "acme",
        "model": "gpt-5",
        "workload": "chat",
        "batch": False,
        "is_waste": False,
        "is_duplicate": False,
        "is_short": False,
        "prefix_id": None,
        "requests": 10,
        "tokens": TokenCounts(input_tokens=10_000, output_tokens=1_000),
        "cost_usd": Decimal("0.15"),
        "max_context_tokens": 1_100,
        "sample_keys": ("a", "b"),
    }
    return CallGroup(**{**known, **fields})


def cell(day: date, cost_usd: str | int | Decimal, **fields: Any) -> DaySpend:
    """One day of gpt-5 in the workload chat."""
    known: dict[str, Any] = {
        "provider": "acme",
        "model": "gpt-5",
        "workload": "chat",
        "team": None,
        "requests": 10,
        "error_requests": 0,
        "unpriced_requests": 0,
        "tokens": TokenCounts(input_tokens=10_000, output_tokens=1_000),
    }
    return DaySpend(day=day, cost_usd=Decimal(cost_usd), **{**known, **fields})


def facts_of_days(costs: list[int], start: date = MONDAY, **fields: Any) -> UsageFacts:
    """One cell a day, whole days from midnight to midnight."""
    days = tuple(cell(start + timedelta(days=n), Decimal(usd)) for n, usd in enumerate(costs))
    first_at = datetime(start.year, start.month, start.day, tzinfo=UTC)
    last_at = first_at + timedelta(days=len(costs)) - timedelta(seconds=1)
    coverage = Coverage(
        row_count=10 * len(costs), first_at=first_at, last_at=last_at, fields=ALL_FIELDS
    )
    return UsageFacts(coverage=coverage, days=days, **fields)


def facts_of_groups(*groups: CallGroup, **fields: Any) -> UsageFacts:
    """Facts whose only day has what the groups cost, with every field recorded."""
    cells = tuple(
        cell(
            MONDAY,
            group.cost_usd,
            model=group.model,
            workload=group.workload,
            requests=group.requests,
            tokens=group.tokens,
        )
        for group in groups
    )
    known: dict[str, Any] = {
        "coverage": Coverage(
            row_count=100,
            first_at=datetime(2026, 3, 2, tzinfo=UTC),
            last_at=datetime(2026, 3, 2, 23, 59, tzinfo=UTC),
            models=("gpt-5",),
            fields=ALL_FIELDS,
        ),
        "users": (
            UserSpend(
                None,
                0,
                sum(group.requests for group in groups),
                sum((group.tokens for group in groups), TokenCounts()),
                sum((group.cost_usd for group in groups), Decimal(0)),
            ),
        ),
        "outputs": (OutputProfile("gpt-5", "chat", 100, 50, 100, 900),),
        "hours": (HourOfDay("chat", 12, 10, 10, 1),),
    }
    return UsageFacts(days=cells, groups=groups, **{**known, **fields})
