"""Which addresses the service may call: public ones, and those that a setting lets through."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

#: The setting that lets addresses through.
EGRESS_SETTING: Final = "GOLDENPATH_EGRESS_ALLOW"

#: Where clouds hand out credentials to whoever asks. Not even an allowed name may lead here.
_METADATA: Final = (
    *("169.254.169.254", "169.254.170.2", "169.254.170.23", "169.254.0.23", "100.100.100.200"),
    *("168.63.129.16", "192.0.0.192", "fd00:ec2::254", "fd00:ec2::23", "fd20:ce::254"),
    "fe80::a9fe:a9fe",
)

#: IANA's special-purpose registries, and what an address there is. Embedded IPv4 addresses are
#: refused whatever they embed: a network may translate them to places that we cannot see.
_SPECIAL: Final = (
    ("0.0.0.0/8", "unspecified"),
    ("10.0.0.0/8", "private"),
    ("100.64.0.0/10", "shared by a carrier (CGNAT)"),
    ("127.0.0.0/8", "loopback"),
    ("169.254.0.0/16", "link-local"),
    ("172.16.0.0/12", "private"),
    ("192.0.0.0/24", "reserved for protocols"),
    ("192.0.2.0/24", "for documentation"),
    ("192.88.99.0/24", "a 6to4 relay"),
    ("192.168.0.0/16", "private"),
    ("198.18.0.0/15", "for benchmarks"),
    ("198.51.100.0/24", "for documentation"),
    ("203.0.113.0/24", "for documentation"),
    ("224.0.0.0/4", "multicast"),
    ("240.0.0.0/4", "reserved"),
    ("::/128", "unspecified"),
    ("::1/128", "loopback"),
    ("::ffff:0:0/96", "IPv4 inside IPv6"),
    ("::/96", "IPv4 inside IPv6"),
    ("64:ff9b::/96", "IPv4 behind NAT64"),
    ("64:ff9b:1::/48", "IPv4 behind NAT64"),
    ("100::/64", "for discarding"),
    ("2001::/32", "a Teredo tunnel"),
    ("2001::/23", "reserved for protocols"),
    ("2001:db8::/32", "for documentation"),
    ("2002::/16", "a 6to4 tunnel"),
    ("3fff::/20", "for documentation"),
    ("fc00::/7", "private (ULA)"),
    ("fe80::/10", "link-local"),
    ("fec0::/10", "site-local"),
    ("ff00::/8", "multicast"),
)
_METADATA_ADDRESSES: Final = frozenset(ip_address(text) for text in _METADATA)
_NETWORKS: Final = tuple((ip_network(text), reason) for text, reason in _SPECIAL)
#: All that has been given out of IPv6 for the whole world.
_GLOBAL_UNICAST: Final = IPv6Network("2000::/3")

_HOST: Final = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)(\.(?!-)[a-z0-9_-]{1,63}(?<!-))*")
#: What resolvers take for numbers: a name that looks so would be an address in disguise.
_NUMBERS: Final = re.compile(r"(0x[0-9a-f]*|[0-9]+)(\.(0x[0-9a-f]*|[0-9]+))*")
_MOST_PORT: Final = 65535


@dataclass(frozen=True, slots=True)
class Allowed:
    """One entry of an allow-list: a name or a network, with one port or all."""

    place: str | Network
    port: int | None = None

    def lets_through(self, host: str, address: Address, port: int) -> bool:
        """Whether a connection to this address, found under this name, is let through."""
        if self.port not in (None, port):
            return False
        if isinstance(self.place, str):
            return self.place == normal_host(host) and address not in _METADATA_ADDRESSES
        return address in self.place


@dataclass(frozen=True, slots=True)
class EgressRules:
    """Public addresses, and the entries of an allow-list."""

    allowed: tuple[Allowed, ...] = ()

    def and_also(self, entries: str | None) -> "EgressRules":
        """These rules with further entries, separated by commas; raises `ValueError`."""
        return EgressRules((*self.allowed, *parse_allowed(entries)))

    def refusal(self, host: str, address: Address, port: int) -> str | None:
        """Why a connection is refused, as "is …"; None when it may be made."""
        reason = special_reason(address)
        if reason is None:
            return None
        if any(entry.lets_through(host, address, port) for entry in self.allowed):
            return None
        return reason


@dataclass(frozen=True, slots=True)
class EgressPolicy:
    """What each tenant may call: what everybody may, and what is let through for it alone."""

    everybody: EgressRules = field(default_factory=EgressRules)
    of_tenants: Mapping[str, EgressRules] = field(default_factory=dict[str, EgressRules])

    def of(self, tenant_id: str) -> EgressRules:
        """The rules for a tenant's calls."""
        own = self.of_tenants.get(tenant_id, EgressRules())
        return EgressRules((*self.everybody.allowed, *own.allowed))


def parse_allowed(entries: str | None) -> tuple[Allowed, ...]:
    """`host`, `host:port`, addresses and networks, separated by commas.

    Raises `ValueError` with a sentence about the entry that is none of these.
    """
    return tuple(_allowed(entry) for entry in _split(entries))


def special_reason(address: Address) -> str | None:
    """What makes an address one that is not public, as "is …"; None for public ones."""
    if address in _METADATA_ADDRESSES:
        return "where a cloud hands out credentials"
    if isinstance(address, IPv6Address) and address.scope_id is not None:
        return "bound to a network interface"
    for network, reason in _NETWORKS:
        if address in network:
            return reason
    if isinstance(address, IPv6Address):
        return None if address in _GLOBAL_UNICAST else "reserved"
    # The registry changes: what the interpreter knows beyond our list counts as well.
    return None if address.is_global else "not public"


def normal_host(host: str) -> str:
    """A name as it is compared: in lower case, without the dot at the end."""
    return host.strip().lower().removesuffix(".")


def literal_address(host: str) -> Address | None:
    """The address that a host is written as; None for a name. Raises `ValueError` for disguises."""
    bare = host.removeprefix("[").removesuffix("]")
    try:
        return ip_address(bare)
    except ValueError:
        if ":" in bare or _NUMBERS.fullmatch(normal_host(bare)):
            # 127.1, 0x7f000001, 017700000001: programs disagree about what these mean.
            raise ValueError("It is no name and no address in its usual form.") from None
        return None


def _split(entries: str | None) -> Iterable[str]:
    return filter(None, (entry.strip() for entry in (entries or "").split(",")))


def _allowed(entry: str) -> Allowed:
    try:
        return Allowed(ip_network(entry.removeprefix("[").removesuffix("]")))
    except ValueError:
        if "/" in entry:
            raise ValueError(f"{entry} is no network such as 10.0.0.0/8") from None
    host, separator, port_text = entry.rpartition(":")
    if not separator:
        return Allowed(_named(entry, entry))
    port = int(port_text) if port_text.isascii() and port_text.isdigit() else 0
    if not 0 < port <= _MOST_PORT:
        raise ValueError(f"{entry} has no port between 1 and {_MOST_PORT} behind its colon")
    try:
        return Allowed(ip_network(host.removeprefix("[").removesuffix("]")), port)
    except ValueError:
        return Allowed(_named(host, entry), port)


def _named(host: str, entry: str) -> str:
    try:
        name = normal_host(host).encode("idna").decode()
    except UnicodeError:
        name = ""
    if not _HOST.fullmatch(name) or _NUMBERS.fullmatch(name):
        raise ValueError(f"{entry} is none of host, host:port, address and network")
    return name
