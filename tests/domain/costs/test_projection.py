"""A month is projected from whole, ordinary days, or not at all."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.costs.facts import Coverage, PeakLoad, UsageFacts
from domain.costs.projection import project_month
from tests.domain.costs.facts_for_tests import MONDAY, cell, facts_of_days


def test_equal_days_make_a_month_without_a_range() -> None:
    # 10 x 30.4375 = 304.375.
    projection = project_month(facts_of_days([10] * 14))
    assert projection.month_usd == Decimal("304.375")
    assert (projection.low_usd, projection.high_usd) == (projection.month_usd,) * 2
    assert (projection.day_count, projection.sufficiency) == (14, "sufficient")


def test_anomalous_days_are_left_out() -> None:
    projection = project_month(facts_of_days([10] * 10 + [100]))
    assert projection.month_usd == Decimal("304.375")
    assert projection.excluded_days == (MONDAY + timedelta(days=10),)


def test_growth_scales_cost_and_load() -> None:
    # 304.375 x 1.5 = 456.5625; 7 x 1.5 = 10.5, rounded up.
    facts = replace(facts_of_days([10] * 14), peak=PeakLoad(100, 7, 9, 1000, 2000))
    projection = project_month(facts, Decimal("0.5"))
    assert projection.month_usd == Decimal("456.5625")
    assert (projection.p95_requests_per_minute, projection.p95_tokens_per_minute) == (11, 1500)


def test_a_few_days_give_a_wide_range() -> None:
    # Mean of 5, 10, 15 is 10; the range is 5 x 30.4375 to 15 x 30.4375.
    projection = project_month(facts_of_days([5, 10, 15]))
    assert projection.sufficiency == "partial"
    assert projection.month_usd == Decimal("304.375")
    assert (projection.low_usd, projection.high_usd) == (
        Decimal("152.1875"),
        Decimal("456.5625"),
    )


def test_an_hour_is_no_month_but_shows_what_its_pace_would_come_to() -> None:
    at = datetime(2026, 3, 2, 18, tzinfo=UTC)
    coverage = Coverage(row_count=1, first_at=at, last_at=at + timedelta(hours=2))
    facts = UsageFacts(coverage=coverage, days=(cell(MONDAY, "8"),))
    projection = project_month(facts)
    assert projection.month_usd is None
    assert projection.sufficiency == "insufficient"
    assert "2 hours" in projection.basis
    # 8 USD in 2 hours are 4 an hour: x 8 x 21, and x 24 x 30.4375.
    assert [item.month_usd for item in projection.illustrations] == [672, 2922]


def test_a_night_across_midnight_is_no_two_days() -> None:
    at = datetime(2026, 3, 2, 22, tzinfo=UTC)
    coverage = Coverage(row_count=1, first_at=at, last_at=at + timedelta(hours=4))
    days = (cell(MONDAY, "8"), cell(MONDAY + timedelta(days=1), "8"))
    assert project_month(UsageFacts(coverage=coverage, days=days)).month_usd is None


def test_days_that_the_export_cuts_off_are_left_out() -> None:
    facts = facts_of_days([1, 10, 10, 10, 2])
    assert facts.coverage.first_at
    assert facts.coverage.last_at
    coverage = replace(
        facts.coverage,
        first_at=facts.coverage.first_at + timedelta(hours=20),
        last_at=facts.coverage.last_at - timedelta(hours=20),
    )
    projection = project_month(replace(facts, coverage=coverage))
    assert projection.month_usd == Decimal("304.375")
    assert projection.day_count == 3


def test_what_lies_before_a_long_gap_says_nothing_about_the_month() -> None:
    # 20 x 30.4375 = 608.75; the old days would have pulled the mean down to nearly nothing.
    long_ago = [cell(MONDAY - timedelta(days=900 + n), 1) for n in range(3)]
    recent = [cell(MONDAY + timedelta(days=n), 20) for n in range(14)]
    projection = project_month(UsageFacts(days=(*long_ago, *recent)))
    assert (projection.month_usd, projection.day_count) == (Decimal("608.75"), 14)
    assert "was left out" in projection.basis


def test_one_late_day_is_no_month_and_no_pace() -> None:
    projection = project_month(
        UsageFacts(days=(cell(MONDAY - timedelta(days=900), 100), cell(MONDAY, 1)))
    )
    assert projection.month_usd is None
    assert projection.illustrations == ()


def test_a_day_without_calls_costs_nothing() -> None:
    # 10, 0, 10: the mean is 20 / 3.
    facts = facts_of_days([10, 0, 10])
    gap = replace(facts, days=(facts.days[0], facts.days[2]))
    assert project_month(gap).mean_day_usd == Decimal(20) / 3


@settings(max_examples=25)
@given(st.lists(st.integers(0, 100), min_size=2, max_size=30), st.integers(0, 30))
def test_the_range_holds_the_mean_and_rises_with_growth(costs: list[int], percent: int) -> None:
    facts = facts_of_days(costs)
    flat, grown = project_month(facts), project_month(facts, Decimal(percent) / 100)
    if flat.month_usd is None:
        assert len(costs) - len(flat.excluded_days) < 2
        return
    assert flat.low_usd is not None
    assert flat.high_usd is not None
    assert grown.month_usd is not None
    assert flat.low_usd <= flat.month_usd <= flat.high_usd
    assert grown.month_usd >= flat.month_usd
    assert project_month(facts) == flat
