"""A breaker keeps callers away while it is open, and lets one try when the pause is over."""

from tools.circuit_breaker import CircuitBreaker


class Clock:
    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def test_a_closed_breaker_admits_everyone():
    breaker = CircuitBreaker(10, Clock())
    assert [breaker.admit() for _ in range(3)] == [True, True, True]


def test_an_open_breaker_admits_nobody_during_the_pause():
    clock = Clock()
    breaker = CircuitBreaker(10, clock)
    breaker.open()
    clock.now_s += 9.9
    assert not breaker.admit()


def test_after_the_pause_one_may_try_and_the_others_wait_for_the_outcome():
    clock = Clock()
    breaker = CircuitBreaker(10, clock)
    breaker.open()
    clock.now_s += 10
    assert [breaker.admit() for _ in range(3)] == [True, False, False]
    breaker.close()
    assert breaker.admit()


def test_a_try_that_never_reports_back_blocks_for_one_pause_only():
    clock = Clock()
    breaker = CircuitBreaker(10, clock)
    breaker.open()
    clock.now_s += 10
    assert breaker.admit()
    clock.now_s += 10
    assert breaker.admit()


def test_a_longer_pause_that_the_endpoint_asks_for_is_kept_and_a_shorter_one_is_not():
    clock = Clock()
    breaker = CircuitBreaker(10, clock)
    breaker.open(pause_s=60)
    clock.now_s += 59
    assert not breaker.is_due
    clock.now_s += 1
    assert breaker.is_due
    breaker.open(pause_s=1)
    clock.now_s += 9
    assert not breaker.is_due
