"""Schedules are said as people say them."""

from datetime import UTC, datetime

import pytest

from domain.schedule_words import in_words, zone_name

NOW = datetime(2026, 1, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("cron", "words"),
    [
        ("0 9 * * 1-5", "Every weekday at 09:00 IST"),
        ("0 9 * * mon-fri", "Every weekday at 09:00 IST"),
        ("30 18 * * *", "Every day at 18:30 IST"),
        ("0 9,17 * * *", "Every day at 09:00 and 17:00 IST"),
        ("0 9 * * 1", "Every Monday at 09:00 IST"),
        ("0 9 * * 1,3,5", "Every Monday, Wednesday and Friday at 09:00 IST"),
        ("0 9 * * 6-7", "Every Saturday and Sunday at 09:00 IST"),
        ("0 9 * * 1-7", "Every day at 09:00 IST"),
        ("0 9 1 * *", "Every month on day 1 at 09:00 IST"),
        ("@yearly", "Every year on 1 January at 00:00 IST"),
        ("@hourly", "Every hour"),
        ("15 * * * *", "Every hour, 15 min past"),
        ("*/10 * * * *", "Every 10 minutes"),
        ("0 */4 * * *", "Every 4 hours"),
        ("* * * * *", "Every minute"),
    ],
)
def test_common_schedules_are_sentences(cron: str, words: str) -> None:
    assert in_words(cron, "Asia/Kolkata", NOW) == words


@pytest.mark.parametrize(
    "cron", ["5-20 4 * * *", "0 9 1 * 1", "0 9 * */2 *", "0 9 L * *", "often", "0 9 * * 1#2"]
)
def test_what_words_would_blur_is_shown_as_it_is(cron: str) -> None:
    assert in_words(cron, "Asia/Kolkata", NOW) == f"On the schedule {cron} (Asia/Kolkata)"


def test_a_zone_without_a_short_name_is_called_by_its_long_one() -> None:
    assert zone_name("Asia/Dubai", NOW) == "Asia/Dubai"
    assert zone_name("Nowhere/Land", NOW) == "Nowhere/Land"
    assert zone_name("UTC", NOW) == "UTC"
