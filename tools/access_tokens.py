"""Access tokens that are used until shortly before they end, so that not every call signs in."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Final

#: A token that ends so soon may have ended when it arrives.
_SPARE: Final = timedelta(seconds=120)
_MOST_TOKENS: Final = 256


@dataclass(frozen=True, slots=True, repr=False)
class AccessToken:
    """A token, and when it ends."""

    value: str
    ends_at: datetime


class AccessTokens:
    """The tokens of this process, found by what they were got with."""

    def __init__(self) -> None:
        self._tokens: OrderedDict[bytes, AccessToken] = OrderedDict()

    async def get(self, secret: str, sign_in: Callable[[], Awaitable[AccessToken]]) -> str:
        """The token that this secret gave, or gives now."""
        key = sha256(secret.encode()).digest()
        token = self._tokens.get(key)
        if token is None or token.ends_at - _SPARE <= datetime.now(UTC):
            token = await sign_in()
            self._tokens[key] = token
            while len(self._tokens) > _MOST_TOKENS:
                self._tokens.popitem(last=False)
        return token.value

    def forget(self, secret: str) -> None:
        """The token that this secret gave is not taken any more."""
        self._tokens.pop(sha256(secret.encode()).digest(), None)
