"""Redirects lead only where a call may go, and take no credentials there."""

from pathlib import Path

import httpx2
import pytest

from domain.egress import EgressRules
from domain.errors import CallRefused
from tests.standins.certificates import certificates
from tests.standins.http_server import HttpServer, running_http_server
from tests.tools.calling import Names, client
from tools.http_client import http_client


async def test_a_redirect_inside_is_refused(server: HttpServer) -> None:
    for target in ("http://169.254.169.254/latest/", "http://inside.test/", "//10.0.0.1/"):
        server.redirect("/", target)
        names = Names(inside=[["192.168.0.1"]])
        async with client(f"127.0.0.1:{server.port}", names) as calling:
            with pytest.raises(CallRefused, match="is not called"):
                await calling.get(f"http://127.0.0.1:{server.port}/")


async def test_a_redirect_is_followed_so_often(server: HttpServer) -> None:
    allow = f"127.0.0.1:{server.port}"
    for number in range(4):
        server.redirect(f"/{number}", f"/{number + 1}")
    async with client(allow, redirects=4) as calling:
        answer = await calling.get(f"http://{allow}/0")
    assert (answer.text, len(answer.history)) == ("hello", 4)
    async with client(allow, redirects=3) as calling:
        with pytest.raises(CallRefused, match="more than 3 times"):
            await calling.get(f"http://{allow}/0")


async def test_a_redirect_is_shown_to_who_does_not_follow(server: HttpServer) -> None:
    allow = f"127.0.0.1:{server.port}"
    server.redirect("/", "http://10.0.0.1/")
    async with client(allow) as calling:
        answer = await calling.get(f"http://{allow}/", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (302, "http://10.0.0.1/")


async def test_credentials_stay_with_their_origin(server: HttpServer) -> None:
    async with running_http_server() as other:
        names = Names(box=[["127.0.0.1"]])
        allow = f"127.0.0.1:{server.port}, box.test:{other.port}"
        server.redirect("/same", "/there")
        server.redirect("/there", f"http://me:word@box.test:{other.port}/end")
        headers = {"authorization": "Bearer secret", "x-api-key": "secret", "cookie": "a=secret"}
        async with client(allow, names) as calling:
            await calling.get(f"http://127.0.0.1:{server.port}/same", headers=headers)
        assert server.asked[1].headers["authorization"] == "Bearer secret"
        assert server.asked[1].headers["x-api-key"] == "secret"
        (end,) = other.asked
        assert "secret" not in str(end.headers)
        assert "authorization" not in end.headers
        assert end.headers["host"] == f"box.test:{other.port}"


async def test_a_body_is_not_redirected_to_another_origin(server: HttpServer) -> None:
    async with running_http_server() as other:
        allow = f"127.0.0.1:{server.port}, 127.0.0.1:{other.port}"
        server.redirect("/", f"http://127.0.0.1:{other.port}/", status=307)
        async with client(allow) as calling:
            with pytest.raises(CallRefused, match="with a body"):
                await calling.post(f"http://127.0.0.1:{server.port}/", content=b"secret")
        assert other.asked == []


async def test_tls_is_spoken_with_the_name_and_not_downgraded(tmp_path: Path) -> None:
    serving, trusted = certificates(tmp_path, "secure.test")
    shown: list[str] = []
    serving.sni_callback = lambda _, name, __: shown.append(name)
    rules = EgressRules().and_also("127.0.0.1")
    names = Names(secure=[["127.0.0.1"]], other=[["127.0.0.1"]])
    async with (
        running_http_server(tls=serving) as server,
        running_http_server() as plain,
        http_client(rules, resolver=names, trusted=trusted) as calling,
    ):
        answer = await calling.get(f"https://secure.test:{server.port}/")
        assert answer.text == "hello"
        assert shown == ["secure.test"]
        server.redirect("/", f"http://secure.test:{plain.port}/")
        with pytest.raises(CallRefused, match="from https to an address without encryption"):
            await calling.get(f"https://secure.test:{server.port}/")
        with pytest.raises(httpx2.ConnectError, match="Hostname mismatch"):
            await calling.get(f"https://other.test:{server.port}/")
    assert plain.connections == 0
