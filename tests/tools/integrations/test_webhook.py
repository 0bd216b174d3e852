"""Requests to any service: how they are signed, where they may go, and what answers mean."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from pydantic import ValidationError

from domain.errors import (
    AnswerTooLarge,
    CallRefused,
    OutcomeUnknown,
    ProviderBusy,
    ProviderRefused,
)
from tests.standins.echo_server import KEY as SIGNING_KEY
from tests.standins.echo_server import EchoServer
from tests.standins.http_server import running_http_server
from tests.standins.provider_server import Reply
from tests.tools.integrations.calls import KEY, Calls, run
from tools.integration import Call
from tools.integrations.webhook import INTEGRATION


@pytest.fixture
async def server() -> AsyncIterator[EchoServer]:
    async with running_http_server(kind=EchoServer) as running:
        assert isinstance(running, EchoServer)
        yield running


async def ask(call: Call, url: str, **params: Any) -> Any:
    return await run(INTEGRATION, "request", call, url=url, **params)


async def test_data_is_sent_as_json_with_the_calls_key(calls: Calls, server: EchoServer) -> None:
    answer = await ask(
        calls.call(), f"{server.url}/echo?a=1", body={"order": "₹499"}, headers={"X-Shop": "1"}
    )
    sent = answer.body
    assert (answer.status, sent["method"], json.loads(sent["body"])) == (
        *(200, "POST", {"order": "₹499"}),
    )
    assert sent["headers"]["content-type"] == "application/json"
    assert (sent["headers"]["idempotency-key"], sent["headers"]["x-shop"]) == (KEY, "1")
    assert sent["query"] == {"a": "1"}


async def test_reading_has_no_key_and_text_is_sent_as_it_is(
    calls: Calls, server: EchoServer
) -> None:
    read = await ask(calls.call(), f"{server.url}/echo", method="GET", query={"n": 5})
    assert "idempotency-key" not in read.body["headers"]
    assert read.body["query"] == {"n": "5"}
    headers = {"content-type": "text/csv"}
    sent = await ask(calls.call(), f"{server.url}/echo", method="PUT", body="a,b", headers=headers)
    assert (sent.body["body"], sent.body["headers"]["content-type"]) == ("a,b", "text/csv")


@pytest.mark.parametrize(
    ("kind", "settings", "secrets", "header", "value"),
    [
        ("api_key", {}, {"api_key": "key-0123"}, "authorization", "Bearer key-0123"),
        ("basic", {"username": "ann"}, {"password": "pw"}, "authorization", "Basic YW5uOnB3"),
        ("http_header", {"header": "X-Key"}, {"value": "key-0123"}, "x-key", "key-0123"),
    ],
)
async def test_a_connection_signs_the_request(
    calls: Calls,
    server: EchoServer,
    kind: str,
    settings: dict[str, str],
    secrets: dict[str, str],
    header: str,
    value: str,
) -> None:
    pinned = {"base_url": f"{server.url}/echo", **settings}
    call = calls.call(kind, pinned, secrets)
    assert (await ask(call, f"{server.url}/echo")).body["headers"][header] == value
    with pytest.raises(CallRefused, match="for another address"):
        await ask(call, f"{server.url}/elsewhere")
    assert len(server.asked) == 1


async def test_a_signing_key_signs_and_a_repetition_has_the_same_id(
    calls: Calls, server: EchoServer
) -> None:
    call = calls.call("webhook_signing", {"base_url": server.url}, {"signing_key": SIGNING_KEY})
    known = [(await ask(call, f"{server.url}/signed", body={"n": "ü"})).body for _ in range(2)]
    assert known == [{"known": False}, {"known": True}]
    elsewhere = calls.call(
        "webhook_signing",
        {"base_url": "https://api.example.com"},
        {"signing_key": SIGNING_KEY},
    )
    with pytest.raises(CallRefused, match="for another address"):
        await ask(elsewhere, f"{server.url}/signed", body={})
    with pytest.raises(ProviderRefused, match="status 401"):
        await ask(calls.call(), f"{server.url}/signed", body={})


async def test_answers_are_data_text_or_bytes(calls: Calls, server: EchoServer) -> None:
    assert (await ask(calls.call(), f"{server.url}/text", method="GET")).body == "Grüße"
    assert (await ask(calls.call(), f"{server.url}/bytes", method="GET")).body == "//4="


async def test_a_redirect_is_followed_as_far_as_is_allowed(
    calls: Calls, server: EchoServer
) -> None:
    answer = await ask(calls.call(), f"{server.url}/moved", method="GET")
    assert answer.url == f"{server.url}/echo"
    with pytest.raises(CallRefused, match=r"10\.0\.0\.1"):
        await ask(calls.call(), f"{server.url}/inside", method="GET")


async def test_an_answer_that_is_too_large_leaves_a_doubt_only_where_something_changed(
    calls: Calls, server: EchoServer
) -> None:
    with pytest.raises(ProviderBusy, match="too large") as busy:
        await ask(calls.call(), f"{server.url}/large", method="GET")
    assert isinstance(busy.value.__cause__, AnswerTooLarge)
    with pytest.raises(OutcomeUnknown, match="too large"):
        await ask(calls.call(), f"{server.url}/large")


async def test_statuses_that_are_fine_are_named(calls: Calls, server: EchoServer) -> None:
    answer = await ask(calls.call(), f"{server.url}/teapot", expect_status=[418])
    assert answer.body == {"said": "short and stout"}
    with pytest.raises(ProviderRefused, match=r"status 418: .*short and stout"):
        await ask(calls.call(), f"{server.url}/teapot")
    with pytest.raises(ProviderRefused, match="status 200"):
        await ask(calls.call(), f"{server.url}/echo", expect_status=[201])


async def test_what_is_down_or_silent(calls: Calls, server: EchoServer) -> None:
    server.troubles = [Reply(503, {}, {"Retry-After": "9"}), Reply(500, {})]
    with pytest.raises(ProviderBusy, match="in 9 seconds"):
        await ask(calls.call(), server.url)
    with pytest.raises(OutcomeUnknown, match="status 500"):
        await ask(calls.call(), server.url)
    server.lost_answers = 1
    with pytest.raises(OutcomeUnknown, match="it hung up"):
        await ask(calls.call(), server.url)


async def test_nobody_at_the_address_means_that_nothing_was_sent(calls: Calls) -> None:
    async with running_http_server() as gone:
        port = gone.port
    with pytest.raises(ProviderBusy, match="no connection"):
        await ask(calls.call(), f"http://127.0.0.1:{port}/")


@pytest.mark.parametrize(
    "params",
    [
        {"headers": {"Host": "inside"}},
        {"headers": {"webhook-signature": "v1,x"}},
        {"headers": {"X-A": "a\r\nX-B: b"}},
        {"headers": {"X A": "a"}},
        {"url": "file:///etc/passwd"},
        {"url": "ftp://example.com/"},
        {"method": "CONNECT"},
        {"surprise": 1},
    ],
)
async def test_what_is_no_request_is_refused(calls: Calls, params: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        await run(INTEGRATION, "request", calls.call(), **({"url": "https://a.test/"} | params))


async def test_the_connection_is_tried_at_its_own_address(calls: Calls, server: EchoServer) -> None:
    assert INTEGRATION.test
    call = calls.call("api_key", {"base_url": server.url}, {"api_key": "key-0123"})
    said = await INTEGRATION.test(call)
    assert said == f"{server.url} was reached and answered with status 200."
    server.troubles = [Reply(401, {})]
    with pytest.raises(ProviderRefused, match="the credentials"):
        await INTEGRATION.test(call)
    assert [question.method for question in server.questions()] == ["GET"] * 2
