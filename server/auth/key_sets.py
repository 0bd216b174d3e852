"""Public keys of issuers, asked for once and again when a new one is named."""

import asyncio
import time
from collections.abc import Callable
from typing import Any, Final

from server.auth.outgoing import Outgoing, Question, json_of

#: Keys are looked at anew after so long, and not sooner than that for one that is not there.
_FRESH_S: Final = 3600.0
_NOT_BEFORE_S: Final = 30.0


class KeySet:
    """The JWKS document of one issuer."""

    def __init__(
        self, url: str, outgoing: Outgoing, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._url = url
        self._outgoing = outgoing
        self._clock = clock
        self._lock = asyncio.Lock()
        self._document: dict[str, Any] | None = None
        self._asked_at = -_FRESH_S

    async def document(self, key_id: str | None) -> dict[str, Any]:
        """The document, with the key of this id if there is one; raises `Unavailable`."""
        async with self._lock:
            age_s = self._clock() - self._asked_at
            has_key = self._document is not None and _names(self._document, key_id)
            if age_s >= _FRESH_S or (not has_key and age_s >= _NOT_BEFORE_S):
                self._document = await json_of(self._outgoing, Question(self._url))
                self._asked_at = self._clock()
            return self._document or {"keys": []}


def _names(document: dict[str, Any], key_id: str | None) -> bool:
    keys: list[dict[str, Any]] = document.get("keys") or []
    return key_id is None or any(key.get("kid") == key_id for key in keys)
