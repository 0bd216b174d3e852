"""`messages:init`: what a subscriber that brings no cursor gets before the events."""

from typing import Any, Final
from uuid import UUID

import orjson

from storage.conversations import Conversation

#: The last so many messages, as far as they fit.
MOST_MESSAGES: Final = 25
#: Clients accept frames of a megabyte or so.
_MOST_BYTES: Final = 256 * 1024


def first_messages(thread_id: UUID, conversation: Conversation) -> bytes:
    """The frame: last messages, what the thread waits for, and where the events go on."""
    messages = _newest_that_fit(conversation.messages)
    has_more = conversation.has_more or len(messages) < len(conversation.messages)
    asked_by = conversation.asked_by
    return orjson.dumps(
        {
            "type": "messages:init",
            "thread_id": str(thread_id),
            "status": conversation.status,
            "messages": [orjson.Fragment(message) for message in messages],
            "has_more": has_more,
            "interrupts": [ask for asks in conversation.interrupts.values() for ask in asks],
            "asked_by": str(asked_by) if asked_by else None,
            "after": conversation.after,
        }
    )


def _newest_that_fit(messages: list[Any]) -> list[bytes]:
    fitting: list[bytes] = []
    room = _MOST_BYTES
    for message in reversed(messages):
        text = orjson.dumps(message)
        room -= len(text)
        if room < 0:
            break
        fitting.append(text)
    return fitting[::-1]
