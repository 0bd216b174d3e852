"""Golden requests, signed as the providers' documents say."""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from domain.webhooks.incoming import Incoming
from domain.webhooks.schemes import Scheme
from tools.triggers.razorpay import body_of
from tools.triggers.slack import COMMAND, EVENT
from tools.triggers.whatsapp import MESSAGE

NOW = 1_767_225_600.0
SECRET = "a-secret-of-the-provider"
STANDARD_SECRET = "whsec_" + base64.b64encode(b"0123456789abcdef01234567").decode()
URL = "https://flows.example.com/webhooks/x/abc?team=1"
JSON_TYPE = "application/json"
FORM_TYPE = "application/x-www-form-urlencoded"
PAYMENT = json.dumps(body_of("payment.captured", description="₹ paid")).encode()


def mac(key: bytes, text: bytes, algorithm: str = "sha256") -> bytes:
    return hmac.new(key, text, algorithm).digest()


@dataclass(frozen=True)
class Sample:
    scheme: Scheme
    incoming: Incoming
    secret: str = SECRET
    #: The headers that matter.
    headers: tuple[str, ...] = field(default=())

    def with_header(self, name: str, value: str | None) -> Incoming:
        headers = {**self.incoming.headers, name: value or ""}
        return replace(self.incoming, headers={k: v for k, v in headers.items() if v})


def request(body: bytes, kind: str = JSON_TYPE, url: str = URL, **headers: str) -> Incoming:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Incoming(url, {"content-type": kind, **named}, body, NOW)


def razorpay(body: bytes = PAYMENT, secret: str = SECRET) -> Incoming:
    return request(body, x_razorpay_signature=mac(secret.encode(), body).hex())


def twilio_form(fields: dict[str, str] | None = None, url: str = URL) -> Incoming:
    fields = {**MESSAGE, "Latitude": ""} if fields is None else fields
    text = url + "".join(name + fields[name] for name in sorted(fields))
    signature = base64.b64encode(mac(SECRET.encode(), text.encode(), "sha1")).decode()
    return request(urlencode(fields).encode(), FORM_TYPE, url, x_twilio_signature=signature)


def twilio_json() -> Incoming:
    body = b'{"type": "message"}'
    url = f"{URL}&bodySHA256={hashlib.sha256(body).hexdigest()}"
    signature = base64.b64encode(mac(SECRET.encode(), url.encode(), "sha1")).decode()
    return request(body, JSON_TYPE, url, x_twilio_signature=signature)


def slack(body: bytes, kind: str = JSON_TYPE, at: float = NOW) -> Incoming:
    stamp = str(int(at))
    signature = "v0=" + mac(SECRET.encode(), b"v0:" + stamp.encode() + b":" + body).hex()
    return request(body, kind, x_slack_signature=signature, x_slack_request_timestamp=stamp)


def standard(body: bytes = PAYMENT, at: float = NOW, name: str = "msg_1") -> Incoming:
    stamp = str(int(at))
    key = base64.b64decode(STANDARD_SECRET.removeprefix("whsec_"))
    text = f"{name}.{stamp}.".encode() + body
    signature = "v1," + base64.b64encode(mac(key, text)).decode()
    return request(
        body,
        webhook_id=name,
        webhook_timestamp=stamp,
        webhook_signature=f"v1a,AAAA {signature}",
    )


def stripe(body: bytes = b'{"id": "evt_1", "object": "event"}', at: float = NOW) -> Incoming:
    stamp = str(int(at))
    signature = mac(SECRET.encode(), stamp.encode() + b"." + body).hex()
    return request(body, stripe_signature=f"t={stamp},v1={'0' * 64},v1={signature},v0=00")


GITHUB = Scheme("hmac", header="X-Hub-Signature-256", prefix="sha256=")
OWN = Scheme("hmac", "X-Sig", "sha512", "base64", id_field="event.id")


def generic(scheme: Scheme, body: bytes = b'{"event": {"id": 7}}') -> Incoming:
    digest = mac(SECRET.encode(), body, scheme.algorithm)
    text = digest.hex() if scheme.encoding == "hex" else base64.b64encode(digest).decode()
    return replace(request(body), headers={scheme.header.lower(): scheme.prefix + text})


SLACK_EVENT = json.dumps(dict(EVENT)).encode()
SLACK_COMMAND = urlencode(COMMAND).encode()

SAMPLES = {
    "razorpay": Sample(Scheme("razorpay"), razorpay(), headers=("x-razorpay-signature",)),
    "twilio form": Sample(Scheme("twilio"), twilio_form(), headers=("x-twilio-signature",)),
    "twilio json": Sample(Scheme("twilio"), twilio_json(), headers=("x-twilio-signature",)),
    "slack event": Sample(
        Scheme("slack"),
        slack(SLACK_EVENT),
        headers=("x-slack-signature", "x-slack-request-timestamp"),
    ),
    "slack command": Sample(
        Scheme("slack"),
        slack(SLACK_COMMAND, FORM_TYPE),
        headers=("x-slack-signature", "x-slack-request-timestamp"),
    ),
    "standard": Sample(
        Scheme("standard"),
        standard(),
        STANDARD_SECRET,
        headers=("webhook-id", "webhook-timestamp", "webhook-signature"),
    ),
    "stripe": Sample(Scheme("stripe"), stripe(), headers=("stripe-signature",)),
    "github": Sample(GITHUB, generic(GITHUB), headers=("x-hub-signature-256",)),
    "own": Sample(OWN, generic(OWN), headers=("x-sig",)),
}
