"""Only public addresses are called, however one that is not is written."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.egress import (
    Allowed,
    EgressPolicy,
    EgressRules,
    literal_address,
    parse_allowed,
    special_reason,
)

NOT_PUBLIC = [
    *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
    *("172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15"),
    *("198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4", "168.63.129.16/32"),
    *("::/128", "::1/128", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16"),
    *("2001::/32", "2001:db8::/32", "3fff::/20", "fc00::/7", "fe80::/10", "fec0::/10"),
    *("ff00::/8", "100::/64", "5f00::/16", "4000::/3", "fd00:ec2::254/128"),
]
PUBLIC = [
    *("1.1.1.1", "8.8.8.8", "93.184.216.34", "172.32.0.1", "100.128.0.1", "223.255.255.254"),
    *("2606:4700:4700::1111", "2a00:1450:4001:80b::200e", "2400:cb00:2048:1::c629:d7a2"),
]


def in_network(text: str) -> st.SearchStrategy[IPv4Address | IPv6Address]:
    network = ip_network(text)
    first = int(network.network_address)
    kind = IPv4Address if network.version == 4 else IPv6Address
    return st.integers(first, first + network.num_addresses - 1).map(kind)


not_public = st.sampled_from(NOT_PUBLIC).flatmap(in_network)
ports = st.integers(1, 65535)


@given(not_public, ports)
def test_no_special_address_is_called(address: IPv4Address | IPv6Address, port: int) -> None:
    assert special_reason(address)
    assert EgressRules().refusal("any.example", address, port) == special_reason(address)


@pytest.mark.parametrize("text", PUBLIC)
def test_public_addresses_are(text: str) -> None:
    assert EgressRules().refusal("any.example", ip_address(text), 443) is None


@given(st.integers(0, 2**32 - 1).map(IPv4Address))
def test_whatever_python_calls_private_is_refused_too(address: IPv4Address) -> None:
    if not address.is_global or address.is_multicast:
        assert special_reason(address)


@given(st.integers(0, 2**32 - 1).map(IPv4Address), st.sampled_from(["::ffff:", "64:ff9b::", "::"]))
def test_no_ipv4_address_passes_inside_ipv6(address: IPv4Address, prefix: str) -> None:
    assert special_reason(IPv6Address(f"{prefix}{address}"))
    six_to_four = IPv6Address((0x2002 << 112) | (int(address) << 80))
    assert special_reason(six_to_four)


def test_an_address_of_an_interface_is_refused_though_its_network_is_public() -> None:
    assert special_reason(IPv6Address("2606:4700::1%eth0"))


def octal(address: IPv4Address) -> str:
    return ".".join(f"0{part:o}" for part in address.packed)


def hexadecimal(address: IPv4Address) -> str:
    return ".".join(f"0x{part:x}" for part in address.packed)


def short(address: IPv4Address) -> str:
    return f"{address.packed[0]}.{int(address) & 0xFFFFFF}"


DISGUISES = [
    lambda address: str(int(address)),
    lambda address: hex(int(address)),
    lambda address: f"0{int(address):o}",
    octal,
    hexadecimal,
    short,
    lambda address: f"{address}.",
    lambda address: f"{address.packed[0]}.{address.packed[1]}.{int(address) & 0xFFFF}",
]


@given(st.integers(0, 2**32 - 1).map(IPv4Address), st.sampled_from(DISGUISES))
def test_an_address_in_disguise_is_neither_name_nor_address(address, disguise) -> None:
    text = disguise(address)
    if text == str(address):
        return
    with pytest.raises(ValueError, match="no name and no address"):
        literal_address(text)


@given(st.ip_addresses())
def test_an_address_in_its_usual_form_is_itself(address) -> None:
    assert literal_address(str(address)) == address
    assert literal_address(f"[{address}]") == address


@pytest.mark.parametrize("name", ["example.com", "a.b.c.", "xn--bcher-kva.example", "1e100.net"])
def test_a_name_is_no_address(name: str) -> None:
    assert literal_address(name) is None


@pytest.mark.parametrize("text", ["::1::", "1:2", "::ffff:127.0.0.1.2", "[::1]x", "fe80::1%"])
def test_half_an_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no name"):
        literal_address(text)


@pytest.mark.parametrize(
    ("entry", "place", "port"),
    [
        ("10.0.0.0/8", IPv4Network("10.0.0.0/8"), None),
        ("10.0.0.5", IPv4Network("10.0.0.5/32"), None),
        ("10.0.0.5:8080", IPv4Network("10.0.0.5/32"), 8080),
        ("fd00::/8", IPv6Network("fd00::/8"), None),
        ("::1", IPv6Network("::1/128"), None),
        ("[::1]", IPv6Network("::1/128"), None),
        ("[::1]:443", IPv6Network("::1/128"), 443),
        ("Intranet.Example.", "intranet.example", None),
        ("ollama:11434", "ollama", 11434),
        ("bücher.example:80", "xn--bcher-kva.example", 80),
    ],
)
def test_entries_of_the_allow_list(entry: str, place: object, port: int | None) -> None:
    assert parse_allowed(entry) == (Allowed(place, port),)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    "entry",
    [
        "10.0.0.1/8",
        "*.example.com",
        "host:0",
        "host:99999",
        "host:x",
        "http://host",
        "a b",
        "127.1",
    ],
)
def test_an_entry_that_is_none_of_these_is_named(entry: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        parse_allowed(f"fine.example, {entry}")
    assert str(caught.value).startswith(entry)


@given(not_public.filter(lambda address: special_reason(address) != METADATA), ports)
def test_what_is_listed_is_let_through_and_nothing_beside_it(address, port: int) -> None:
    host = f"[{address}]" if address.version == 6 else str(address)
    rules = EgressRules().and_also(f"{host}:{port}")
    assert rules.refusal("any.example", address, port) is None
    assert rules.refusal("any.example", address, port % 65535 + 1)
    assert EgressRules().and_also(f"{address}").refusal("x", address, port) is None


METADATA = "where a cloud hands out credentials"


def test_a_listed_name_is_let_through_in_any_spelling_but_no_other_name() -> None:
    rules = EgressRules().and_also("ollama.local:11434, box")
    address = IPv4Address("192.168.1.5")
    assert rules.refusal("OLLAMA.local.", address, 11434) is None
    assert rules.refusal("ollama.local", address, 80) == "private"
    assert rules.refusal("not-ollama.local", address, 11434) == "private"
    assert rules.refusal("box", address, 1) is None


def test_a_listed_name_does_not_lead_to_a_clouds_credentials_but_a_listed_address_does() -> None:
    address = IPv4Address("169.254.169.254")
    assert EgressRules().and_also("box").refusal("box", address, 80) == METADATA
    assert EgressRules().and_also("169.254.169.254:80").refusal("box", address, 80) is None


def test_a_tenant_adds_to_the_rules_and_changes_them_for_nobody_else() -> None:
    rules = EgressRules().and_also("10.0.0.1")
    tenants = rules.and_also("10.0.0.2")
    for text in ("10.0.0.1", "10.0.0.2"):
        assert tenants.refusal("x", IPv4Address(text), 1) is None
    assert rules.refusal("x", IPv4Address("10.0.0.2"), 1) == "private"


def test_a_tenants_entries_let_nobody_else_through() -> None:
    policy = EgressPolicy(
        EgressRules().and_also("box:80"), {"acme": EgressRules().and_also("10.1.0.0/16")}
    )
    inside, port = ip_address("10.1.2.3"), 443
    assert policy.of("acme").refusal("x", inside, port) is None
    assert policy.of("other").refusal("x", inside, port) == "private"
    for tenant in ("acme", "other"):
        assert policy.of(tenant).refusal("box", ip_address("10.9.9.9"), 80) is None
