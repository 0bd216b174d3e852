"""Every scheme: golden requests pass, and whatever is changed in one of them does not."""

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
import stripe as stripe_sdk
from razorpay.errors import SignatureVerificationError
from razorpay.utility import Utility
from slack_sdk.signature import Clock, SignatureVerifier
from standardwebhooks import Webhook
from twilio.request_validator import RequestValidator

from domain.errors import InvalidInput
from domain.webhooks.incoming import Incoming, SignatureRefused, Signed
from domain.webhooks.schemes import Scheme, checked_secret, form_fields, verified
from tests.domain.webhooks.samples import (
    FORM_TYPE,
    NOW,
    SAMPLES,
    SECRET,
    SLACK_EVENT,
    STANDARD_SECRET,
    URL,
    razorpay,
    request,
    slack,
    standard,
    stripe,
    twilio_form,
)
from tools.triggers.whatsapp import MESSAGE

ALL = pytest.mark.parametrize("name", SAMPLES)


def check(name: str, incoming: Incoming | None = None, *secrets: str) -> Signed:
    sample = SAMPLES[name]
    return verified(sample.scheme, incoming or sample.incoming, secrets or (sample.secret,))


def refused(name: str, incoming: Incoming) -> str:
    with pytest.raises(SignatureRefused) as raised:
        check(name, incoming)
    return raised.value.code


@ALL
def test_a_golden_request_passes(name: str) -> None:
    assert check(name)


@ALL
def test_any_of_several_secrets_will_do_and_no_other(name: str) -> None:
    sample = SAMPLES[name]
    assert check(name, None, STANDARD_SECRET[:-4] + "AAAA", sample.secret) == check(name)
    with pytest.raises(SignatureRefused):
        check(name, None, STANDARD_SECRET[:-4] + "AAAA")
    with pytest.raises(SignatureRefused):
        verified(sample.scheme, sample.incoming, ())


@ALL
def test_no_byte_of_the_body_can_be_changed(name: str) -> None:
    incoming = SAMPLES[name].incoming
    for place in {0, len(incoming.body) // 2, len(incoming.body) - 1}:
        body = bytearray(incoming.body)
        body[place] ^= 1
        with pytest.raises(InvalidInput):
            check(name, replace(incoming, body=bytes(body)))
    # A field more, and white space that a parser would pass over.
    for body in (incoming.body + b"&x=", incoming.body + b" ", b""):
        with pytest.raises(InvalidInput):
            check(name, replace(incoming, body=body))


@ALL
def test_no_header_that_matters_can_be_left_out_or_changed(name: str) -> None:
    sample = SAMPLES[name]
    for header in sample.headers:
        value = sample.incoming.headers[header]
        assert refused(name, sample.with_header(header, None)) == "signature_missing"
        last = "a" if value[-1] != "a" else "b"
        for changed in (value[:-1] + last, value.upper() + "=", "ü", "\udcff", "0" * 64):
            if name == "stripe" and changed[:-1] == value[:-1]:
                continue  # Ends with a signature of another scheme, which says nothing.
            with pytest.raises(SignatureRefused):
                check(name, sample.with_header(header, changed))


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("slack event", lambda at: slack(SLACK_EVENT, at=at)),
        ("standard", lambda at: standard(at=at)),
        ("stripe", lambda at: stripe(at=at)),
    ],
)
def test_the_window_closes_on_both_sides(name: str, made: Any) -> None:
    for near in (NOW - 300, NOW + 300):
        assert check(name, made(near))
    assert refused(name, made(NOW - 301)) == "timestamp_old"
    assert refused(name, made(NOW + 301)) == "timestamp_new"


@pytest.mark.parametrize("stamp", ["1767225600.0", " 1767225600", "+1767225600", "١٧٦٧٢٢٥٦٠٠", "x"])
def test_a_time_counts_only_as_it_is_written(stamp: str) -> None:
    sample = SAMPLES["standard"]
    changed = sample.with_header("webhook-timestamp", stamp)
    assert refused("standard", changed) == "timestamp_malformed"


def test_stripe_has_one_time_and_signatures_of_its_own_scheme() -> None:
    value = SAMPLES["stripe"].incoming.headers["stripe-signature"]
    for changed in (value + f",t={int(NOW)}", value.replace("v1=", "v0="), "t", ""):
        with pytest.raises(SignatureRefused):
            check("stripe", SAMPLES["stripe"].with_header("stripe-signature", changed))


def test_repetitions_have_one_key_and_other_events_another() -> None:
    assert check("razorpay").dedup_key == check("razorpay", razorpay()).dedup_key
    assert check("razorpay", razorpay(b"{}")).dedup_key != check("razorpay").dedup_key
    assert check("slack event").dedup_key == "Ev123ABC456"
    assert check("slack command").dedup_key == "13345224609.738474920.8088930838d88f008e0"
    assert check("standard").dedup_key == "msg_1"
    assert check("own").dedup_key == "7"
    assert check("twilio form").dedup_key == f"{MESSAGE['MessageSid']}:received"


