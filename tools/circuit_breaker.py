"""Keeps callers away from an endpoint that is down, and lets one try now and then."""

import time
from collections.abc import Callable


class CircuitBreaker:
    """Closed: everyone may call. Open: nobody, until a pause is over, then one at a time.

    The one that tries gets a lease as long as the pause, so a try that never reports back blocks
    nobody for longer than that.
    """

    def __init__(self, pause_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._pause_s = pause_s
        self._clock = clock
        self._retry_at: float | None = None

    @property
    def is_open(self) -> bool:
        """Whether the endpoint counts as down."""
        return self._retry_at is not None

    @property
    def is_due(self) -> bool:
        """Whether the pause is over, so that somebody should try."""
        return self._retry_at is not None and self._clock() >= self._retry_at

    def admit(self) -> bool:
        """Whether the caller may call now; while open this takes the lease."""
        if not self.is_open:
            return True
        if not self.is_due:
            return False
        self._retry_at = self._clock() + self._pause_s
        return True

    def close(self) -> None:
        """The endpoint answered."""
        self._retry_at = None

    def open(self, pause_s: float | None = None) -> None:
        """The endpoint failed; pause for the usual time, or longer if it asked for that."""
        self._retry_at = self._clock() + max(self._pause_s, pause_s or 0)
