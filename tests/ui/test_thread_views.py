"""The list of conversations: days of the reader's clock, states in words, the way to more."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from ui.api_models import Thread
from ui.pages.chat.thread_views import reader_zone, thread_list

#: In Kolkata it is already the sixth.
NOW = datetime(2026, 1, 5, 20, tzinfo=UTC)


def thread(title: str, at: datetime, status: str = "idle") -> Thread:
    return Thread(
        thread_id=title, status=status, created_at=at, updated_at=at, metadata={"title": title}
    )


def days(now: datetime) -> list[str]:
    talks = [
        thread("late", datetime(2026, 1, 5, 19, tzinfo=UTC)),
        thread("noon", datetime(2026, 1, 5, 12, tzinfo=UTC)),
        thread("old", datetime(2025, 12, 24, tzinfo=UTC)),
    ]
    html = thread_list(talks, "", 3, "", now)
    return re.findall(r'class="gp-day"[^>]*>([^<]+)<', html)


def test_days_are_those_of_the_readers_clock() -> None:
    assert days(NOW) == ["Today", "Earlier"]
    assert days(NOW.astimezone(ZoneInfo("Asia/Kolkata"))) == ["Today", "Yesterday", "Earlier"]


def test_an_unknown_zone_is_utc() -> None:
    assert reader_zone("") is UTC
    assert reader_zone("Middle/Earth") is UTC
    assert reader_zone("../../etc/passwd") is UTC
    assert str(reader_zone("Asia/Kolkata")) == "Asia/Kolkata"


def test_a_state_is_an_icon_and_a_word() -> None:
    for status, word in (("busy", "Running"), ("interrupted", "Asks you"), ("error", "Failed")):
        html = thread_list([thread("a", NOW, status)], "", 1, "", NOW)
        assert f"</svg>{word}</span>" in html
    assert "gp-state" not in thread_list([thread("a", NOW)], "", 1, "", NOW)


def test_there_is_a_way_to_more_only_when_there_is_more() -> None:
    talks = [thread("a", NOW)]
    assert "Show more (2 older ones)" in thread_list(talks, "", 3, "", NOW)
    assert "Show more" not in thread_list(talks, "", 1, "", NOW)
