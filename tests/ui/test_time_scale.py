"""Work keeps its proportions, waits are shortened, and every moment has its place."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from ui.time_scale import TimeScale, Window

START = datetime(2026, 1, 5, 9, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def test_a_long_wait_takes_little_room_and_says_how_long_it_was() -> None:
    scale = TimeScale.over([Window(at(0), at(10)), Window(at(3610), at(3620))], at(4000))
    [wait] = scale.waits
    assert wait.duration == timedelta(hours=1)
    assert wait.end - wait.start < 15
    assert scale.worked == timedelta(seconds=20)
    places = [scale.place(at(moment)) for moment in (5, 1800, 3615)]
    assert places[0] < wait.start < places[1] < wait.end < places[2]


def test_what_still_runs_reaches_to_now() -> None:
    scale = TimeScale.over([Window(at(0))], at(8))
    assert (scale.place(at(4)), scale.place(at(8)), scale.place(at(99))) == (50.0, 100.0, 100.0)


def test_without_work_there_is_a_line_all_the_same() -> None:
    assert TimeScale.over([], at(0)).place(at(5)) == 100.0
    assert TimeScale.over([Window(at(0), at(0))], at(0)).place(at(0)) == 0.0


@given(st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 500)), max_size=8))
def test_later_is_never_further_left(spans: list[tuple[int, int]]) -> None:
    windows = [Window(at(start), at(start + length)) for start, length in spans]
    scale = TimeScale.over(windows, at(20_000))
    places = [scale.place(at(moment)) for moment in range(0, 11_000, 97)]
    assert places == sorted(places)
    assert all(0 <= place <= 100.000001 for place in places)
