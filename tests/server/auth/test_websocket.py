"""The WebSocket in mode `accounts`: the cookie of own pages, keys, roles, and sign-ins that end."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from tests.server.auth.world import Site, open_site
from tests.server.websocket.live import Live, live_server
from tests.server.websocket.peers import opened


@pytest.fixture(scope="module")
async def site(
    module_database: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Site]:
    folder: Path = tmp_path_factory.mktemp("site")
    async with open_site(module_database, folder, ws_ping_s=0.2, ws_sign_in_s=0.5) as opened:
        yield opened


@pytest.fixture(scope="module")
async def live(site: Site) -> AsyncIterator[Live]:
    async with live_server(site.services, site.services.auth.authenticate) as server:
        yield server


async def cookie_of(site: Site, person: Any) -> str:
    browser = await site.signed_in_browser(person)
    return f"goldenpath_session={browser.cookies['goldenpath_session']}"


async def test_an_own_page_is_signed_in_by_its_cookie(site: Site, live: Live) -> None:
    ann = await site.person()
    headers = {"Cookie": await cookie_of(site, ann)}
    async with opened(live.url, origin=live.url, additional_headers=headers) as peer:
        assert (await peer.next())["user_id"] == ann.user_id


async def test_a_cookie_without_a_page_signs_nobody_in(site: Site, live: Live) -> None:
    headers = {"Cookie": await cookie_of(site, await site.person())}
    async with opened(live.url, additional_headers=headers) as peer:
        assert (await peer.closed())[0] == 4401


async def test_another_ports_page_does_not_get_in(site: Site, live: Live) -> None:
    headers = {"Cookie": await cookie_of(site, await site.person())}
    with pytest.raises(InvalidStatus):
        async with opened(
            live.url, origin="http://127.0.0.1:1", additional_headers=headers
        ) as peer:
            await peer.next()


async def test_keys_and_access_tokens_sign_in(site: Site, live: Live) -> None:
    ann = await site.person()
    key = await site.key(ann)
    for headers in ({"X-Api-Key": key}, {"Authorization": f"Bearer {key}"}, ann.bearer):
        async with opened(live.url, additional_headers=headers) as peer:
            assert (await peer.next())["user_id"] == ann.user_id


async def test_a_cookies_token_is_none_elsewhere(site: Site, live: Live) -> None:
    token = (await cookie_of(site, await site.person())).partition("=")[2]
    for options in (
        {"additional_headers": {"Authorization": f"Bearer {token}"}},
        {"subprotocols": ["goldenpath", f"bearer.{token}"]},
    ):
        async with opened(live.url, **options) as peer:
            assert (await peer.closed())[0] == 4401
    async with opened(live.url) as peer:
        await peer.send("sign_in", token=token)
        assert (await peer.closed())[0] == 4401


async def test_a_viewer_follows_and_starts_nothing(site: Site, live: Live) -> None:
    ann = await site.person()
    bob = await site.member(ann, "member")
    thread = await site.api.post("/threads", json={}, headers=bob.bearer)
    thread_id = thread.json()["thread_id"]
    body = {"role": "viewer"}
    await site.api.patch(f"/members/{bob.user_id}", json=body, headers=ann.bearer)
    async with opened(live.url, additional_headers=bob.bearer) as peer:
        await peer.next()
        assert (await peer.ask("subscribe", thread_id=thread_id, after=0))["type"] != "error"
        for kind, fields in (
            ("user_message", {"text": "Hello"}),
            ("start_agent", {"agent": "supervisor"}),
            ("cancel", {"run_id": thread_id}),
            ("resume", {"run_id": thread_id, "value": 1}),
        ):
            assert (await peer.ask(kind, **fields))["code"] == "not_allowed"


async def test_an_open_connection_ends_with_its_sign_in(site: Site, live: Live) -> None:
    ann = await site.person()
    async with opened(live.url, additional_headers=ann.bearer) as peer:
        await peer.next()
        await site.api.post("/auth/revoke", json={"refresh_token": ann.refresh})
        assert (await peer.closed())[0] == 4401


async def test_a_role_changes_on_an_open_connection(site: Site, live: Live) -> None:
    ann = await site.person()
    bob = await site.member(ann, "viewer")
    async with opened(live.url, additional_headers=bob.bearer) as peer:
        await peer.next()
        body = {"role": "member"}
        await site.api.patch(f"/members/{bob.user_id}", json=body, headers=ann.bearer)
        async with asyncio.timeout(20):
            while "run_id" not in await peer.ask("user_message", text="Hello"):
                pass


async def test_a_connection_goes_on_with_the_next_token(site: Site, live: Live) -> None:
    ann = await site.person()
    async with opened(live.url, additional_headers=ann.bearer) as peer:
        await peer.next()
        response = await site.api.post("/auth/refresh", json={"refresh_token": ann.refresh})
        token = response.json()["access_token"]
        assert (await peer.ask("sign_in", token=token))["user_id"] == ann.user_id
