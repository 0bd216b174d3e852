"""How fast one peer may send."""

from typing import Final

#: So many seconds' worth may come at once.
_BURST_S: Final = 5.0


class Allowance:
    """A bucket that fills steadily and is drawn from by each message."""

    def __init__(self, per_s: float, now_s: float) -> None:
        self._per_s = per_s
        self._left = self._most = per_s * _BURST_S
        self._filled_at_s = now_s

    def take(self, count: int, now_s: float) -> bool:
        """Whether so many messages may come now; only then they are counted."""
        filled = self._left + (now_s - self._filled_at_s) * self._per_s
        self._left = min(self._most, filled)
        self._filled_at_s = now_s
        if self._left < count:
            return False
        self._left -= count
        return True
