"""Each measure's formula on small cases, and what holds for the waterfall whatever the data."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from domain.costs.facts import CachePlan, CallGroup, FieldCounts, HourOfDay, UsageFacts
from domain.costs.prices import PriceBook
from domain.costs.savings import Measure, SavingsPlan, simulate_savings
from domain.costs.tokens import TokenCounts
from tests.domain.costs.facts_for_tests import MONDAY, PRICES, cell, facts_of_groups, group, rates

D = Decimal


def measures(facts: UsageFacts, prices: PriceBook = PRICES) -> dict[str, Measure]:
    return {measure.key: measure for measure in simulate_savings(facts, prices).measures}


def test_waste_saves_what_it_cost() -> None:
    found = measures(facts_of_groups(group(), group(is_waste=True, cost_usd=D("0.2"))))["waste"]
    # 0.2 of 0.15 + 0.2.
    assert (found.calls, found.saving_usd) == (10, D("0.2"))
    assert found.share == D("0.2") / D("0.35")
    assert found.evidence == ("a", "b")


def test_duplicates_save_what_they_cost_and_waste_counts_once() -> None:
    facts = facts_of_groups(group(is_duplicate=True), group(is_waste=True, is_duplicate=True))
    found = measures(facts)
    assert found["waste"].saving_usd == D("0.15")
    assert found["duplicates"].saving_usd == D("0.15")
    assert found["duplicates"].alone_usd == D("0.30")


def test_prompt_caching_saves_reads_and_pays_for_writes() -> None:
    # Ten calls with a prefix of 1,000: 9 reads save 9,000 x (10 - 1) = 81,000, one write costs
    # 1,000 x (12.5 - 10) = 2,500; 78,500 / 10^6 = 0.0785.
    plan = CachePlan(reads=9, read_tokens=9_000, writes=1, write_tokens=1_000)
    cached = group(prefix_id="p", min_prefix_tokens=1000, cache_alone=plan, cache_left=plan)
    found = measures(facts_of_groups(cached))["prompt_caching"]
    assert found.saving_usd == D("0.0785")
    assert found.calls == 9


def test_prompt_caching_leaves_short_prefixes_and_those_below_break_even() -> None:
    # Break-even is (12.5 - 10) / (10 - 1) = 0.28 reads a write: 1 read in 4 writes is below it.
    losing = CachePlan(reads=1, read_tokens=1_000, writes=4, write_tokens=4_000)
    gaining = CachePlan(reads=9, read_tokens=4_500, writes=1, write_tokens=500)
    rare = group(prefix_id="p", min_prefix_tokens=1000, cache_alone=losing, cache_left=losing)
    short = group(prefix_id="q", min_prefix_tokens=500, cache_alone=gaining, cache_left=gaining)
    assert measures(facts_of_groups(rare, short))["prompt_caching"].saving_usd == 0


def test_a_prefix_is_judged_as_a_whole() -> None:
    # One group only writes (-0.0025), the other only reads (+0.081): together they gain.
    writes = CachePlan(writes=1, write_tokens=1_000)
    reads = CachePlan(reads=9, read_tokens=9_000)
    fields: dict[str, Any] = {"prefix_id": "p", "min_prefix_tokens": 1000}
    facts = facts_of_groups(
        group(cache_alone=writes, cache_left=writes, **fields),
        group(cache_alone=reads, cache_left=reads, **fields),
    )
    assert measures(facts)["prompt_caching"].saving_usd == D("0.0785")


def test_the_cache_plan_of_what_is_left_counts_in_order() -> None:
    alone = CachePlan(reads=9, read_tokens=9_000, writes=1, write_tokens=1_000)
    left = CachePlan(reads=4, read_tokens=4_000, writes=1, write_tokens=1_000)
    facts = facts_of_groups(
        group(prefix_id="p", min_prefix_tokens=1000, cache_alone=alone, cache_left=left)
    )
    found = measures(facts)["prompt_caching"]
    # In order: 4 x 0.009 - 0.0025 = 0.0335; alone 0.0785.
    assert (found.saving_usd, found.alone_usd) == (D("0.0335"), D("0.0785"))


def test_a_smaller_model_saves_the_difference_less_fallbacks() -> None:
    # 0.15 at today's model, a tenth at the smaller one, 5 % repeated: 0.15 - 0.015 - 0.0075.
    found = measures(facts_of_groups(group(is_short=True)))["smaller_model"]
    assert found.saving_usd == D("0.1275")
    assert found.details[0].change == "to gpt-5-mini"
    assert found.risk == "needs a quality check"


def test_a_discount_on_list_prices_stays() -> None:
    # The account pays half of the list price: so does every saving.
    facts = facts_of_groups(group(is_short=True, cost_usd=D("0.075")))
    assert measures(facts)["smaller_model"].saving_usd == D("0.06375")


def test_a_context_that_does_not_fit_stays_where_it_is() -> None:
    facts = facts_of_groups(group(is_short=True, max_context_tokens=100_001))
    assert measures(facts)["smaller_model"].saving_usd == 0


def test_on_the_smaller_model_a_prefix_too_short_for_its_cache_is_plain_input() -> None:
    plan = CachePlan(reads=10, read_tokens=9_000)
    short = group(
        is_short=True, prefix_id="p", min_prefix_tokens=1500, cache_alone=plan, cache_left=plan
    )
    found = measures(facts_of_groups(short))
    # Caching saves 9,000 x 9 / 10^6 = 0.081 and leaves 0.069. The smaller model caches from 2,000
    # tokens on, so it costs 0.015 plain, plus 5 % of 0.069: 0.069 - 0.015 - 0.00345.
    assert found["prompt_caching"].saving_usd == D("0.081")
    assert found["smaller_model"].saving_usd == D("0.05055")


def test_batches_save_half_for_workloads_that_say_they_can_wait() -> None:
    hours = (HourOfDay("nightly-report", 12, 10, 0, 1), HourOfDay("chat", 12, 10, 0, 1))
    facts = facts_of_groups(group(workload="nightly-report"), group(), hours=hours)
    found = measures(facts)["batch"]
    # (1 - 0.5) x 0.15; chat stays live.
    assert (found.calls, found.saving_usd) == (10, D("0.075"))


def test_a_habit_of_one_nightly_hour_can_wait() -> None:
    def saved(*hours: HourOfDay) -> Decimal:
        return measures(facts_of_groups(group(), hours=hours))["batch"].saving_usd

    assert saved(HourOfDay("chat", 2, 90, 0, 3), HourOfDay("chat", 9, 10, 0, 1)) == D("0.075")
    # By day; without a habit; spread over the night; with an end user.
    assert saved(HourOfDay("chat", 14, 100, 0, 3)) == 0
    assert saved(HourOfDay("chat", 2, 100, 0, 2)) == 0
    assert saved(HourOfDay("chat", 2, 80, 0, 3), HourOfDay("chat", 3, 20, 0, 3)) == 0
    assert saved(HourOfDay("chat", 2, 100, 1, 3)) == 0


def test_batches_need_a_known_batch_price() -> None:
    prices = PriceBook(own_rates={"gpt-5": rates("gpt-5", batch_factor=D(1))})
    facts = facts_of_groups(group(workload="batch"), hours=(HourOfDay("batch", 12, 10, 0, 1),))
    assert measures(facts, prices)["batch"].saving_usd == 0


def test_shorter_output_saves_what_is_beyond_the_target() -> None:
    long = group(excess_output_tokens=400, excess_requests=2, excess_sample_keys=("x",))
    found = measures(facts_of_groups(long))["shorter_output"]
    # 400 x 50 / 10^6.
    assert (found.calls, found.saving_usd, found.evidence) == (2, D("0.02"), ("x",))


def test_measures_apply_to_what_the_former_leave() -> None:
    # Short calls move to the smaller model (0.15 -> 0.015 + 0.0075), then into batches (half of
    # 0.015; fallbacks stay live), then lose 400 output tokens at 5 x 0.5 = 2.5: 0.001.
    both = group(is_short=True, workload="batch", excess_output_tokens=400, excess_requests=2)
    facts = facts_of_groups(both, hours=(HourOfDay("batch", 12, 10, 0, 1),))
    found = measures(facts)
    assert found["smaller_model"].saving_usd == D("0.1275")
    assert found["batch"].saving_usd == D("0.0075")
    assert found["shorter_output"].saving_usd == D("0.001")
    assert found["batch"].alone_usd == D("0.075")
    plan = simulate_savings(facts, PRICES)
    assert plan.after_usd == D("0.15") - D("0.136")
    assert plan.largest(2)[0].key == "smaller_model"


def test_a_model_without_price_saves_only_calls_that_go_away() -> None:
    facts = facts_of_groups(
        group(model="house", is_short=True, excess_output_tokens=9),
        group(model="house", is_waste=True),
    )
    found = measures(facts)
    assert found["waste"].saving_usd == D("0.15")
    assert found["smaller_model"].saving_usd == found["shorter_output"].saving_usd == 0


def test_what_the_data_cannot_carry_says_what_is_missing() -> None:
    facts = facts_of_groups(group(is_waste=True))
    bare = replace(
        facts, coverage=replace(facts.coverage, fields=FieldCounts()), outputs=(), hours=()
    )
    for measure in simulate_savings(bare, PRICES).measures:
        assert (measure.sufficiency, measure.saving_usd) == ("insufficient", 0)
        assert measure.reason
        assert measure.next_step


plans = st.builds(
    CachePlan,
    reads=st.integers(0, 5),
    read_tokens=st.integers(0, 4000),
    writes=st.integers(0, 5),
    write_tokens=st.integers(0, 4000),
)


@st.composite
def groups(draw: st.DrawFn) -> CallGroup:
    output = draw(st.integers(1, 5000))
    return group(
        workload=draw(st.sampled_from(["batch", "chat"])),
        batch=draw(st.booleans()),
        is_waste=draw(st.booleans()),
        is_duplicate=draw(st.booleans()),
        is_short=draw(st.booleans()),
        prefix_id=draw(st.sampled_from([None, "p", "q"])),
        min_prefix_tokens=draw(st.sampled_from([500, 1500, 2500])),
        tokens=TokenCounts(input_tokens=draw(st.integers(8000, 90_000)), output_tokens=output),
        cost_usd=D(draw(st.integers(1, 10**6))) / 10**6,
        excess_output_tokens=draw(st.integers(0, output)),
        excess_requests=1,
        cache_alone=draw(plans),
        cache_left=draw(plans),
    )


@given(st.lists(groups(), max_size=6))
def test_savings_are_never_negative_and_never_more_than_is_paid(found: list[CallGroup]) -> None:
    hours = (HourOfDay("batch", 12, 10, 0, 1),)
    plan: SavingsPlan = simulate_savings(facts_of_groups(*found, hours=hours), PRICES)
    assert all(measure.saving_usd >= 0 for measure in plan.measures)
    assert all(measure.alone_usd >= measure.saving_usd for measure in plan.measures)
    assert plan.total_usd <= plan.upper_bound_usd
    assert 0 <= plan.after_usd <= plan.baseline_usd
    for measure in plan.measures:
        shown = sum((detail.saving_usd for detail in measure.details), D(0))
        if len(measure.details) < 5:
            assert round(shown - measure.saving_usd, 12) == 0


def test_the_baseline_is_all_priced_usage() -> None:
    facts = replace(facts_of_groups(group()), days=(cell(MONDAY, "3"), cell(MONDAY, "4")))
    assert simulate_savings(facts, PRICES).baseline_usd == 7
