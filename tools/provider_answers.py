"""What a provider's answer, or its silence, means for a call: refused, put off, or unknown."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

import httpx2

from domain.errors import (
    AnswerTooLarge,
    OutcomeUnknown,
    ProviderBusy,
    ProviderFailed,
    ProviderRefused,
)

#: The request did not leave, or not whole: whatever it asks for has not happened.
_NOT_SENT: Final = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.UnsupportedProtocol,
    httpx2.LocalProtocolError,
)
#: The provider did nothing and says so: request not complete, too early, too many, not available.
_PUT_OFF: Final = frozenset({408, 425, 429, 503})
_SIGN_IN: Final = frozenset({401, 403})
#: Nobody waits longer because a provider says so.
_MOST_WAIT_S: Final = 3600.0
_MOST_REASON: Final = 500

_CHECK_CONNECTION: Final = "Check the connection: its credentials, and what they may do."
_CHECK_STEP: Final = "Change what the step sends, then run it again."


@dataclass(frozen=True, slots=True)
class Failure:
    """An answer that is no success, in the provider's own words."""

    status: int
    reason: str
    headers: Mapping[str, str]
    #: What to do about it, where the provider's code tells.
    next_step: str | None = None


def lost(service: str, error: Exception, *, changes: bool) -> ProviderFailed:
    """A call without an answer; `changes` says whether it may have done something."""
    if isinstance(error, _NOT_SENT):
        return ProviderBusy(service, f"it was not reached ({_named(error)})")
    if isinstance(error, AnswerTooLarge):
        reason = "its answer is too large to read"
    else:
        reason = f"the connection ended before its answer ({_named(error)})"
    return OutcomeUnknown(service, reason) if changes else ProviderBusy(service, reason)


def failed(service: str, failure: Failure, *, changes: bool) -> ProviderFailed:
    """An answer with an error's status."""
    reason = _cut(failure.reason) or f"HTTP status {failure.status}"
    if failure.status in _PUT_OFF:
        return ProviderBusy(service, reason, again_in_s(failure.headers))
    if failure.status >= 500:
        return OutcomeUnknown(service, reason) if changes else ProviderBusy(service, reason)
    default = _CHECK_CONNECTION if failure.status in _SIGN_IN else _CHECK_STEP
    return ProviderRefused(service, reason, failure.next_step or default)


def again_in_s(headers: Mapping[str, str]) -> float | None:
    """How long the provider asks to be left alone (`Retry-After`, seconds or a date)."""
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return min(float(value), _MOST_WAIT_S)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    seconds = (moment - datetime.now(UTC)).total_seconds()
    return min(max(seconds, 0.0), _MOST_WAIT_S)


def _named(error: Exception) -> str:
    """What kind of failure it was; the text of an error may repeat what was sent."""
    names: tuple[tuple[type[Exception], str], ...] = (
        (httpx2.ConnectTimeout, "no connection in time"),
        (httpx2.PoolTimeout, "too many calls at the same time"),
        (httpx2.ConnectError, "no connection"),
        (httpx2.TimeoutException, "no answer in time"),
        (httpx2.RemoteProtocolError, "it hung up"),
        (httpx2.DecodingError, "an answer that cannot be unpacked"),
        (httpx2.NetworkError, "it hung up"),
    )
    for kind, name in names:
        if isinstance(error, kind):
            return name
    return type(error).__name__


def _cut(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _MOST_REASON else f"{text[:_MOST_REASON]}…"
