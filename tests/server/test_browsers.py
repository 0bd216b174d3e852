"""Pages of other origins call the API only where the graph list allows it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Response
from pydantic import BaseModel

from graphs.config_file import CorsRules
from server.browsers import let_pages_in

ALLOWED = "https://chat.example.com"
BY_PATTERN = "https://pr-7.example.org"
STRANGER = "https://evil.example.net"
RULES = CorsRules(
    allow_origins=[ALLOWED],
    allow_origin_regex=r"https://pr-\d+\.example\.org",
    allow_headers=["x-mine"],
    expose_headers=["X-Theirs"],
)


class Body(BaseModel):
    text: str


@asynccontextmanager
async def calling(rules: CorsRules | None) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    let_pages_in(app, rules)

    @app.post("/said")
    async def said(body: Body, response: Response) -> str:
        response.headers["Content-Location"] = "/here"
        return body.text

    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://api") as client:
        yield client


def listed(response: httpx.Response, header: str) -> set[str]:
    return {name.strip().lower() for name in response.headers[header].split(",")}


def asking(origin: str, **more: str) -> dict[str, str]:
    return {"origin": origin, "access-control-request-method": "POST", **more}


@pytest.mark.parametrize("origin", [ALLOWED, BY_PATTERN])
async def test_an_allowed_page_may_send_and_read_what_clients_need(origin: str) -> None:
    async with calling(RULES) as client:
        wanted = "x-api-key,last-event-id,prefer,x-mine"
        asked = await client.options(
            "/said",
            headers=asking(
                origin,
                **{
                    "access-control-request-headers": wanted,
                    "access-control-request-private-network": "true",
                },
            ),
        )
        assert (asked.status_code, asked.headers["access-control-allow-origin"]) == (200, origin)
        assert asked.headers["access-control-allow-private-network"] == "true"
        assert {"x-api-key", "x-auth-scheme", "last-event-id", "prefer", "authorization"} <= listed(
            asked, "access-control-allow-headers"
        )
        said = await client.post("/said", json={"text": "hi"}, headers={"origin": origin})
        assert said.headers["access-control-allow-origin"] == origin
        assert listed(said, "access-control-expose-headers") == {
            "content-location",
            "location",
            "x-pagination-next",
            "x-pagination-total",
            "x-theirs",
        }


@pytest.mark.parametrize("rules", [None, RULES])
async def test_any_other_page_may_not(rules: CorsRules | None) -> None:
    async with calling(rules) as client:
        asked = await client.options("/said", headers=asking(STRANGER))
        assert asked.is_client_error
        assert "access-control-allow-origin" not in asked.headers


@pytest.mark.parametrize(
    ("rules", "origin", "status"),
    [
        (None, None, 200),
        (None, STRANGER, 422),
        (RULES, None, 200),
        (RULES, ALLOWED, 200),
        (RULES, BY_PATTERN, 200),
        (RULES, BY_PATTERN + ".example.net", 422),
        (RULES, STRANGER, 422),
        (CorsRules(allow_origins=["*"]), STRANGER, 200),
    ],
)
async def test_plain_text_is_json_unless_a_page_sends_it_unasked(
    rules: CorsRules | None, origin: str | None, status: int
) -> None:
    headers: Any = {"content-type": "text/plain;charset=UTF-8"}
    async with calling(rules) as client:
        said = await client.post(
            "/said",
            content=b'{"text": "hi"}',
            headers=headers if origin is None else {**headers, "origin": origin},
        )
        assert said.status_code == status
        assert (said.status_code == 200) == (said.content == b'"hi"')
