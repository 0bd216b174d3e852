"""Where the token of a WebSocket is found."""

import pytest

from server.websocket.handshake import offered_token


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
