"""Pages of other origins: which may call the API, and what their scripts may send and read.

Without a rule none may: any page that somebody opens could act for them.
"""

import re

from fastapi import FastAPI
from starlette.datastructures import MutableHeaders
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from graphs.config_file import CorsRules

#: What LangGraph's clients send, and what they must read to page and to resume a stream.
_SENT = (
    "authorization",
    "content-type",
    "last-event-id",
    "prefer",
    "x-api-key",
    "x-auth-scheme",
)
_READ = ("Content-Location", "Location", "X-Pagination-Next", "X-Pagination-Total")


class Origins:
    """Origins whose pages may call this service, besides its own."""

    def __init__(self, rules: CorsRules | None) -> None:
        rules = rules or CorsRules()
        self._origins = frozenset(rules.allow_origins)
        self._pattern = re.compile(rules.allow_origin_regex or r"(?!)")

    def allow(self, origin: str) -> bool:
        """Whether the rules name this origin."""
        if "*" in self._origins:
            return True
        return origin in self._origins or self._pattern.fullmatch(origin) is not None


def let_pages_in(app: FastAPI, rules: CorsRules | None) -> None:
    """Let pages of other origins call the API as far as the rules allow."""
    app.add_middleware(_PlainJson, origins=Origins(rules))
    if rules:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=rules.allow_origins,
            allow_origin_regex=rules.allow_origin_regex,
            allow_methods=rules.allow_methods,
            allow_headers=[*_SENT, *rules.allow_headers],
            allow_credentials=rules.allow_credentials,
            # A page on the internet may call a service on this machine, if it may call it at all.
            allow_private_network=True,
            expose_headers=[*_READ, *rules.expose_headers],
            max_age=rules.max_age,
        )


class _PlainJson:
    """Takes `text/plain` for JSON: so some clients send it, to save a question in advance.

    Not from a page that the rules do not allow. A browser does not ask before it sends plain text,
    so that page's request would be done before anybody refuses it.
    """

    def __init__(self, app: ASGIApp, origins: Origins) -> None:
        self._app = app
        self._origins = origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            headers = MutableHeaders(scope=scope)
            is_plain = headers.get("content-type", "").startswith("text/plain")
            origin = headers.get("origin")
            if is_plain and (origin is None or self._origins.allow(origin)):
                headers["content-type"] = "application/json"
        await self._app(scope, receive, send)
