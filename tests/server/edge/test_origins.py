"""Which hosts are ours, and which pages may change anything or open the WebSocket."""

import httpx
import pytest

from graphs.config_file import CorsRules
from server.browsers import Origins
from server.edge.hosts import HostCheck, KnownHosts
from server.edge.origins import OriginCheck
from tests.server.edge.asgi import Inside, calling, opening

HOSTS = KnownHosts(("chat.example.com", "dev.example.com:3000"))
ORIGINS = Origins(CorsRules(allow_origins=["https://studio.example"]))


def guarded() -> HostCheck:
    return HostCheck(OriginCheck(Inside(), HOSTS, ORIGINS), HOSTS)


def headers_of(host: str, origin: str | None) -> dict[str, str]:
    return {"host": host} | ({} if origin is None else {"origin": origin})


async def outcomes(host: str, origin: str | None) -> tuple[httpx.Response, str]:
    """What a form and a WebSocket of this page come to."""
    headers = headers_of(host, origin)
    async with calling(guarded()) as client:
        posted = await client.post("/threads", headers=headers)
    [first, *_] = await opening(guarded(), headers)
    return posted, first["type"]


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("127.0.0.1:8000", None),
        ("localhost:8000", "http://localhost:8000"),
        ("[::1]:8000", "http://[::1]:8000"),
        ("localhost", "http://localhost:80"),
        # An address is no name that somebody made point here.
        ("192.168.1.5:8000", "http://192.168.1.5:8000"),
        # A proxy that keeps the host, and one that does not.
        ("chat.example.com", "https://chat.example.com"),
        ("127.0.0.1:8000", "https://chat.example.com"),
        ("CHAT.example.com", "https://chat.EXAMPLE.com"),
        ("127.0.0.1:8000", "http://dev.example.com:3000"),
        # One that the langgraph.json allows.
        ("127.0.0.1:8000", "https://studio.example"),
    ],
)
async def test_pages_of_this_very_host_may(host: str, origin: str | None) -> None:
    posted, opened = await outcomes(host, origin)
    assert (posted.status_code, opened) == (200, "websocket.accept")


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("127.0.0.1:8000", "https://evil.example"),
        ("127.0.0.1:8000", "null"),
        ("127.0.0.1:8000", "http://studio.example"),
        ("evil.example", "https://studio.example"),
        ("127.0.0.1:8000", ""),
        ("127.0.0.1:8000", "http://[broken"),
        ("127.0.0.1:8000", "http://127.0.0.1:99999999"),
        # Another service of the same machine, and another name for it.
        ("localhost:8000", "http://localhost:3000"),
        ("127.0.0.1:8000", "http://localhost:8000"),
        ("127.0.0.1:8000", "http://dev.example.com:4000"),
        # A name of theirs that points to this machine is the same host as their page.
        ("evil.example:8000", "http://evil.example:8000"),
        ("evil.example:8000", None),
        ("", None),
        ("localhost.evil.example", None),
        ("127.0.0.1.evil.example", None),
        ("localhost@evil.example", None),
        ("localhost/evil", None),
    ],
)
async def test_pages_of_others_may_not(host: str, origin: str | None) -> None:
    posted, opened = await outcomes(host, origin)
    assert (posted.status_code, opened) == (403, "websocket.http.response.start")
    problem = posted.json()["detail"]
    assert "GOLDENPATH_HOSTS" in problem or "http.cors" in problem
    assert "evil" not in problem


async def test_reading_needs_no_origin_of_ours_but_a_host() -> None:
    foreign = {"origin": "https://evil.example"}
    async with calling(guarded()) as client:
        assert (await client.get("/threads", headers=foreign)).status_code == 200
        rebound = await client.get("/threads", headers={"host": "evil.example"})
    assert rebound.status_code == 403


async def test_a_second_host_or_origin_hides_behind_none() -> None:
    async with calling(guarded()) as client:
        for name, value in (("host", "evil.example"), ("origin", "https://evil.example")):
            own = "localhost" if name == "host" else "http://localhost"
            for pair in ([own, value], [value, own]):
                headers = [(name, text) for text in pair]
                posted = await client.post("/threads", headers=headers)
                assert posted.status_code == 403
