"""Whose something is that a browser names: the first to name it, for a while."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Final

#: Names that are kept at most, and of one owner: the oldest go first.
_MOST: Final = 20_000
_MOST_EACH: Final = 1_000
#: A name that nobody used for so long is free again, seconds.
_KEPT_S: Final = 12 * 3600.0


@dataclass(frozen=True, slots=True)
class _Claim:
    owner: Hashable
    until: float


class Owners:
    """Names and their owners, in the order of their last use."""

    def __init__(
        self, now: Callable[[], float], most: int = _MOST, most_each: int = _MOST_EACH
    ) -> None:
        self._now = now
        self._most = most
        self._most_each = most_each
        self._claims: dict[str, _Claim] = {}
        self._names: dict[Hashable, dict[str, None]] = {}

    def claim(self, name: str, owner: Hashable) -> bool:
        """Take a name, or use it again; False when it is somebody else's."""
        if self._owner(name) not in (None, owner):
            return False
        self._forget(name)
        self._claims[name] = _Claim(owner, self._now() + _KEPT_S)
        own = self._names.setdefault(owner, {})
        own[name] = None
        if len(own) > self._most_each:
            self._forget(next(iter(own)))
        if len(self._claims) > self._most:
            self._forget(next(iter(self._claims)))
        return True

    def owns(self, name: str, owner: Hashable) -> bool:
        """Whether a name is somebody's."""
        return self._owner(name) == owner

    def __len__(self) -> int:
        return len(self._claims)

    def _owner(self, name: str) -> Hashable | None:
        claim = self._claims.get(name)
        if claim is not None and claim.until < self._now():
            self._forget(name)
            return None
        return claim.owner if claim else None

    def _forget(self, name: str) -> None:
        claim = self._claims.pop(name, None)
        if claim is None:
            return
        own = self._names[claim.owner]
        del own[name]
        if not own:
            del self._names[claim.owner]
