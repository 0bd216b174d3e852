"""Times that people say become cron lines."""

import pytest

from domain.blueprints.checks.ranges import is_cron
from domain.drafting.script import read


@pytest.mark.parametrize(
    ("text", "cron"),
    [
        ("every Monday at 9", "0 9 * * 1"),
        ("at 9:30 on weekdays", "30 9 * * 1-5"),
        ("every weekday at 9:30 am", "30 9 * * 1-5"),
        ("every 15 minutes", "*/15 * * * *"),
        ("every other hour", "0 */2 * * *"),
        ("hourly", "0 * * * *"),
        ("on the first of the month", "0 9 1 * *"),
        ("on the 15th of every month at 18:00", "0 18 15 * *"),
        ("daily at 7pm", "0 19 * * *"),
        ("every evening at 7", "0 19 * * *"),
        ("every morning", "0 9 * * *"),
        ("every night at midnight", "0 0 * * *"),
        ("on Mondays, Wednesdays and Fridays at noon", "0 12 * * 1,3,5"),
        ("every Sunday evening", "0 18 * * 0"),
        ("weekly", "0 9 * * 1"),
        ("every day at 12 am", "0 0 * * *"),
        ("har din subah 8 baje", "0 8 * * *"),
    ],
)
def test_a_time_becomes_a_cron_line(text: str, cron: str):
    tokens, schedule = read(f"{text} post to #ops")
    assert schedule is not None
    assert schedule.cron == cron
    assert is_cron(cron)
    assert [token.word for token in tokens] == ["post", "to", "#ops"]


@pytest.mark.parametrize("text", ["for every row", "each customer", "on Slack", "every 99 minutes"])
def test_other_words_are_no_schedule(text: str):
    assert read(text)[1] is None


@pytest.mark.parametrize("text", ["every day at 25:00", "every day at 9:75"])
def test_a_time_that_does_not_exist_is_a_guess(text: str):
    schedule = read(text)[1]
    assert schedule is not None
    assert schedule.is_guess
