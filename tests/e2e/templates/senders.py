"""What providers send to the shop, signed as they sign."""

import base64
import hashlib
import hmac
import time
from typing import Any
from urllib.parse import urlencode

from tests.e2e.templates.shop import SECRET, Shop, json_bytes
from tools.triggers.razorpay import body_of
from tools.triggers.slack import COMMAND
from tools.triggers.whatsapp import MESSAGE

_JSON = {"Content-Type": "application/json"}
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def _hex(text: bytes) -> str:
    return hmac.new(SECRET.encode(), text, hashlib.sha256).hexdigest()


async def razorpay(shop: Shop, event: str, **payment: Any) -> None:
    """Razorpay tells of a payment."""
    body = json_bytes(body_of(event, **payment))
    headers = {**_JSON, "X-Razorpay-Signature": _hex(body)}
    await shop.deliver(await shop.hook("razorpay"), body, headers)


async def webhook(shop: Shop, body: Any) -> None:
    """A form of one's own sends what was filled in."""
    content = json_bytes(body)
    headers = {**_JSON, "X-Signature": _hex(content)}
    await shop.deliver(await shop.hook("webhook"), content, headers)


async def stripe(shop: Shop, body: Any) -> None:
    """Stripe tells of an event."""
    content, at = json_bytes(body), str(int(time.time()))
    signature = _hex(f"{at}.".encode() + content)
    headers = {**_JSON, "Stripe-Signature": f"t={at},v1={signature}"}
    await shop.deliver(await shop.hook("webhook", "stripe"), content, headers)


async def slack_command(shop: Shop, **fields: str) -> None:
    """Somebody enters a command in Slack."""
    content, at = urlencode({**COMMAND, **fields}).encode(), str(int(time.time()))
    signature = f"v0={_hex(f'v0:{at}:'.encode() + content)}"
    headers = {**_FORM, "X-Slack-Signature": signature, "X-Slack-Request-Timestamp": at}
    await shop.deliver(await shop.hook("slack"), content, headers)


async def whatsapp(shop: Shop, **fields: str) -> None:
    """Somebody writes on WhatsApp: Twilio signs the public address with all fields."""
    url, form = await shop.hook("whatsapp"), {**MESSAGE, **fields}
    text = url + "".join(name + form[name] for name in sorted(form))
    digest = hmac.new(SECRET.encode(), text.encode(), hashlib.sha1).digest()
    headers = {**_FORM, "X-Twilio-Signature": base64.b64encode(digest).decode()}
    await shop.deliver(url, urlencode(form).encode(), headers)
