"""Calls are signed by the kind of their connection, for its address only."""

from typing import Any

import pytest

from domain.errors import CallRefused
from domain.revealed_secrets import Revealed
from tests.standins.http_server import HttpServer, running_http_server
from tests.tools.calling import client
from tools.http_sign_in import ConnectionAuth


@pytest.mark.parametrize(
    ("revealed", "header", "value"),
    [
        (Revealed("api_key", {}, {"api_key": "sk-1"}), "authorization", "Bearer sk-1"),
        (
            Revealed("basic", {"username": "ann"}, {"password": "w\u00f6rd"}),
            "authorization",
            "Basic YW5uOnfDtnJk",
        ),
        (Revealed("http_header", {"header": "X-Key"}, {"value": "v"}), "x-key", "v"),
    ],
)
async def test_each_kind_signs_in_its_way(
    server: HttpServer, revealed: Revealed, header: str, value: str
) -> None:
    allow = f"127.0.0.1:{server.port}"
    async with client(allow) as calling:
        await calling.get(f"http://{allow}/", auth=ConnectionAuth(revealed))
    assert server.asked[0].headers[header] == value


def at(base_url: str) -> Any:
    return ConnectionAuth(Revealed("api_key", {"base_url": base_url}, {"api_key": "sk-1"}))


async def test_credentials_go_to_their_own_address_only(server: HttpServer) -> None:
    allow = f"127.0.0.1:{server.port}"
    base = f"http://{allow}/v1"
    async with client(allow) as calling:
        await calling.get(f"{base}/things?x=1", auth=at(base))
        await calling.get(base, auth=at(f"{base}/"))
        for url in (f"http://{allow}/", f"{base}x", f"{base}/../admin", f"{base}/%2e%2e/admin"):
            with pytest.raises(CallRefused, match="for another address"):
                await calling.get(url, auth=at(base))
        with pytest.raises(CallRefused, match="for another address"):
            await calling.get(f"http://{allow}/v1", auth=at("https://api.example.com"))
    assert len(server.asked) == 2


async def test_a_redirect_elsewhere_is_not_signed(server: HttpServer) -> None:
    async with running_http_server() as other:
        allow = f"127.0.0.1:{server.port}, 127.0.0.1:{other.port}"
        server.redirect("/", f"http://127.0.0.1:{other.port}/")
        async with client(allow) as calling:
            await calling.get(
                f"http://127.0.0.1:{server.port}/", auth=at(f"http://127.0.0.1:{server.port}")
            )
        assert "authorization" not in other.asked[0].headers


async def test_other_kinds_are_signed_by_what_brought_them(server: HttpServer) -> None:
    async with client(f"127.0.0.1:{server.port}") as calling:
        with pytest.raises(CallRefused, match="of the kind crm"):
            await calling.get(
                f"http://127.0.0.1:{server.port}/", auth=ConnectionAuth(Revealed("crm", {}, {}))
            )