def test_a_repetition_of_stripes_says_how_many_wait_without_being_another() -> None:
    first = check("stripe", stripe(b'{"id": "evt_1", "a": 1, "pending_webhooks": 2}'))
    again = check("stripe", stripe(b'{"id": "evt_1", "pending_webhooks": 1, "a": 1}'))
    other = check("stripe", stripe(b'{"id": "evt_1", "a": 2, "pending_webhooks": 2}'))
    assert first == again
    assert (other.dedup_key, other.fingerprint == first.fingerprint) == ("evt_1", False)


def test_twilios_names_and_values_cannot_be_cut_otherwise() -> None:
    signed = SAMPLES["twilio form"].incoming
    body = signed.body.decode()
    sid = MESSAGE["MessageSid"]
    moved = [
        (f"MessageSid={sid}", f"MessageSi=d{sid}"),
        (f"MessageSid={sid}", f"MessageSid{sid[:5]}={sid[5:]}"),
        ("SmsStatus=received", "SmsStatu=sreceived"),
    ]
    for old, new in moved:
        assert old in body
        shifted = replace(signed, body=body.replace(old, new).encode())
        assert refused("twilio form", shifted) == "event_unnamed"
    # Only the order changes: the same event.
    reordered = "&".join(reversed(body.split("&"))).encode()
    assert check("twilio form", replace(signed, body=reordered)) == check("twilio form")


def test_twilios_address_counts_with_its_usual_port_and_without() -> None:
    for url in (URL, URL.replace(".com/", ".com:443/")):
        assert verified(Scheme("twilio"), twilio_form(url=url), [SECRET])
        seen = replace(twilio_form(url=url), url=URL)
        assert verified(Scheme("twilio"), seen, [SECRET])
    other = replace(twilio_form(), url=URL.replace(".com/", ".com:444/"))
    assert refused("twilio form", other) == "signature_wrong"
    assert refused("twilio form", replace(twilio_form(), url=URL + "2")) == "signature_wrong"


def test_a_body_that_twilio_did_not_sign_is_refused() -> None:
    signed = SAMPLES["twilio json"].incoming
    assert refused("twilio json", replace(signed, body=b"{}")) == "body_unsigned"
    as_text = SAMPLES["twilio form"].with_header("content-type", "text/plain")
    assert refused("twilio form", as_text) == "body_unsigned"


def test_a_secret_that_cannot_be_one_is_refused() -> None:
    assert checked_secret("standard", STANDARD_SECRET) == STANDARD_SECRET
    for secret in ("whsec_", "whsec_short", "not base64 at all!"):
        with pytest.raises(InvalidInput, match="whsec_"):
            checked_secret("standard", secret)


class _Clock(Clock):
    def now(self) -> float:
        return NOW


def _razorpay_says(incoming: Incoming) -> bool:
    with suppress(SignatureVerificationError):
        signature = incoming.headers["x-razorpay-signature"]
        utility: Any = Utility()
        body = incoming.body.decode()
        return bool(utility.verify_webhook_signature(body, signature, SECRET))
    return False


def _twilio_says(incoming: Incoming) -> bool:
    is_form = incoming.headers["content-type"] == FORM_TYPE
    params: Any = dict(form_fields(incoming.body)) if is_form else incoming.body.decode()
    validator = RequestValidator(SECRET)
    return validator.validate(incoming.url, params, incoming.headers["x-twilio-signature"])


def _slack_says(incoming: Incoming) -> bool:
    verifier = SignatureVerifier(SECRET, _Clock())
    return verifier.is_valid_request(incoming.body, dict(incoming.headers))


def _standard_says(incoming: Incoming) -> bool:
    # The library reads the clock, so it is asked to sign what came.
    stamp = datetime.fromtimestamp(int(incoming.headers["webhook-timestamp"]), UTC)
    signed = Webhook(STANDARD_SECRET).sign(
        incoming.headers["webhook-id"], stamp, incoming.body.decode()
    )
    return signed in incoming.headers["webhook-signature"].split(" ")


def _stripe_says(incoming: Incoming) -> bool:
    with suppress(stripe_sdk.SignatureVerificationError):
        header = incoming.headers["stripe-signature"]
        return stripe_sdk.WebhookSignature.verify_header(incoming.body.decode(), header, SECRET)
    return False


SECOND_OPINIONS = {
    "razorpay": _razorpay_says,
    "twilio": _twilio_says,
    "slack": _slack_says,
    "standard": _standard_says,
    "stripe": _stripe_says,
}


@pytest.mark.parametrize(
    "name", [name for name, sample in SAMPLES.items() if sample.scheme.kind in SECOND_OPINIONS]
)
def test_the_providers_own_library_is_of_the_same_opinion(name: str) -> None:
    sample = SAMPLES[name]
    says = SECOND_OPINIONS[sample.scheme.kind]
    assert says(sample.incoming) is True
    changed = replace(sample.incoming, body=sample.incoming.body.replace(b"e", b"f", 1))
    assert says(changed) is False
    with pytest.raises(InvalidInput):
        check(name, changed)


def test_a_form_that_is_no_text_is_refused() -> None:
    with pytest.raises(InvalidInput):
        check("slack command", request(b"\xff=1", FORM_TYPE))
