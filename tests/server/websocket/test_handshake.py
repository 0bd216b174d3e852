"""Who may open the WebSocket, and where its token is found."""

import pytest

from graphs.config_file import CorsRules
from server.browsers import Origins
from server.websocket.handshake import offered_token, origin_problem

PUBLIC = ("chat.example.com", "dev.example.com:3000")
ORIGINS = Origins(CorsRules(allow_origins=["https://studio.example"]))


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("127.0.0.1:8000", None),
        ("localhost:8000", "http://localhost:8000"),
        ("[::1]:8000", "http://[::1]:8000"),
        ("localhost", "http://localhost:80"),
        # A proxy that keeps the host, and one that does not.
        ("chat.example.com", "https://chat.example.com"),
        ("127.0.0.1:8000", "https://chat.example.com"),
        ("CHAT.example.com", "https://chat.EXAMPLE.com"),
        ("127.0.0.1:8000", "http://dev.example.com:3000"),
        # One that the langgraph.json allows.
        ("127.0.0.1:8000", "https://studio.example"),
    ],
)
def test_pages_of_this_very_host_may(host: str, origin: str | None) -> None:
    headers = {"host": host} | ({"origin": origin} if origin else {})
    assert origin_problem(headers, PUBLIC, ORIGINS) is None


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
    ],
)
def test_pages_of_others_may_not(host: str, origin: str | None) -> None:
    headers = {"host": host} | ({} if origin is None else {"origin": origin})
    problem = origin_problem(headers, PUBLIC, ORIGINS)
    assert problem is not None
    assert "GOLDENPATH_WS_HOSTS" in problem or "http.cors" in problem
    assert "evil" not in problem


@pytest.mark.parametrize(
    ("authorization", "subprotocols", "token"),
    [
        (None, [], None),
        ("Bearer abc", [], "abc"),
        ("bearer  abc ", [], "abc"),
        ("Bearer ", [], None),
        ("Basic abc", [], None),
        (None, ["goldenpath", "bearer.abc.def"], "abc.def"),
        (None, ["goldenpath"], None),
        ("Bearer abc", ["bearer.def"], "abc"),
    ],
)
def test_the_token_comes_in_one_of_two_headers(
    authorization: str | None, subprotocols: list[str], token: str | None
) -> None:
    headers = {"authorization": authorization} if authorization else {}
    assert offered_token(headers, subprotocols) == token
