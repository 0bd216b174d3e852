"""`messages:init` has the newest messages, as many as fit."""

from typing import Any
from uuid import UUID, uuid4

import orjson

from server.websocket.first_messages import first_messages
from storage.conversations import Conversation

THREAD = UUID(int=1)


def shown(messages: list[Any], *, has_more: bool = False, **fields: Any) -> dict[str, Any]:
    conversation = Conversation("idle", messages, has_more, fields.pop("interrupts", {}), None, 7)
    return orjson.loads(first_messages(THREAD, conversation))


def test_the_frame_says_where_the_events_go_on() -> None:
    frame = shown([{"content": "Hi"}])
    assert frame == {
        "type": "messages:init",
        "thread_id": str(THREAD),
        "status": "idle",
        "messages": [{"content": "Hi"}],
        "has_more": False,
        "interrupts": [],
        "asked_by": None,
        "after": 7,
    }
    assert shown([], has_more=True)["has_more"]


def test_large_messages_leave_older_ones_out() -> None:
    messages = [{"content": f"{number}" * 100_000} for number in range(4)]
    frame = shown(messages)
    assert frame["messages"] == messages[2:]
    assert frame["has_more"]
    assert len(orjson.dumps(frame)) < 2**18 + 1000
    assert shown([{"content": "x" * 2**19}])["messages"] == []


def test_what_is_asked_is_one_list() -> None:
    asks = [{"id": str(uuid4()), "value": {}, "response_schema": None} for _ in range(3)]
    frame = shown([], interrupts={"a": asks[:2], "b": asks[2:]})
    assert frame["interrupts"] == asks
