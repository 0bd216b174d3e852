"""The way out: connections to checked addresses and to no others."""

import httpx2
import pytest

from domain.errors import CallRefused
from tests.standins.http_server import Answer, HttpServer
from tests.tools.calling import Names, client
from tools.http_client import blocking_calls_refused


async def refused(url: str, names: Names | None = None, allow: str | None = None) -> str:
    async with client(allow, names) as calling:
        with pytest.raises(CallRefused) as caught:
            await calling.get(url)
    return str(caught.value)


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "127.0.0.1.", "localhost", "LOCALHOST", "127.1", "2130706433"),
        *("0x7f000001", "0177.0.0.1", "0x7f.1", "0", "[::1]", "[::ffff:127.0.0.1]"),
        *("[::ffff:7f00:1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "example.com@127.0.0.1"),
        # Digits of other scripts, and the full stop of Chinese.
        *("user:word@localhost", "\uff11\uff12\uff17.0.0.1", "\u2460\u2461\u2466.0.0.\u2460"),
        "127\u30020\u30020\u30021",
    ],
)
async def test_this_machine_is_not_called_however_it_is_written(
    server: HttpServer, host: str
) -> None:
    async with client() as calling:
        with pytest.raises((CallRefused, httpx2.InvalidURL)):
            await calling.get(f"http://{host}:{server.port}/")
    assert server.connections == 0


@pytest.mark.parametrize("host", ["[fe80::1%25lo]", "[::1%25lo]", "[::1%lo]"])
async def test_an_address_of_an_interface_is_not_called(server: HttpServer, host: str) -> None:
    async with client() as calling:
        with pytest.raises((CallRefused, httpx2.InvalidURL, httpx2.ConnectError)):
            await calling.get(f"http://{host}:{server.port}/")
    assert server.connections == 0


@pytest.mark.parametrize(
    "address",
    [
        *("10.1.2.3", "169.254.169.254", "fd00:ec2::254", "100.100.100.200", "168.63.129.16"),
        *("fe80::1", "ff02::1", "2001:db8::1", "2001::1", "fec0::1", "0.0.0.0", "224.0.0.1"),
    ],
)
async def test_a_name_that_leads_inside_is_refused_with_its_address_and_the_setting(
    address: str,
) -> None:
    said = await refused("http://inside.test/", Names(inside=[[address]]))
    assert f"inside.test ({address}), port 80, is not called" in said
    assert said.endswith("add it to the setting GOLDENPATH_EGRESS_ALLOW.")


async def test_the_sentence_says_what_the_address_is() -> None:
    assert await refused("https://10.0.0.1/x?token=hidden") == (
        "10.0.0.1, port 443, is not called, since that address is private. If it is meant to be "
        "called, add it to the setting GOLDENPATH_EGRESS_ALLOW."
    )


async def test_what_is_listed_is_called(server: HttpServer) -> None:
    for entry in (f"127.0.0.1:{server.port}", "127.0.0.0/8", f"box.test:{server.port}", "box.test"):
        async with client(entry, Names(box=[["127.0.0.1"]])) as calling:
            answer = await calling.get(f"http://box.test:{server.port}/")
        assert answer.text == "hello"
    assert {each.headers["host"] for each in server.asked} == {f"box.test:{server.port}"}


async def test_another_port_of_a_listed_host_is_not(server: HttpServer) -> None:
    said = await refused(f"http://127.0.0.1:{server.port}/", allow="127.0.0.1:1")
    assert f"port {server.port}, is not called" in said
    assert server.connections == 0


async def test_a_name_that_changes_its_mind_is_checked_by_each_answer(server: HttpServer) -> None:
    """DNS rebinding: public when it is checked, this machine when it is called."""
    names = Names(rebinding=[["203.0.113.9"], ["127.0.0.1"]], other=[["203.0.113.9"]])
    async with client("203.0.113.9", names, connect_s=0.05) as calling:
        with pytest.raises((httpx2.ConnectError, httpx2.ConnectTimeout)):
            await calling.get(f"http://rebinding.test:{server.port}/")
        # The connection went to the checked address: nobody asked for the name again.
        assert names.asked == ["rebinding.test"]
        with pytest.raises(CallRefused, match="loopback"):
            await calling.get(f"http://rebinding.test:{server.port}/")
    assert server.connections == 0


async def test_of_several_addresses_only_checked_ones_are_tried(server: HttpServer) -> None:
    # The first is refused, nobody listens at the second, the third answers.
    names = Names(many=[["10.0.0.1", "127.0.0.2", "127.0.0.1"]])
    allow = f"127.0.0.1:{server.port}, 127.0.0.2:{server.port}"
    async with client(allow, names) as calling:
        assert (await calling.get(f"http://many.test:{server.port}/")).text == "hello"
    assert names.asked == ["many.test"]


async def test_a_name_that_nobody_knows_cannot_be_reached() -> None:
    for names in (Names(), Names(nobody=[[]])):
        async with client(names=names) as calling:
            with pytest.raises(httpx2.ConnectError):
                await calling.get("http://nobody.test/")


async def test_no_cookie_is_kept(server: HttpServer) -> None:
    allow = f"127.0.0.1:{server.port}"
    server.answers["/"] = Answer("HTTP/1.1 200 OK\r\nSet-Cookie: a=b")
    async with client(allow) as calling:
        for _ in range(2):
            await calling.get(f"http://{allow}/")
    assert all("cookie" not in each.headers for each in server.asked)


async def test_a_proxy_of_the_environment_is_not_used(
    server: HttpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{server.port}")
    said = await refused("http://inside.test/", Names(inside=[["10.0.0.1"]]))
    assert "10.0.0.1" in said
    assert server.connections == 0


@pytest.mark.parametrize("url", ["ftp://example.com/", "file:///etc/passwd", "gopher://127.0.0.1/"])
async def test_other_protocols_are_not_spoken(url: str) -> None:
    async with client() as calling:
        with pytest.raises(httpx2.UnsupportedProtocol):
            await calling.get(url)


def test_calls_that_block_are_not_made() -> None:
    with (
        blocking_calls_refused() as calling,
        pytest.raises(CallRefused, match="Use the asynchronous client"),
    ):
        calling.get("http://1.1.1.1/")
