"""docs/websocket.md says what is true: messages, codes, limits and examples."""

import asyncio
import json
import re
import sys
from pathlib import Path

import pytest

from server.services import Services
from server.settings import Settings
from server.websocket.calls import read_frame
from server.websocket.connections import SIGN_IN_FAILED, STOPPING, TOO_MANY
from server.websocket.failures import RPC_NUMBERS, Refused
from server.websocket.first_messages import MOST_MESSAGES
from server.websocket.messages import TYPES
from server.websocket.outbox import MOST_WAITING
from server.websocket.subscriptions import MOST
from tests.server.websocket.live import live_server
from tests.server.websocket.peers import DEADLINE_S

TEXT = (Path(__file__).parents[3] / "docs" / "websocket.md").read_text("utf-8")
EXAMPLES = "".join(re.findall(r"```json\n(.*?)```", TEXT, re.DOTALL)).splitlines()


def rows(heading: str) -> list[list[str]]:
    """The cells of the table below a heading, without its head."""
    section = re.split(rf"^#+ {heading}$", TEXT, flags=re.MULTILINE)[1]
    section = re.split(r"^#+ ", section, flags=re.MULTILINE)[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip(" `") for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_every_message_is_described() -> None:
    assert {row[0] for row in rows("What clients send")} == set(TYPES)


def test_every_error_is_described_with_its_number() -> None:
    assert {row[0]: int(row[1]) for row in rows("Errors")} == RPC_NUMBERS


def test_every_close_code_of_ours_is_described() -> None:
    ours = {STOPPING, SIGN_IN_FAILED, TOO_MANY}
    assert {farewell.code for farewell in ours} <= {int(row[0]) for row in rows("Close codes")}
    assert all(len(farewell.reason.encode()) <= 123 for farewell in ours)


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_is_json_and_those_that_clients_send_are_read(example: str) -> None:
    data = json.loads(example)
    if isinstance(data, list) or "jsonrpc" in data or data["type"] in TYPES:
        for call in read_frame(example).calls:
            assert not isinstance(call.content, Refused), str(call.content)


async def test_the_first_client_runs(shared_services: Services) -> None:
    [client] = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    async with live_server(shared_services) as live:
        own = client.replace("ws://127.0.0.1:8000", live.url.replace("http", "ws"))
        assert own != client
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", own, stdout=asyncio.subprocess.PIPE
        )
        async with asyncio.timeout(DEADLINE_S):
            said, _ = await process.communicate()
    types = [json.loads(line)["type"] for line in said.decode().splitlines()]
    assert (types[0], types[1], types[-1]) == ("connection_ready", "ack", "end")


def test_the_limits_are_the_defaults() -> None:
    settings = Settings()
    per_s = settings.ws_messages_per_s
    for words in (
        f"at most {settings.ws_frame_bytes:,} bytes",
        f"within {settings.ws_sign_in_s:.0f} seconds",
        f"two intervals of {settings.ws_ping_s:.0f} seconds",
        f"to {settings.ws_connections_per_user} connections a user",
        f"More than {per_s:.0f} messages a second (`GOLDENPATH_WS_MESSAGES_PER_S`; {5 * per_s:.0f}",
        f"the last {MOST_MESSAGES},",
        f"follows {MOST} threads at most",
        f"at most {MOST_WAITING} frames wait",
    ):
        assert words in " ".join(TEXT.split()), words
