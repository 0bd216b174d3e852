"""How fast one peer may send."""

from server.websocket.allowance import Allowance


def test_five_seconds_worth_may_come_at_once_and_then_it_fills_again() -> None:
    allowance = Allowance(per_s=2, now_s=100.0)
    assert [allowance.take(1, 100.0) for _ in range(11)] == [True] * 10 + [False]
    assert not allowance.take(1, 100.4)
    assert allowance.take(1, 100.5)
    assert not allowance.take(1, 100.5)
    # It never holds more than it did at first.
    assert [allowance.take(1, 1000.0) for _ in range(11)] == [True] * 10 + [False]


def test_what_is_refused_is_not_counted() -> None:
    allowance = Allowance(per_s=1, now_s=0.0)
    assert not allowance.take(6, 0.0)
    assert allowance.take(5, 0.0)
