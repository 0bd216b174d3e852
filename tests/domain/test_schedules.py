"""Schedules: their moments, also when clocks change, and what was missed."""

from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InvalidInput
from domain.schedules import (
    MOST_MISSED,
    Missed,
    Schedule,
    due,
    moments_after,
    schedule_of,
    shown_moments,
)

BERLIN = "Europe/Berlin"
START = datetime(2026, 1, 1, tzinfo=UTC)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def local(cron: str, zone: str, after: str, count: int) -> list[str]:
    found = islice(moments_after(Schedule(cron, zone), at(after)), count)
    return [f"{moment.astimezone(ZoneInfo(zone)):%d %H:%M %z}" for moment in found]


def test_a_skipped_local_time_fires_once_after_the_gap() -> None:
    # On 29 March 2026 it is three o'clock in Berlin right after two.
    fires = local("30 2 * * *", BERLIN, "2026-03-27T12:00", 3)
    assert fires == ["28 02:30 +0100", "29 03:00 +0200", "30 02:30 +0200"]


def test_a_repeated_local_time_fires_once() -> None:
    # On 25 October 2026 the hour from two to three comes twice.
    fires = local("30 2 * * *", BERLIN, "2026-10-24T12:00", 2)
    assert fires == ["25 02:30 +0200", "26 02:30 +0100"]
    # Asked again between the two, it is not there a second time.
    assert local("30 2 * * *", BERLIN, "2026-10-25T00:45", 1) == ["26 02:30 +0100"]


def test_what_the_gap_has_moved_is_found_from_inside_it_too() -> None:
    assert local("30 2 * * *", BERLIN, "2026-03-29T00:59", 1) == ["29 03:00 +0200"]
    assert local("30 2 * * *", BERLIN, "2026-03-29T01:00", 1) == ["30 02:30 +0200"]


def test_every_quarter_of_an_hour_goes_on_through_both_changes() -> None:
    for after in ("2026-03-29T00:00", "2026-10-25T00:00"):
        moments = list(islice(moments_after(Schedule("*/15 * * * *", BERLIN), at(after)), 12))
        steps = {later - earlier for earlier, later in pairwise(moments)}
        assert steps == {timedelta(minutes=15)}


@given(
    st.integers(0, 730 * 24 * 60).map(lambda minutes: START + timedelta(minutes=minutes)),
    st.sampled_from(["30 2 * * *", "0 * * * *", "*/20 1-3 * * *", "15 2 * * 0", "0 0 29 2 *"]),
    st.sampled_from([BERLIN, "UTC", "Asia/Kolkata", "America/New_York", "Australia/Lord_Howe"]),
)
def test_asked_from_any_moment_the_next_ones_are_the_same(
    after: datetime, cron: str, zone: str
) -> None:
    schedule = Schedule(cron, zone)
    first, second, third = islice(moments_after(schedule, after), 3)
    assert after < first < second < third
    assert next(moments_after(schedule, first)) == second
    assert next(moments_after(schedule, first - timedelta(seconds=1))) == first


@pytest.mark.parametrize(
    "params",
    [
        {"cron": "* * * * * *"},
        {"cron": "0 9 * *"},
        {"cron": "61 * * * *"},
        {"cron": ""},
        {"cron": "@reboot"},
        {"cron": "0 0 30 2 *"},
        {"cron": "0 9 * * *", "time_zone": "Mars/Olympus"},
        {"cron": "0 9 * * *", "time_zone": "../etc/passwd"},
    ],
)
def test_what_is_no_schedule_is_refused(params: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        schedule_of(params)


def test_names_stand_for_lines() -> None:
    for name, line in (("@daily", "0 0 * * *"), ("@hourly", "0 * * * *"), ("@weekly", "0 0 * * 0")):
        expected = list(islice(moments_after(Schedule(line), at("2026-01-01T00:00")), 3))
        assert list(islice(moments_after(Schedule(name), at("2026-01-01T00:00")), 3)) == expected


@pytest.mark.parametrize(
    ("missed", "now", "hours"),
    [
        ("once", "2026-01-01T09:00", [9]),
        ("once", "2026-01-01T11:30", [11]),
        ("skip", "2026-01-01T11:30", []),
        ("skip", "2026-01-01T11:00", [11]),
        ("once", "2026-01-01T11:00", [11]),
        ("all", "2026-01-01T11:30", [9, 10, 11]),
    ],
)
def test_what_was_missed_is_made_up_for_as_it_says(
    missed: Missed, now: str, hours: list[int]
) -> None:
    found = due(Schedule("0 * * * *", missed=missed), at("2026-01-01T09:00"), at(now))
    assert [moment.hour for moment in found.moments] == hours
    assert found.next_at == at(now).replace(minute=0) + timedelta(hours=1)


def test_after_a_long_outage_only_the_end_of_it_is_made_up_for() -> None:
    found = due(Schedule("* * * * *", missed="all"), at("2026-01-01T09:00"), at("2026-01-03T09:00"))
    assert MOST_MISSED <= len(found.moments) <= MOST_MISSED + 2
    assert found.moments[-1] == at("2026-01-03T09:00")


def test_the_next_moments_are_shown_where_the_schedule_is() -> None:
    schedule = Schedule("0 9 * * 1-5", "Asia/Kolkata")
    assert shown_moments(schedule, at("2026-01-30T12:00"), 2) == [
        "Mon 02 Feb 2026, 09:00 IST",
        "Tue 03 Feb 2026, 09:00 IST",
    ]
