"""What browsers are told: our policy, or a stricter one of the answer; TLS where it is."""

import pytest
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from server.edge.security_headers import PAGE_POLICY, SecurityHeaders
from server.settings import Settings
from tests.server.edge.asgi import Inside, calling

#: docs and design: what Gradio's pages need, and nothing of other hosts.
DIRECTIVES = {
    "default-src": "'self'",
    "script-src": "'self' 'unsafe-inline' 'unsafe-eval'",
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data: blob:",
    "font-src": "'self' data:",
    "connect-src": "'self'",
    "worker-src": "'self' blob:",
    "object-src": "'none'",
    "base-uri": "'self'",
    "frame-ancestors": "'self'",
}


def test_the_policy_lets_nothing_in_from_elsewhere() -> None:
    pairs = (part.strip().partition(" ") for part in PAGE_POLICY.split(";"))
    assert {name: value for name, _, value in pairs} == DIRECTIVES


async def test_an_answer_keeps_what_it_says_itself() -> None:
    async def strict(scope: Scope, receive: Receive, send: Send) -> None:
        headers = {"Content-Security-Policy": "sandbox", "Referrer-Policy": "no-referrer"}
        await Response(headers=headers)(scope, receive, send)

    async with calling(SecurityHeaders(strict, is_https=False)) as client:
        answer = await client.get("/")
    assert answer.headers.get_list("content-security-policy") == ["sandbox"]
    assert answer.headers.get_list("referrer-policy") == ["no-referrer"]
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("public_url", "is_told"),
    [(None, False), ("http://chat.example.com", False), ("https://chat.example.com", True)],
)
async def test_who_comes_over_tls_stays_on_it(public_url: str | None, is_told: bool) -> None:
    is_https = Settings(public_url=public_url).is_https
    async with calling(SecurityHeaders(Inside(), is_https=is_https)) as client:
        answer = await client.get("/")
    assert ("strict-transport-security" in answer.headers) == is_told
