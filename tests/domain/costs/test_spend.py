"""Spend by any dimension adds up to the total; usage and bills are never added."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from domain.costs.facts import BilledDay, UsageFacts, UserSpend
from domain.costs.spend import (
    BILL_ONLY,
    MAX_LINES,
    NO_WORKLOAD,
    OTHER_MODELS,
    daily_totals,
    summarise_spend,
)
from domain.costs.tokens import TokenCounts
from tests.domain.costs.facts_for_tests import MONDAY, cell

TUESDAY = MONDAY + timedelta(days=1)


def test_totals_by_model_and_workload_are_sums_of_cells() -> None:
    # large: 3 + 1 = 4 of 5; small: 1 of 5. 30 calls at 5 USD: 0.1667 each.
    facts = UsageFacts(
        days=(
            cell(MONDAY, "3", model="large"),
            cell(MONDAY, "1", model="small", workload=None),
            cell(TUESDAY, "1", model="large"),
        )
    )
    summary = summarise_spend(facts)
    assert summary.total_usd == 5
    assert [(line.label, line.cost_usd, line.share) for line in summary.by_model] == [
        ("large", Decimal(4), Decimal("0.8")),
        ("small", Decimal(1), Decimal("0.2")),
    ]
    assert [line.label for line in summary.by_workload] == ["chat", NO_WORKLOAD]
    assert [(day.day, day.cost_usd) for day in summary.by_day] == [(MONDAY, 4), (TUESDAY, 1)]
    assert round(summary.cost_per_request_usd, 4) == Decimal("0.1667")


def test_a_bill_beside_priced_usage_is_compared_and_not_added() -> None:
    facts = UsageFacts(
        days=(cell(MONDAY, "3", provider="openai"),),
        bills=(BilledDay(MONDAY, "OpenAI", Decimal("3.25")),),
    )
    summary = summarise_spend(facts)
    assert summary.total_usd == 3
    (line,) = summary.reconciliations
    assert (line.provider, line.day_count) == ("openai", 1)
    assert line.difference_usd == Decimal("0.25")


def test_a_bill_counts_where_no_priced_usage_is() -> None:
    facts = UsageFacts(
        days=(
            cell(MONDAY, "3", provider="openai"),
            cell(TUESDAY, "0", provider="openai", unpriced_requests=10),
        ),
        bills=(
            BilledDay(MONDAY, "anthropic", Decimal(2)),
            BilledDay(TUESDAY, "openai", Decimal(5)),
        ),
    )
    summary = summarise_spend(facts)
    assert (summary.total_usd, summary.bill_only_usd) == (10, 7)
    assert summary.by_model[0].label == BILL_ONLY
    assert [day.cost_usd for day in summary.by_day] == [5, 5]
    assert summary.reconciliations == ()


def test_usage_of_an_unnamed_provider_may_be_any_bill() -> None:
    facts = UsageFacts(
        days=(cell(MONDAY, "3", provider=None),),
        bills=(BilledDay(MONDAY, "openai", Decimal(4)),),
    )
    summary = summarise_spend(facts)
    assert summary.total_usd == 3
    assert summary.reconciliations[0].usage_usd == 3


def test_a_long_tail_becomes_one_line() -> None:
    days = tuple(cell(MONDAY, 100 - n, workload=f"w{n:02d}") for n in range(MAX_LINES + 5))
    lines = summarise_spend(UsageFacts(days=days)).by_workload
    assert len(lines) == MAX_LINES
    assert lines[-1].label == "6 others"
    assert sum(line.cost_usd for line in lines) == sum(day.cost_usd for day in days)


def test_a_day_shows_five_models_and_the_rest_as_one() -> None:
    days = tuple(cell(MONDAY, 10 - n, model=f"m{n}") for n in range(8))
    (line,) = summarise_spend(UsageFacts(days=days)).by_day
    # 10 + 9 + 8 + 7 + 6 = 40 are shown, 5 + 4 + 3 = 12 are the rest.
    assert [part.label for part in line.parts] == ["m0", "m1", "m2", "m3", "m4", OTHER_MODELS]
    assert line.parts[-1].cost_usd == 12


cells = st.builds(
    cell,
    day=st.integers(0, 9).map(lambda n: MONDAY + timedelta(days=n)),
    cost_usd=st.integers(0, 10**6).map(lambda n: Decimal(n) / 10**6),
    model=st.sampled_from("abcdefgh"),
    workload=st.sampled_from([None, "x", "y"]),
    team=st.sampled_from([None, "t"]),
    provider=st.sampled_from([None, "openai", "anthropic"]),
)
bills = st.builds(
    BilledDay,
    day=st.integers(0, 9).map(lambda n: MONDAY + timedelta(days=n)),
    provider=st.sampled_from(["openai", "anthropic"]),
    cost_usd=st.integers(1, 10**6).map(lambda n: Decimal(n) / 10**6),
)


@given(st.lists(cells, max_size=12), st.lists(bills, max_size=4))
def test_every_split_adds_up_to_the_total(days: list, billed: list) -> None:
    facts = UsageFacts(days=tuple(days), bills=tuple(billed))
    usage_usd = sum((day.cost_usd for day in days), Decimal(0))
    users = (UserSpend(None, 0, 0, TokenCounts(), usage_usd),)
    summary = summarise_spend(replace(facts, users=users))
    for lines in (summary.by_model, summary.by_workload, summary.by_team, summary.by_user):
        assert sum((line.cost_usd for line in lines), Decimal(0)) == summary.total_usd
    assert sum((day.cost_usd for day in summary.by_day), Decimal(0)) == summary.total_usd
    for line in summary.by_day:
        assert sum((part.cost_usd for part in line.parts), Decimal(0)) == line.cost_usd
    assert daily_totals(facts) == {line.day: line.cost_usd for line in summary.by_day}
    billed_usd = sum((bill.cost_usd for bill in billed), Decimal(0))
    compared_usd = sum((line.billed_usd for line in summary.reconciliations), Decimal(0))
    assert summary.total_usd == usage_usd + billed_usd - compared_usd
