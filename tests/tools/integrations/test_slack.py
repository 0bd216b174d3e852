"""Slack's messages, its refusals in words, and how a lost answer is cleared up."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.client import WebClient

from domain.errors import OutcomeUnknown, ProviderBusy, ProviderRefused
from tests.standins.http_server import running_http_server
from tests.standins.provider_server import Reply
from tests.standins.slack_server import ARCHIVE, FOREIGN, ORDERS, TOKEN, SlackServer
from tests.tools.integrations.calls import Calls, find, run
from tools.integration import Call
from tools.integrations.slack import INTEGRATION


@pytest.fixture
async def server() -> AsyncIterator[SlackServer]:
    async with running_http_server(kind=SlackServer) as running:
        assert isinstance(running, SlackServer)
        yield running


@pytest.fixture
def call(calls: Calls, server: SlackServer) -> Call:
    return signed(calls, server)


def signed(calls: Calls, server: SlackServer, token: str = TOKEN, **more: Any) -> Call:
    return calls.call("slack", {"base_url": server.url}, {"bot_token": token}, **more)


async def test_a_message_is_posted_and_changed(call: Call, server: SlackServer) -> None:
    posted = await run(INTEGRATION, "post_message", call, channel="#orders", text="Paid: ₹499")
    [message] = server.messages[ORDERS]
    assert (posted.channel, posted.ts, message["text"]) == (ORDERS, message["ts"], "Paid: ₹499")
    params = {"channel": ORDERS, "ts": posted.ts, "text": "Paid and sent"}
    assert (await run(INTEGRATION, "update_message", call, **params)).ts == posted.ts
    assert message["text"] == "Paid and sent"


async def test_an_answer_in_a_thread_with_blocks(call: Call, server: SlackServer) -> None:
    first = await run(INTEGRATION, "post_message", call, channel=ORDERS, text="Order 1")
    blocks = [{"type": "divider"}]
    params = {"channel": ORDERS, "text": "Sent", "thread_ts": first.ts, "blocks": blocks}
    await run(INTEGRATION, "post_message", call, **params)
    assert server.messages[ORDERS][1]["thread_ts"] == first.ts
    assert server.messages[ORDERS][1]["blocks"] == blocks


@pytest.mark.parametrize(
    ("channel", "said"),
    [
        ("C404", r"the bot cannot see it \(channel_not_found\)\. Check the channel"),
        (FOREIGN, r"the bot is not in the channel \(not_in_channel\)\. Invite it there"),
        (ARCHIVE, r"the channel is archived \(is_archived\)\. Choose another channel"),
    ],
)
async def test_a_refusal_with_a_successs_status_is_one_in_words(
    call: Call, channel: str, said: str
) -> None:
    with pytest.raises(ProviderRefused, match=said):
        await run(INTEGRATION, "post_message", call, channel=channel, text="x")


async def test_a_message_whose_answer_was_lost_is_found_by_its_mark(
    calls: Calls, call: Call, server: SlackServer
) -> None:
    params = {"channel": ORDERS, "text": "Paid"}
    assert await find(INTEGRATION, "post_message", call, **params) is None
    server.lost_answers = 1
    with pytest.raises(OutcomeUnknown):
        await run(INTEGRATION, "post_message", call, **params)
    server.say(450)
    found = await find(INTEGRATION, "post_message", call, **params)
    assert found.ts == server.messages[ORDERS][0]["ts"]
    another = signed(calls, server, key="0" * 64)
    assert await find(INTEGRATION, "post_message", another, **params) is None
    server.say(600)
    with pytest.raises(OutcomeUnknown, match="newest 1000 messages"):
        await find(INTEGRATION, "post_message", call, **params)


async def test_without_the_right_to_look_the_doubt_stays(call: Call, server: SlackServer) -> None:
    server.scopes.remove("channels:history")
    with pytest.raises(ProviderRefused, match="lacks a permission, channels:history"):
        await find(INTEGRATION, "post_message", call, channel=ORDERS, text="x")


async def test_a_change_whose_answer_was_lost_is_found(call: Call, server: SlackServer) -> None:
    thread = await run(INTEGRATION, "post_message", call, channel=ORDERS, text="1")
    params: dict[str, Any] = {"channel": ORDERS, "text": "2", "thread_ts": thread.ts}
    posted = await run(INTEGRATION, "post_message", call, **params)
    change = {"channel": ORDERS, "ts": posted.ts, "text": "3"}
    server.messages[ORDERS][1].pop("metadata")
    assert await find(INTEGRATION, "update_message", call, **change) is None
    server.lost_answers = 1
    with pytest.raises(OutcomeUnknown):
        await run(INTEGRATION, "update_message", call, **change)
    assert (await find(INTEGRATION, "update_message", call, **change)).ts == posted.ts


async def test_too_much_is_put_off_and_an_inner_error_leaves_a_doubt(
    call: Call, server: SlackServer
) -> None:
    server.troubles = [
        Reply(429, {"ok": False, "error": "ratelimited"}, {"Retry-After": "30"}),
        Reply(200, {"ok": False, "error": "ratelimited"}),
        Reply(200, {"ok": False, "error": "fatal_error"}),
    ]
    params = {"channel": ORDERS, "text": "x"}
    with pytest.raises(ProviderBusy) as busy:
        await run(INTEGRATION, "post_message", call, **params)
    assert busy.value.again_in_s == 30
    with pytest.raises(ProviderBusy):
        await run(INTEGRATION, "post_message", call, **params)
    with pytest.raises(OutcomeUnknown, match="fatal_error"):
        await run(INTEGRATION, "post_message", call, **params)
    assert server.messages[ORDERS] == []


async def test_the_connection_says_whose_it_is(calls: Calls, server: SlackServer) -> None:
    assert INTEGRATION.test
    said = await INTEGRATION.test(signed(calls, server))
    assert said == "Signed in to the Slack workspace Shop as goldenbot."
    with pytest.raises(ProviderRefused, match="the token is wrong"):
        await INTEGRATION.test(signed(calls, server, "xoxb-another-token"))


async def test_slacks_own_client_understands_the_stand_in(server: SlackServer) -> None:
    client = WebClient(TOKEN, base_url=f"{server.url}/api/")

    def use() -> Any:
        mark = {"event_type": "mark", "event_payload": {"key": "1"}}
        posted: Any = client.chat_postMessage(channel=ORDERS, text="Hi", metadata=mark)
        found: Any = client.conversations_history(channel=ORDERS, include_all_metadata=True)
        assert found["messages"][0]["metadata"] == mark
        client.chat_update(channel=ORDERS, ts=posted["ts"], text="Ho", metadata=mark)
        with pytest.raises(SlackApiError, match="channel_not_found"):
            client.chat_postMessage(channel="C404", text="Hi")
        assert client.auth_test()["user"] == "goldenbot"
        return posted["ts"]

    assert await asyncio.to_thread(use) == server.messages[ORDERS][0]["ts"]
    assert server.messages[ORDERS][0]["text"] == "Ho"
