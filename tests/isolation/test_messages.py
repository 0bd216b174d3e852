"""Every message of the WebSocket, sent with another's ids."""

import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from pydantic import TypeAdapter

from server.websocket.messages import TYPES, Message
from tests.isolation.operations import example
from tests.isolation.world import World
from tests.server.auth.world import Person
from tests.server.websocket.live import live_server
from tests.server.websocket.peers import Peer, opened

#: Messages that name something of somebody's.
NAMING = {"user_message", "start_agent", "resume", "cancel", "subscribe", "unsubscribe"}


@pytest.fixture
async def url(world: World) -> AsyncIterator[str]:
    services = world.site.services
    async with live_server(services, services.auth.authenticate) as live:
        yield live.url


def messages(world: World) -> Iterator[dict[str, Any]]:
    """One of each type, with her ids; as whoever sends it."""
    document = TypeAdapter(Message).json_schema()
    ids = {name: value for name, value in world.ids.items() if name != "user_id"}
    for schema in document["$defs"].values():
        kind = schema.get("properties", {}).get("type", {}).get("const")
        if kind:
            extra = {"value": "yes"} if kind == "resume" else {}
            agent = {"agent": ids["assistant_id"]} if kind == "start_agent" else {}
            yield {**example(document, schema, ids), **extra, **agent, "type": kind}


async def answers(world: World, url: str, person: Person, *, as_rpc: bool) -> dict[str, Any]:
    """What came of each message, by its type, and all that was sent besides."""
    found: dict[str, Any] = {}
    async with opened(url, additional_headers=person.bearer) as peer:
        await peer.until(type="connection_ready")
        for message in messages(world):
            kind = message["type"]
            if as_rpc:
                params = {name: value for name, value in message.items() if name != "type"}
                request = {"jsonrpc": "2.0", "id": kind, "method": kind, "params": params}
            else:
                request = {**message, "id": kind}
            await peer.send_json(request)
            found[kind] = await peer.until(id=kind)
        await peer.ask("ping")
        check_traces(world, peer)
    return found


def check_traces(world: World, peer: Peer) -> None:
    """Nothing that came shows anything of hers, but for the ids that were sent."""
    sent = " ".join(world.ids.values())
    traces = [text for text in peer.texts if world.trace_of_alice(text, sent)]
    assert traces == []


@pytest.mark.parametrize("as_rpc", [False, True])
@pytest.mark.parametrize("who", ["bob", "carol"])
async def test_nobody_reaches_anothers_things(
    world: World, url: str, who: str, as_rpc: bool
) -> None:
    before = await world.state_of_alice()
    found = await answers(world, url, getattr(world, who), as_rpc=as_rpc)
    assert set(found) == set(TYPES)
    done = {
        kind: json.dumps(found[kind])
        for kind in NAMING - {"unsubscribe"}
        if "error" not in (found[kind].get("type"), *found[kind])
    }
    assert done == {}
    assert await world.state_of_alice() == before


async def test_her_own_messages_reach_them(world: World, url: str) -> None:
    """What refuses the others is whose things they are, not what is wrong with the messages."""
    async with opened(url, additional_headers=world.alice.bearer) as peer:
        await peer.until(type="connection_ready")
        told = await peer.ask("subscribe", thread_id=world.ids["thread_id"], after=0)
        assert told["type"] != "error", told
        await peer.until(type="end", run_id=world.ids["run_id"])
