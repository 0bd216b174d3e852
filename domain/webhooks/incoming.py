"""A request of a provider as it came in, and what its signature vouches for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from domain.errors import InvalidInput

#: Providers sign when they send; clocks differ, and requests wait on their way.
WINDOW_S: Final = 300


@dataclass(frozen=True, slots=True)
class Incoming:
    """One request, before anybody has read its body."""

    #: The address as the provider called it: the configured public one, with the query as it came.
    url: str
    #: By lower-case names.
    headers: Mapping[str, str]
    body: bytes
    #: Seconds since 1970.
    received_at: float


@dataclass(frozen=True, slots=True)
class Signed:
    """What a signature vouches for."""

    #: The same for every repetition of this event: out of what was signed, or the hash of that.
    dedup_key: str
    #: Two deliveries of one key that differ in it are not repetitions of each other.
    fingerprint: str


RefusalCode = Literal[
    "signature_missing",
    "signature_malformed",
    "signature_wrong",
    "timestamp_malformed",
    "timestamp_old",
    "timestamp_new",
    "body_unsigned",
    "event_unnamed",
]

_REASONS: Final[dict[RefusalCode, str]] = {
    "signature_missing": "The request has no signature in its header {header}. Set the endpoint's "
    "secret at the provider.",
    "signature_malformed": "The header {header} does not look like a signature of this provider.",
    "signature_wrong": "The signature in {header} was made with another secret, or of another "
    "request. Compare the secret at the provider with the endpoint's.",
    "timestamp_malformed": "The header {header} says no time in seconds.",
    "timestamp_old": "The request was signed more than five minutes ago.",
    "timestamp_new": "The request says that it was signed more than five minutes from now. Check "
    "the clock of this machine.",
    "body_unsigned": "The signature in {header} does not cover the body.",
    "event_unnamed": "What was signed has no id that repetitions of it could be told by.",
}


class SignatureRefused(InvalidInput):
    """A request that nobody vouches for."""

    def __init__(self, code: RefusalCode, header: str) -> None:
        super().__init__(_REASONS[code].format(header=header))
        self.code = code


def header_of(incoming: Incoming, name: str) -> str:
    """A header that must be there; raises `SignatureRefused`."""
    value = incoming.headers.get(name.lower(), "")
    if not value:
        raise SignatureRefused("signature_missing", name)
    return value


def within_window(incoming: Incoming, text: str, header: str) -> str:
    """A time as it was written, if it is near enough; raises `SignatureRefused`."""
    if not text.isascii() or not text.isdigit() or len(text) > 12:
        raise SignatureRefused("timestamp_malformed", header)
    age_s = incoming.received_at - int(text)
    if age_s > WINDOW_S:
        raise SignatureRefused("timestamp_old", header)
    if age_s < -WINDOW_S:
        raise SignatureRefused("timestamp_new", header)
    return text
