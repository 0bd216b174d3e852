"""Moments as exports write them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.costs.written_dates import (
    AmbiguousDate,
    DateStyle,
    date_style,
    from_epoch,
    milliseconds_between,
    parse_moment,
)

OPEN = DateStyle()
MOMENTS = st.datetimes(datetime(2015, 1, 2), datetime(2098, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2025-06-05", datetime(2025, 6, 5, tzinfo=UTC)),
        ("2025-06-05 14:30:00", datetime(2025, 6, 5, 14, 30, tzinfo=UTC)),
        ("2025-06-05T14:30:00Z", datetime(2025, 6, 5, 14, 30, tzinfo=UTC)),
        ("2025-06-05 14:30:00+02:00", datetime(2025, 6, 5, 12, 30, tzinfo=UTC)),
        ("2025-06-05 14:30:00 UTC", datetime(2025, 6, 5, 14, 30, tzinfo=UTC)),
        ("20250605", datetime(2025, 6, 5, tzinfo=UTC)),
        ("1749133800", datetime(2025, 6, 5, 14, 30, tzinfo=UTC)),
        ("1749133800.5", datetime(2025, 6, 5, 14, 30, 0, 500_000, tzinfo=UTC)),
        ("1749133800000", datetime(2025, 6, 5, 14, 30, tzinfo=UTC)),
        ("1749133800000000000", datetime(2025, 6, 5, 14, 30, tzinfo=UTC)),
        ("45813.604166666664", datetime(2025, 6, 5, 14, 30, tzinfo=UTC)),
        ("25/06/2025", datetime(2025, 6, 25, tzinfo=UTC)),
        ("06/25/2025 1:05 PM", datetime(2025, 6, 25, 13, 5, tzinfo=UTC)),
        ("05/05/2025", datetime(2025, 5, 5, tzinfo=UTC)),
    ],
)
def test_one_reading_is_taken(text: str, moment: datetime) -> None:
    assert parse_moment(text, OPEN) == moment


def test_serials_have_two_epochs() -> None:
    style = DateStyle(serials_from_1904=True)
    assert parse_moment("44351", style) == datetime(2025, 6, 5, tzinfo=UTC)


def test_day_and_month_are_never_guessed() -> None:
    with pytest.raises(AmbiguousDate):
        parse_moment("05/06/2025", OPEN)
    day_first = date_style(["05/06/2025", "13/06/2025"])
    assert parse_moment("05/06/2025", day_first) == datetime(2025, 6, 5, tzinfo=UTC)
    month_first = date_style(["05/06/2025", "06/13/2025"])
    assert parse_moment("05/06/2025", month_first) == datetime(2025, 5, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "1",
        "2025-13-01",
        "1999-01-01",
        "2200-01-01",
        "31/02/2025",
        "9" * 400,
        "25/06/2025 25:00",
    ],
)
def test_what_is_no_moment_of_our_years_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        parse_moment(text, OPEN)


@given(MOMENTS)
def test_a_moment_survives_every_way_of_writing_it(moment: datetime) -> None:
    assert parse_moment(moment.isoformat(), OPEN) == moment
    local = moment.astimezone(timezone(timedelta(hours=-7, minutes=-30)))
    assert parse_moment(local.isoformat(), OPEN) == moment
    seconds = moment.replace(microsecond=0)
    assert parse_moment(str(int(seconds.timestamp())), OPEN) == seconds
    assert from_epoch(int(seconds.timestamp()) * 1000) == seconds
    assert from_epoch(int(seconds.timestamp()) * 10**9) == seconds


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused_but_never_breaks(text: str) -> None:
    try:
        assert parse_moment(text, OPEN).tzinfo is UTC
    except ValueError:
        return


def test_a_duration_never_runs_backwards() -> None:
    start = datetime(2025, 1, 1, tzinfo=UTC)
    assert milliseconds_between(start, start + timedelta(seconds=1.5)) == 1500
    assert milliseconds_between(start, start - timedelta(seconds=1)) is None
    assert milliseconds_between(start, None) is None
