"""Who may connect: the page's host, then the token by header, subprotocol or first message."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from websockets.exceptions import InvalidStatus

from domain.errors import NotSignedIn
from domain.identity import UserContext
from server.edge.quotas import Quotas
from server.services import Services
from storage.threads import ThreadSearch
from tests.server.websocket.live import Live, live_server
from tests.server.websocket.peers import joined, opened

TOKENS = {"ann's": UserContext("ann", "acme"), "bob's": UserContext("bob", "acme")}


async def by_token(token: str | None) -> UserContext:
    """Accounts, as they will be: who has no valid token is nobody."""
    if token not in TOKENS:
        raise NotSignedIn
    return TOKENS[token]


@pytest.fixture(scope="module")
async def live(shared_services: Services) -> AsyncIterator[Live]:
    async with live_server(shared_services, by_token) as server:
        yield server


@pytest.mark.parametrize(
    "options",
    [
        {"additional_headers": {"Authorization": "Bearer ann's"}},
        {"subprotocols": ["goldenpath", "bearer.ann's"]},
    ],
)
async def test_a_token_in_a_header_signs_in(live: Live, options: dict[str, Any]) -> None:
    async with opened(live.url, **options) as peer:
        ready = await peer.next()
        assert (ready["type"], ready["user_id"]) == ("connection_ready", "ann")
        # The token is never sent back.
        expected = "goldenpath" if "subprotocols" in options else None
        assert peer.connection.subprotocol == expected


async def test_a_token_in_the_first_message_signs_in(live: Live) -> None:
    async with opened(live.url) as peer:
        await peer.send("sign_in", token="bob's")
        assert (await peer.next())["user_id"] == "bob"
        # Again with the own token is harmless, with another's it is refused.
        assert (await peer.ask("sign_in", token="bob's"))["user_id"] == "bob"
        assert (await peer.ask("sign_in", token="ann's"))["code"] == "user_mismatch"
        assert (await peer.ask("sign_in", token="no"))["code"] == "not_signed_in"


async def test_a_first_message_in_json_rpc_signs_in(live: Live) -> None:
    async with opened(live.url) as peer:
        call = {"jsonrpc": "2.0", "id": 1, "method": "sign_in", "params": {"token": "ann's"}}
        await peer.send_json(call)
        assert (await peer.next())["type"] == "connection_ready"


@pytest.mark.parametrize(
    "options",
    [
        {"additional_headers": {"Authorization": "Bearer wrong"}},
        {"subprotocols": ["goldenpath", "bearer.wrong"]},
    ],
)
async def test_a_wrong_token_closes_with_4401(live: Live, options: dict[str, Any]) -> None:
    async with opened(live.url, **options) as peer:
        code, reason = await peer.closed()
        assert (code, peer.got) == (4401, [])
        assert reason.endswith(".")


@pytest.mark.parametrize(
    "first",
    [
        {"type": "sign_in", "token": "wrong"},
        {"type": "sign_in", "token": "ann's", "user_id": "bob"},
        {"type": "sign_in"},
        {"type": "ping"},
        {"type": "user_message", "text": "Hello"},
        [],
        b"ann's",
    ],
)
async def test_nothing_is_done_before_the_sign_in(live: Live, first: Any) -> None:
    before = await threads_of_ann(live)
    async with opened(live.url) as peer:
        await peer.connection.send(first if isinstance(first, bytes) else json.dumps(first))
        # What comes right behind is not done either.
        await peer.send("start_agent", agent="supervisor")
        code, _ = await peer.closed()
        assert (code, peer.got) == (4401, [])
    assert await threads_of_ann(live) == before


async def test_who_says_nothing_is_not_waited_for(shared_services: Services) -> None:
    async with (
        live_server(shared_services, by_token, ws_sign_in_s=0.1) as live,
        opened(live.url) as peer,
    ):
        code, _ = await peer.closed()
        assert (code, peer.got) == (4401, [])


async def threads_of_ann(live: Live) -> int:
    _, total = await live.services.threads.search(TOKENS["ann's"], ThreadSearch())
    return total


async def test_users_see_their_own_only(live: Live) -> None:
    headers = {"Authorization": "Bearer ann's"}
    async with joined(live.url, additional_headers=headers) as ann:
        started = await ann.ask("user_message", text="Hello")
        await ann.until_end(started["run_id"])
        async with joined(live.url, subprotocols=["goldenpath", "bearer.bob's"]) as bob:
            thread_id, run_id = started["thread_id"], started["run_id"]
            for message in (
                {"kind": "subscribe", "thread_id": thread_id},
                {"kind": "subscribe", "thread_id": thread_id, "after": 0},
                {"kind": "user_message", "thread_id": thread_id, "text": "Hi"},
                {"kind": "cancel", "run_id": run_id},
                {"kind": "resume", "run_id": run_id, "value": 1},
            ):
                assert (await bob.ask(**message))["code"] == "not_found"
            assert bob.events() == []
            named = await bob.ask("ping", user_id="ann")
            assert named["code"] == "user_mismatch"


async def test_the_same_authenticator_guards_the_http_api(live: Live) -> None:
    async with httpx.AsyncClient(base_url=live.url) as client:
        refused = await client.get("/threads")
        assert (refused.status_code, "Sign in" in refused.json()["detail"]) == (401, True)
        assert refused.headers["www-authenticate"] == "Bearer"
        headers = {"Authorization": "Bearer ann's"}
        assert (await client.get("/threads", headers=headers)).status_code == 200


async def test_in_local_mode_any_token_and_none_is_local(shared_services: Services) -> None:
    async with live_server(shared_services) as live:
        for options in (
            {},
            {"additional_headers": {"Authorization": "Bearer whatever"}},
            {"subprotocols": ["goldenpath", "bearer.whatever"]},
        ):
            async with opened(live.url, **options) as peer:
                assert (await peer.next())["user_id"] == "local"


async def test_pages_of_other_hosts_are_refused(
    shared_services: Services,
) -> None:
    async with live_server(shared_services, hosts="chat.example.com, other") as live:
        own = live.url
        for origin in (own, "https://chat.example.com", None):
            async with opened(live.url, origin=origin) as peer:
                assert (await peer.next())["type"] == "connection_ready"
        with pytest.raises(InvalidStatus) as caught:
            async with opened(live.url, origin="https://evil.example"):
                pass
        response = caught.value.response
        assert response.status_code == 403
        assert "http.cors" in json.loads(response.body or b"")["detail"]
        assert live.websockets.count == 0


async def test_runs_over_it_are_counted_as_over_http(shared_services: Services) -> None:
    settings = shared_services.settings.model_copy(update={"auth": "jwt", "runs_per_min": 2})
    limited = replace(shared_services, quotas=Quotas(shared_services.database, settings))
    async with live_server(limited) as live, opened(live.url) as peer:
        await peer.next()
        answers = [await peer.ask("user_message", text="Hello") for _ in range(3)]
    assert [answer["type"] for answer in answers] == ["ack", "ack", "error"]
    assert (answers[2]["code"], "new runs" in answers[2]["message"]) == ("rate_limited", True)
