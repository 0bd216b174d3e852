"""Connections of the HTTP client: made to checked addresses only.

A name is resolved once, each address is checked, and the connection goes to a checked address, so
what the name leads to later changes nothing.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import ExitStack
from ipaddress import ip_address
from typing import cast

import httpcore2

from domain.egress import EGRESS_SETTING, Address, EgressRules, literal_address
from domain.errors import CallRefused

#: Every address of a name, as text.
Resolver = Callable[[str, int], Awaitable[Sequence[str]]]


async def resolve(host: str, port: int) -> Sequence[str]:
    """The addresses that the system's resolver knows, in its order; raises `OSError`."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))


class CheckedBackend(httpcore2.AsyncNetworkBackend):
    """Connects to what the rules allow."""

    def __init__(self, rules: EgressRules, resolver: Resolver) -> None:
        self._rules = rules
        self._resolver = resolver
        # The library declares it twice, so that type checkers see neither.
        self._network = cast(httpcore2.AsyncNetworkBackend, httpcore2.AnyIOBackend())

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """Connect to the first checked address that answers."""
        try:
            async with asyncio.timeout(timeout):
                checked = await checked_addresses(self._rules, host, port, self._resolver)
        except TimeoutError as error:
            raise httpcore2.ConnectTimeout(f"{host} was not resolved in time.") from error
        except OSError as error:
            raise httpcore2.ConnectError(f"{host} cannot be resolved: {error.strerror}.") from error
        each_s = None if timeout is None else timeout / len(checked)
        for address in checked[:-1]:
            try:
                return await self._network.connect_tcp(str(address), port, each_s)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                continue
        return await self._network.connect_tcp(str(checked[-1]), port, each_s)

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """Refuse: sockets of this machine are not outside."""
        raise CallRefused("Sockets of this machine are not called. Use an address.")

    async def sleep(self, seconds: float) -> None:
        """Wait between two tries."""
        await self._network.sleep(seconds)


async def checked_addresses(
    rules: EgressRules, host: str, port: int, resolver: Resolver = resolve
) -> list[Address]:
    """The addresses of a host that may be called, looked up once.

    Raises `CallRefused` when there are some and none may be, `OSError` when there are none.
    """
    addresses = await _addresses(resolver, host, port)
    refusals = {address: rules.refusal(host, address, port) for address in addresses}
    checked = [address for address, refusal in refusals.items() if refusal is None]
    if checked:
        return checked
    if not refusals:
        raise OSError(None, "it has no address")
    address, refusal = next(iter(refusals.items()))
    named = f"{address}" if str(address) == host else f"{host} ({address})"
    raise CallRefused(
        f"{named}, port {port}, is not called, since that address is {refusal}. If it is meant "
        f"to be called, add it to the setting {EGRESS_SETTING}."
    )


async def connected_socket(
    rules: EgressRules, host: str, port: int, timeout_s: float, resolver: Resolver = resolve
) -> socket.socket:
    """A connection to a host for what does not speak HTTP.

    Raises `CallRefused`, and `OSError` when nothing answers, in time.
    """
    async with asyncio.timeout(timeout_s):
        addresses = await checked_addresses(rules, host, port, resolver)
    each_s = timeout_s / len(addresses)
    for address in addresses[:-1]:
        try:
            return await _connected(address, port, each_s)
        except OSError:
            continue
    return await _connected(addresses[-1], port, each_s)


async def _connected(address: Address, port: int, timeout_s: float) -> socket.socket:
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    opened = socket.socket(family, socket.SOCK_STREAM)
    opened.setblocking(False)
    with ExitStack() as stack:
        stack.callback(opened.close)
        async with asyncio.timeout(timeout_s):
            await asyncio.get_running_loop().sock_connect(opened, (str(address), port))
        stack.pop_all()
    return opened


async def _addresses(resolver: Resolver, host: str, port: int) -> list[Address]:
    try:
        literal = literal_address(host)
    except ValueError as error:
        raise CallRefused(
            f"{host} is not called: it is neither a name nor an address in its usual form. "
            "Write the address out."
        ) from error
    if literal is not None:
        return [literal]
    return [ip_address(text) for text in await resolver(host, port)]
