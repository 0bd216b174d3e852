"""Streams that stay open end with the sign-in that opened them."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.server.auth.world import Person, Site, open_site
from tests.server.websocket.live import Live, live_server


@pytest.fixture(scope="module")
async def site(
    module_database: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    async with open_site(module_database, folder, ws_ping_s=0.2, heartbeat_s=0.1) as opened:
        yield opened


@pytest.fixture(scope="module")
async def live(site: Site) -> AsyncIterator[Live]:
    async with live_server(site.services, site.services.auth.authenticate) as server:
        yield server


async def stream_of(site: Site, person: Person) -> str:
    thread = await site.api.post("/threads", json={}, headers=person.bearer)
    return f"/threads/{thread.json()['thread_id']}/events"


async def test_a_stream_breaks_off_when_its_sign_in_ends(site: Site, live: Live) -> None:
    ann = await site.person()
    path = await stream_of(site, ann)
    async with (
        asyncio.timeout(20),
        httpx.AsyncClient(base_url=live.url) as client,
        client.stream("GET", path, headers=ann.bearer) as stream,
    ):
        lines = stream.aiter_lines()
        assert (await anext(lines)).startswith(":")
        await site.api.post("/auth/revoke", json={"refresh_token": ann.refresh})
        with pytest.raises(httpx.RemoteProtocolError):
            async for _ in lines:
                pass
        again = await client.get(path, headers=ann.bearer)
        assert again.status_code == 401


async def test_a_stream_stays_open_while_its_sign_in_is_good(site: Site, live: Live) -> None:
    ann, bob = await site.person(), await site.person("bob")
    path = await stream_of(site, ann)
    async with (
        asyncio.timeout(20),
        httpx.AsyncClient(base_url=live.url) as client,
        client.stream("GET", path, headers=ann.bearer) as stream,
    ):
        # Somebody else's ends.
        await site.api.post("/auth/revoke", json={"refresh_token": bob.refresh})
        heartbeats = 0
        async for line in stream.aiter_lines():
            heartbeats += line.startswith(":")
            # Some looks later.
            if heartbeats == 10:
                break
        assert heartbeats == 10
