"""Whose request it is: a proxy's word counts only if it is one of ours."""

import pytest

from server.edge.client_addresses import (
    ClientAddresses,
    client_address,
    neighbourhood,
    networks,
)
from tests.server.edge.asgi import Inside, calling

PROXIES = networks(["10.0.0.0/8", "2001:db8:1::/48"])


@pytest.mark.parametrize(
    ("peer", "headers", "client"),
    [
        # Nobody's word but a proxy's.
        ("203.0.113.9", {"x-forwarded-for": "198.51.100.1"}, "203.0.113.9"),
        ("10.0.0.1", {}, "10.0.0.1"),
        ("10.0.0.1", {"x-forwarded-for": "198.51.100.1"}, "198.51.100.1"),
        # What the client wrote itself stands further left.
        ("10.0.0.1", {"x-forwarded-for": "192.0.2.1, 198.51.100.1"}, "198.51.100.1"),
        ("10.0.0.1", {"x-forwarded-for": "192.0.2.1, 198.51.100.1, 10.0.0.2"}, "198.51.100.1"),
        ("10.0.0.1", {"x-forwarded-for": "10.0.0.3, 10.0.0.2"}, "10.0.0.3"),
        # What cannot be read ends what is believed.
        ("10.0.0.1", {"x-forwarded-for": "198.51.100.1, somewhere"}, "10.0.0.1"),
        ("10.0.0.1", {"x-forwarded-for": "198.51.100.1, somewhere, 10.0.0.2"}, "10.0.0.2"),
        ("10.0.0.1", {"x-forwarded-for": ""}, "10.0.0.1"),
        # Ports and IPv6 as proxies write them.
        ("10.0.0.1", {"x-forwarded-for": "198.51.100.1:4711"}, "198.51.100.1"),
        ("10.0.0.1", {"x-forwarded-for": "[2001:db8::7]:4711"}, "2001:db8::7"),
        ("2001:db8:1::1", {"x-forwarded-for": "2001:db8::7"}, "2001:db8::7"),
        ("::ffff:10.0.0.1", {"x-forwarded-for": "::ffff:198.51.100.1"}, "198.51.100.1"),
        # The standard's header.
        ("10.0.0.1", {"forwarded": "for=192.0.2.1, For=198.51.100.1;proto=https"}, "198.51.100.1"),
        ("10.0.0.1", {"forwarded": 'proto=https;for="[2001:db8::7]:4711"'}, "2001:db8::7"),
        ("10.0.0.1", {"forwarded": "for=_hidden"}, "10.0.0.1"),
        ("10.0.0.1", {"forwarded": "by=198.51.100.1"}, "10.0.0.1"),
        # Only one of them is the proxy's.
        (
            "10.0.0.1",
            {"forwarded": "for=192.0.2.1", "x-forwarded-for": "198.51.100.1"},
            "10.0.0.1",
        ),
    ],
)
def test_the_rightmost_hop_that_is_no_proxy_counts(
    peer: str, headers: dict[str, str], client: str
) -> None:
    raw = {name.encode(): value.encode() for name, value in headers.items()}
    assert client_address(peer, raw, PROXIES) == client


async def test_what_stands_behind_sees_the_client() -> None:
    inside = Inside()
    async with calling(ClientAddresses(inside, PROXIES), peer="10.0.0.1") as client:
        lines = [("x-forwarded-for", "192.0.2.1"), ("x-forwarded-for", "198.51.100.1")]
        await client.get("/", headers=lines)
        await client.get("/")
    assert [scope["client"] for scope in inside.scopes] == [("198.51.100.1", 0), ("10.0.0.1", 5000)]


@pytest.mark.parametrize(
    ("address", "limited_as"),
    [
        ("198.51.100.1", "198.51.100.1"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("testclient", "testclient"),
    ],
)
def test_ipv6_is_limited_by_network(address: str, limited_as: str) -> None:
    assert neighbourhood(address) == limited_as
