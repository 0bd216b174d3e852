"""The ways in which senders sign, each as its provider documents it."""

import base64
import binascii
import hashlib
import hmac
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, cast
from urllib.parse import parse_qsl, urlsplit, urlunsplit

import jiter

from domain.errors import InvalidInput
from domain.webhooks.incoming import (
    Incoming,
    SignatureRefused,
    Signed,
    header_of,
    within_window,
)

SchemeKind = Literal["razorpay", "twilio", "slack", "standard", "stripe", "hmac"]
Algorithm = Literal["sha256", "sha512", "sha1"]

_TWILIO: Final = "X-Twilio-Signature"
_SLACK: Final = "X-Slack-Signature"
_SLACK_TIME: Final = "X-Slack-Request-Timestamp"
_STANDARD: Final = "webhook-signature"
_STRIPE: Final = "Stripe-Signature"
_RAZORPAY: Final = "X-Razorpay-Signature"
_DEFAULT_PORTS: Final = {"https": 443, "http": 80}
#: What Twilio calls a message, and how one stands. Both are exact: neighbours in the signed text
#: cannot be shifted into them.
_SID: Final = re.compile(r"[A-Z]{2}[0-9a-f]{32}")
_STATUSES: Final = frozenset(
    {
        *("accepted", "scheduled", "queued", "sending", "sent", "delivered", "undelivered"),
        *("failed", "receiving", "received", "read", "canceled", "partially_delivered"),
    }
)


@dataclass(frozen=True, slots=True)
class Scheme:
    """How one endpoint's sender signs; all but the kind matters to `hmac` only."""

    kind: SchemeKind
    header: str = "X-Signature"
    algorithm: Algorithm = "sha256"
    encoding: Literal["hex", "base64"] = "hex"
    #: Stands before the signature, as in `sha256=`.
    prefix: str = ""
    #: Where in a JSON body its id is, as in `event.id`; without one the body's hash tells
    #: repetitions.
    id_field: str | None = None


def verified(scheme: Scheme, incoming: Incoming, secrets: Sequence[str]) -> Signed:
    """What the sender vouches for, with any of the secrets; raises `SignatureRefused`."""
    match scheme.kind:
        case "razorpay":
            header = Scheme("hmac", header=_RAZORPAY)
            return _hmac(header, incoming, secrets)
        case "hmac":
            return _hmac(scheme, incoming, secrets)
        case "twilio":
            return _twilio(incoming, secrets)
        case "slack":
            return _slack(incoming, secrets)
        case "standard":
            return _standard(incoming, secrets)
        case "stripe":
            return _stripe(incoming, secrets)


def checked_secret(kind: SchemeKind, secret: str) -> str:
    """A secret that the scheme can sign with; raises `InvalidInput`."""
    if kind == "standard" and len(_standard_key(secret)) < 16:
        raise InvalidInput(
            "secret: a Standard Webhooks secret is `whsec_` and at least 16 bytes in base64. Copy "
            "it from the sender."
        )
    return secret


def _hmac(scheme: Scheme, incoming: Incoming, secrets: Sequence[str]) -> Signed:
    given = header_of(incoming, scheme.header)
    digests = (_digest(secret.encode(), incoming.body, scheme.algorithm) for secret in secrets)
    write = _hex if scheme.encoding == "hex" else _base64
    _require([given], (scheme.prefix + write(digest) for digest in digests), scheme.header)
    key = None if scheme.id_field is None else _at(incoming.body, scheme.id_field)
    return _signed(key, incoming.body)


def _slack(incoming: Incoming, secrets: Sequence[str]) -> Signed:
    given = header_of(incoming, _SLACK)
    time = within_window(incoming, header_of(incoming, _SLACK_TIME), _SLACK_TIME)
    text = b"v0:%s:%s" % (time.encode(), incoming.body)
    _require([given], ("v0=" + _hex(_digest(s.encode(), text)) for s in secrets), _SLACK)
    key = _at(incoming.body, "event_id") or _form_value(incoming, "trigger_id")
    return _signed(key, incoming.body)


def _standard(incoming: Incoming, secrets: Sequence[str]) -> Signed:
    message_id = header_of(incoming, "webhook-id")
    given = header_of(incoming, _STANDARD).split(" ")
    stamp = header_of(incoming, "webhook-timestamp")
    time = within_window(incoming, stamp, "webhook-timestamp")
    text = b"%s.%s.%s" % (_bytes(message_id), time.encode(), incoming.body)
    keys = (_standard_key(secret) for secret in secrets)
    _require(given, ("v1," + _base64(_digest(key, text)) for key in keys), _STANDARD)
    return _signed(message_id, incoming.body)


