"""The monitor of a workflow: a snapshot, then every event of every execution once."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from websockets.asyncio.client import connect

from tests.server.auth.world import open_site
from tests.server.websocket.live import Live, live_server
from tests.server.websocket.peers import Peer
from tests.server.workflows.gates import open_gate
from tests.server.workflows.world import Site
from tests.storage.workflow_rows import document


@pytest.fixture
async def live(site: Site) -> AsyncIterator[Live]:
    async with live_server(site.services) as opened:
        yield opened


@asynccontextmanager
async def monitored(
    live: Live, workflow_id: object, after: str = "", **options: Any
) -> AsyncIterator[Peer]:
    url = live.url.replace("http", "ws", 1)
    address = f"{url}/workflows/{workflow_id}/monitor?after={after}"
    async with connect(address, proxy=None, **options) as connection:
        yield Peer(connection)


def numbers(peer: Peer, thread_id: str) -> list[int]:
    return [event["seq"] for event in peer.events() if event["thread_id"] == thread_id]


async def test_what_was_is_shown_and_what_comes_is_followed(site: Site, live: Live) -> None:
    workflow_id = await site.live()
    ended = await site.execute(workflow_id)
    await site.until(ended["run_id"], "success")
    gate = str(uuid4())
    running = await site.execute(workflow_id, gate=gate)
    await site.until(running["run_id"], "running")
    async with monitored(live, workflow_id) as peer:
        snapshot = await peer.until(type="snapshot")
        assert snapshot["workflow"]["name"] == "Thanks"
        assert [each["run_id"] for each in snapshot["executions"]] == [
            running["run_id"],
            ended["run_id"],
        ]
        await peer.until(type="agent_started", run_id=running["run_id"])
        open_gate(gate)
        await peer.until_end(running["run_id"])
        later = await site.execute(workflow_id)
        told = await peer.until(type="execution")
        assert told["execution"]["run_id"] == later["run_id"]
        await peer.until_end(later["run_id"])
    for each in (running, later):
        log = await site.services.events.after(each["thread_id"], 0, 1000)
        assert numbers(peer, each["thread_id"]) == [event.seq for event in log]
    # What had ended before says nothing any more.
    assert numbers(peer, ended["thread_id"]) == []


async def test_one_comes_back_to_where_one_was(site: Site, live: Live) -> None:
    workflow_id = await site.live()
    started = await site.execute(workflow_id, ask=True)
    await site.until(started["run_id"], "waiting")
    thread_id = started["thread_id"]
    async with monitored(live, workflow_id) as peer:
        await peer.until(type="end", run_id=started["run_id"])
    seen = numbers(peer, thread_id)
    answer = await site.api.post(f"/runs/{started['run_id']}/resume", json={"value": "yes"})
    resumed = answer.json()["run_id"]
    await site.until(resumed, "success")
    async with monitored(live, workflow_id, f"{thread_id}:{seen[-1]}") as peer:
        await peer.until_end(resumed)
    log = await site.services.events.after(thread_id, 0, 1000)
    assert [*seen, *numbers(peer, thread_id)] == [event.seq for event in log]


async def test_an_unknown_one_is_not_watched(site: Site, live: Live) -> None:
    async with monitored(live, uuid4()) as peer:
        assert (await peer.closed())[0] == 4404
    async with monitored(live, await site.made(), "nonsense") as peer:
        assert (await peer.closed())[0] == 4400
    workflow_id = await site.made()
    async with monitored(live, workflow_id) as peer:
        await peer.until(type="snapshot")
        await site.api.delete(f"/workflows/{workflow_id}")
        # Rights are looked at again with any news; here by the next look.
        assert (await peer.closed())[0] == 4404


async def test_only_who_sees_it_watches_it(database_url: str, tmp_path: Path) -> None:
    async with open_site(database_url, tmp_path) as people:
        ann = await people.person("ann")
        bob = await people.member(ann, "member")
        body = {"name": "x", "blueprint": document()}
        made = (await people.api.post("/workflows", json=body, headers=ann.bearer)).json()
        workflow_id = made["workflow_id"]
        services = people.services
        async with live_server(services, services.auth.authenticate, ws_sign_in_s=0.2) as live:
            async with monitored(live, workflow_id) as peer:
                assert (await peer.closed())[0] == 4401
            async with monitored(live, workflow_id, additional_headers=bob.bearer) as peer:
                assert (await peer.closed())[0] == 4404
            share = {"member": bob.user_id, "rights": "viewer"}
            url = f"/workflows/{workflow_id}/share"
            await people.api.post(url, json=share, headers=ann.bearer)
            async with monitored(live, workflow_id, additional_headers=bob.bearer) as peer:
                assert (await peer.until(type="snapshot"))["executions"] == []
                assert json.loads(peer.texts[0])["type"] == "connection_ready"
