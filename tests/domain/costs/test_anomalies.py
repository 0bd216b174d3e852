"""A day is anomalous when it is far from the median and at least twice it."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from domain.costs.anomalies import find_anomalies
from domain.costs.facts import UsageFacts
from tests.domain.costs.facts_for_tests import MONDAY, cell, facts_of_days


def test_a_spike_is_found_with_its_score() -> None:
    # Sorted: 8 9 10 10 11 12 40, median 10; deviations 0 0 1 1 2 2 30, MAD 1.
    # 0.6745 x (40 - 10) / 1 = 20.235.
    findings = find_anomalies(facts_of_days([10, 8, 9, 40, 10, 11, 12]))
    (found,) = findings.anomalies
    assert found.day == MONDAY + timedelta(days=3)
    assert (found.cost_usd, found.usual_usd, found.excess_usd) == (40, 10, 30)
    assert found.score == Decimal("20.235")
    assert findings.sufficiency == "sufficient"
    assert findings.excess_usd == 30


def test_a_far_day_below_twice_the_median_is_ordinary() -> None:
    # MAD is 0.5 or less, so 15 scores far above 3.5, but it is not twice 10.
    assert find_anomalies(facts_of_days([10, 10, 10, 10, 11, 9, 15])).anomalies == ()


def test_twice_the_median_within_the_usual_spread_is_ordinary() -> None:
    # Sorted: 2 5 8 10 14 18 21, median 10, deviations 0 2 4 5 8 8 11, MAD 5.
    # 0.6745 x 11 / 5 = 1.48.
    assert find_anomalies(facts_of_days([2, 5, 8, 10, 14, 18, 21])).anomalies == ()


def test_days_that_never_differ_flag_a_jump_without_a_score() -> None:
    (found,) = find_anomalies(facts_of_days([5] * 8 + [10])).anomalies
    assert found.score is None
    assert found.cost_usd == 10


def test_equal_days_are_no_anomaly() -> None:
    assert find_anomalies(facts_of_days([5] * 8)).anomalies == ()
    assert find_anomalies(facts_of_days([0] * 8)).anomalies == ()


def test_six_days_are_too_few() -> None:
    findings = find_anomalies(facts_of_days([1, 1, 1, 1, 1, 90]))
    assert (findings.sufficiency, findings.anomalies) == ("insufficient", ())
    assert "6 days" in findings.reason


def test_from_four_weeks_on_weekdays_are_compared_with_their_own() -> None:
    # Every Monday costs 30, other days 10: a Monday is not unusual, a Tuesday of 30 is.
    costs = [30 if n % 7 == 0 else 10 for n in range(28)]
    assert find_anomalies(facts_of_days(costs)).anomalies == ()
    costs[15] = 30
    findings = find_anomalies(facts_of_days(costs))
    assert findings.by_weekday
    assert [(a.day, a.compared_days) for a in findings.anomalies] == [
        (MONDAY + timedelta(days=15), 4)
    ]


def test_drivers_name_what_rose_most() -> None:
    days = [cell(MONDAY + timedelta(days=n), "10", workload="chat") for n in range(8)]
    peak = MONDAY + timedelta(days=8)
    days += [
        cell(peak, "11", workload="chat"),
        cell(peak, "60", workload="import", model="other"),
    ]
    (found,) = find_anomalies(UsageFacts(days=tuple(days))).anomalies
    drivers = {driver.dimension: driver for driver in found.drivers}
    assert (drivers["workload"].label, drivers["workload"].excess_usd) == ("import", 60)
    assert drivers["model"].label == "other"
    assert "team" not in drivers


def test_bills_without_usage_count_for_their_day() -> None:
    facts = facts_of_days([10] * 8)
    assert find_anomalies(replace(facts, bills=())).median_usd == 10
