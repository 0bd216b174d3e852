"""E-mail as a mail server gets it: encrypted, signed in, and with headers of one line."""

import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Literal

import pytest
from pydantic import ValidationError

from domain.errors import CallRefused, OutcomeUnknown, ProviderBusy, ProviderRefused
from tests.standins.certificates import certificates
from tests.standins.http_server import running_http_server
from tests.standins.mail_server import PASSWORD, USERNAME, MailServer, running_mail_server
from tests.tools.integrations.calls import KEY, USER, Calls, open_calls, run
from tools.integration import Call
from tools.integrations.mail import INTEGRATION

Security = Literal["starttls", "tls"]
MAIL: dict[str, Any] = {"to": "Asha Rao <asha@example.com>", "subject": "Paid ₹499", "body": "Hi"}


@pytest.fixture
def tls(tmp_path: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    return certificates(tmp_path, "localhost")


@pytest.fixture
async def trusting(tls: tuple[ssl.SSLContext, ssl.SSLContext]) -> AsyncIterator[Calls]:
    async with open_calls(allow="localhost", trusted=tls[1]) as calls:
        yield calls


@pytest.fixture
async def server(tls: tuple[ssl.SSLContext, ssl.SSLContext]) -> AsyncIterator[MailServer]:
    async with running_mail_server(tls[0]) as running:
        yield running


def signed(
    calls: Calls, port: int, security: Security = "starttls", password: str = PASSWORD
) -> Call:
    settings = {
        "host": "localhost",
        "port": str(port),
        "security": security,
        "username": USERNAME,
        "sender": "Shop <orders@example.com>",
    }
    return calls.call("smtp", settings, {"password": password})


async def send(call: Call, **more: Any) -> Any:
    return await run(INTEGRATION, "send", call, **(MAIL | more))


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_a_message_is_handed_in_encrypted(
    trusting: Calls, tls: tuple[ssl.SSLContext, ssl.SSLContext], security: Security
) -> None:
    async with running_mail_server(tls[0], security) as server:
        sent = await send(signed(trusting, server.port, security), bcc=["boss@example.com"])
    [(receivers, message)] = server.messages
    assert receivers == sent.accepted == ["asha@example.com", "boss@example.com"]
    assert (message["From"], message["To"]) == (
        *("Shop <orders@example.com>", "Asha Rao <asha@example.com>"),
    )
    assert (message["Subject"], message["Bcc"]) == ("Paid ₹499", None)
    assert message["Message-ID"] == sent.message_id == f"<{KEY[:40]}@example.com>"
    assert message.get_content().strip() == "Hi"


async def test_pages_and_files_go_along(trusting: Calls, server: MailServer) -> None:
    file_id = await trusting.files.save(USER, "Aufträge.csv", "text/csv", b"a,b\r\n", None)
    call = signed(trusting, server.port)
    await send(call, html="<p>Hi</p>", attachments=[str(file_id)], cc="x@example.com;y@example.com")
    [(_, message)] = server.messages
    body = message.get_body(("html",))
    assert body is not None
    assert body.get_content().strip() == "<p>Hi</p>"
    [attached] = message.iter_attachments()
    assert (attached.get_filename(), attached.get_content_type()) == ("Aufträge.csv", "text/csv")
    assert message["Cc"] == "x@example.com, y@example.com"


@pytest.mark.parametrize(
    "params",
    [
        {"subject": "Hi\r\nBcc: all@example.com"},
        {"subject": "Hi\nX: y"},
        {"to": "asha@example.com\r\nBcc: all@example.com"},
        {"to": ["Asha\r\n <asha@example.com>"]},
        {"reply_to": "a@example.com\nX: y"},
        {"to": "asha"},
        {"to": []},
        {"to": "asha@exämple.com"},
    ],
)
async def test_no_header_gets_a_second_line(
    trusting: Calls, server: MailServer, params: dict[str, Any]
) -> None:
    with pytest.raises(ValidationError):
        await send(signed(trusting, server.port), **params)
    assert server.connections == 0


async def test_who_is_not_taken_is_named(trusting: Calls, server: MailServer) -> None:
    server.refused["no@example.com"] = "550 No such user"
    sent = await send(signed(trusting, server.port), to=["asha@example.com", "no@example.com"])
    assert sent.accepted == ["asha@example.com"]
    assert sent.refused == {"no@example.com": "No such user (550)"}
    with pytest.raises(ProviderRefused, match=r"No such user \(550\)"):
        await send(signed(trusting, server.port), to="no@example.com")
    server.refused["no@example.com"] = "451 Greylisted"
    with pytest.raises(ProviderBusy, match="Greylisted"):
        await send(signed(trusting, server.port), to="no@example.com")
    assert len(server.messages) == 1


async def test_an_answer_to_the_message_decides_and_none_leaves_a_doubt(
    trusting: Calls, server: MailServer
) -> None:
    call = signed(trusting, server.port)
    server.answer = "554 Looks like spam"
    with pytest.raises(ProviderRefused, match="Looks like spam"):
        await send(call)
    server.answer = "452 Full"
    with pytest.raises(ProviderBusy, match="Full"):
        await send(call)
    server.answer = ""
    with pytest.raises(OutcomeUnknown, match="before it confirmed"):
        await send(call)
    assert len(server.messages) == 1


async def test_a_message_beyond_the_servers_size_is_not_sent(
    trusting: Calls, server: MailServer
) -> None:
    file_id = await trusting.files.save(USER, "a.bin", "image/png", b"x" * 2_000_000, None)
    with pytest.raises(ProviderRefused, match="it takes 2,000,000 bytes"):
        await send(signed(trusting, server.port), attachments=[str(file_id)])


async def test_the_connection_says_whose_it_is(trusting: Calls, server: MailServer) -> None:
    assert INTEGRATION.test
    said = await INTEGRATION.test(signed(trusting, server.port))
    assert said == f"Signed in to localhost as {USERNAME}."
    with pytest.raises(ProviderRefused, match="Check the user name and the password") as refused:
        await INTEGRATION.test(signed(trusting, server.port, password="wrong-password"))
    assert "wrong-password" not in str(refused.value)


async def test_a_server_that_nobody_vouches_for_gets_no_password(server: MailServer) -> None:
    async with open_calls(allow="localhost") as calls:
        with pytest.raises(ProviderRefused, match="no encrypted connection came about"):
            await send(signed(calls, server.port))
    assert server.messages == []


async def test_without_encryption_nothing_is_said(trusting: Calls) -> None:
    async with running_mail_server(None) as open_server:
        with pytest.raises(ProviderRefused, match="does not offer the encryption"):
            await send(signed(trusting, open_server.port))
    assert open_server.messages == []


async def test_mail_goes_only_where_calls_may_go(server: MailServer) -> None:
    async with open_calls(allow="") as calls:
        with pytest.raises(CallRefused, match="GOLDENPATH_EGRESS_ALLOW"):
            await send(signed(calls, server.port))
    assert server.connections == 0


async def test_nobody_there_means_that_nothing_was_sent(trusting: Calls) -> None:
    async with running_http_server() as gone:
        port = gone.port
    with pytest.raises(ProviderBusy, match="was not reached"):
        await send(signed(trusting, port))