def _stripe(incoming: Incoming, secrets: Sequence[str]) -> Signed:
    parts = [part.split("=", 1) for part in header_of(incoming, _STRIPE).split(",")]
    times = [part[1] for part in parts if part[0] == "t" and len(part) == 2]
    given = [part[1] for part in parts if part[0] == "v1" and len(part) == 2]
    if len(times) != 1 or not given:
        raise SignatureRefused("signature_malformed", _STRIPE)
    time = within_window(incoming, times[0], _STRIPE)
    text = b"%s.%s" % (time.encode(), incoming.body)
    _require(given, (_hex(_digest(secret.encode(), text)) for secret in secrets), _STRIPE)
    body = _json(incoming.body)
    if not isinstance(body, dict):
        return _signed(None, incoming.body)
    said = cast(dict[str, Any], body)
    # Counts how many endpoints have not answered yet, so a repetition may say another number.
    said.pop("pending_webhooks", None)
    text = json.dumps(said, sort_keys=True).encode()
    key = said.get("id")
    return Signed(key if isinstance(key, str) else _hash(text), _hash(text))


def _twilio(incoming: Incoming, secrets: Sequence[str]) -> Signed:
    given = header_of(incoming, _TWILIO)
    parts = urlsplit(incoming.url)
    hashes = [value for name, value in parse_qsl(parts.query) if name == "bodySHA256"]
    is_form = media_type(incoming) == "application/x-www-form-urlencoded"
    if not is_form and hashes != [hashlib.sha256(incoming.body).hexdigest()]:
        raise SignatureRefused("body_unsigned", _TWILIO)
    fields = form_fields(incoming.body) if is_form else []
    text = "".join(name + value for name, value in sorted(set(fields)))
    # With its usual port and without: Twilio's own machines differ in that.
    texts = [url + text for url in _with_and_without_port(incoming.url)]
    digests = (_digest(s.encode(), _bytes(each), "sha1") for s in secrets for each in texts)
    _require([given], map(_base64, digests), _TWILIO)
    if not is_form:
        return _signed(None, incoming.body)
    return Signed(_message_key(fields), _hash(text.encode()))


def _message_key(fields: Sequence[tuple[str, str]]) -> str:
    """Message and status.

    Names and values follow each other in the signed text without a mark between them, so what could
    be cut otherwise is refused.
    """
    sids = {value for name, value in fields if name == "MessageSid"}
    statuses = {value for name, value in fields if name in ("MessageStatus", "SmsStatus")}
    if len(sids) != 1 or len(statuses) != 1:
        raise SignatureRefused("event_unnamed", _TWILIO)
    [sid], [status] = sids, statuses
    if not _SID.fullmatch(sid) or status not in _STATUSES:
        raise SignatureRefused("event_unnamed", _TWILIO)
    return f"{sid}:{status}"


def form_fields(body: bytes) -> list[tuple[str, str]]:
    """All fields of a form as they came, empty ones too."""
    try:
        text = body.decode("ascii")
        return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=1_000)
    except ValueError as error:
        raise InvalidInput("The form of this request cannot be read.") from error


def _with_and_without_port(url: str) -> list[str]:
    parts = urlsplit(url)
    usual = _DEFAULT_PORTS.get(parts.scheme)
    if parts.port is not None and parts.port != usual:
        return [url]
    host = parts.netloc.removesuffix(f":{usual}")
    return [urlunsplit(parts._replace(netloc=each)) for each in (host, f"{host}:{usual}")]


def _require(given: Iterable[str], wanted: Iterable[str], header: str) -> None:
    """Raise `SignatureRefused` unless one is the other, in a time that says nothing."""
    offered = [_bytes(each) for each in given]
    same = [hmac.compare_digest(_bytes(each), one) for each in wanted for one in offered]
    if not any(same):
        raise SignatureRefused("signature_wrong", header)


def _signed(key: str | None, body: bytes) -> Signed:
    fingerprint = _hash(body)
    return Signed(key or fingerprint, fingerprint)


def _at(body: bytes, path: str) -> str | None:
    """What a JSON body says there, if it says a text or a number."""
    value = _json(body)
    for name in path.split("."):
        if not isinstance(value, Mapping):
            return None
        value = cast(Mapping[str, Any], value).get(name)
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else None


def _form_value(incoming: Incoming, name: str) -> str | None:
    if media_type(incoming) != "application/x-www-form-urlencoded":
        return None
    fields = dict(form_fields(incoming.body))
    return fields.get(name) or _at(fields.get("payload", "").encode(), name)


def _json(body: bytes) -> Any:
    try:
        return jiter.from_json(body)
    except ValueError:
        return None


def media_type(incoming: Incoming) -> str:
    """What kind of body it says it has."""
    return incoming.headers.get("content-type", "").partition(";")[0].strip().lower()


def _standard_key(secret: str) -> bytes:
    try:
        return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        return b""


def _digest(key: bytes, text: bytes, algorithm: Algorithm = "sha256") -> bytes:
    return hmac.new(key, text, algorithm).digest()


def _hex(digest: bytes) -> str:
    return digest.hex()


def _base64(digest: bytes) -> str:
    return base64.b64encode(digest).decode()


def _hash(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
