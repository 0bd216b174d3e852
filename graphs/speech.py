"""What agents say: streamed messages as fragments with their place, and whole thoughts.

Ids are made of LangGraph's task ids, which are the same when a task runs again after a crash, and
every fragment says where in its message it goes: a message that is streamed again replaces itself.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from langchain_core.messages import AIMessage

from domain.events import Event
from domain.run_log import Path, Usage
from graphs.message_text import fragments, model_name
from graphs.open_work import OpenWork
from graphs.stream_parts import Namespace

#: A fragment longer than this is split, so that no event outgrows its cap.
_FRAGMENT_CHARS = 16_000

#: USD for a call of a model, from LangChain's `usage_metadata`; None when its price is unknown.
Price = Callable[[str, Mapping[str, Any]], Decimal | None]


class Speech:
    """Follows the messages and thoughts of one attempt."""

    def __init__(self, work: OpenWork, price: Price) -> None:
        self._work = work
        self._price = price
        #: Task → the ids of its streamed messages, in order.
        self._messages: dict[str, list[str]] = {}
        self._lengths: dict[tuple[str, str], int] = {}
        self._newest: dict[Namespace, tuple[str, Path, str]] = {}
        self._thoughts: dict[str, int] = {}

    def message(
        self,
        at: datetime,
        path: Path,
        place: tuple[Namespace, str, str],
        said: tuple[AIMessage, Mapping[str, Any]],
    ) -> list[Event]:
        """A message or a chunk of one, from `place`: namespace, node and task."""
        (namespace, node, task_id), (message, metadata) = place, said
        ids = self._messages.setdefault(task_id, [])
        key = message.id or ""
        if key not in ids:
            ids.append(key)
        message_id = f"{task_id}:{ids.index(key)}"
        model = model_name(message, metadata)
        if message.usage_metadata and (agent := self._work.log.agents.get(path)):
            agent.usage.add(self._spent(model, message.usage_metadata))
        self._newest[namespace] = (message_id, path, node)
        events: list[Event] = []
        for channel, text in fragments(message):
            for start in range(0, len(text), _FRAGMENT_CHARS):
                piece = text[start : start + _FRAGMENT_CHARS]
                offset = self._lengths.get((message_id, channel), 0)
                self._lengths[message_id, channel] = offset + len(piece)
                payload = _delta(message_id, channel, offset, piece, model)
                events.append(self._work.say(at, path, payload, node))
        return events

    def thought(self, at: datetime, path: Path, text: str, key: str, node: str | None) -> Event:
        """A whole sentence; `key` names the task that thinks."""
        count = self._thoughts[key] = self._thoughts.get(key, 0) + 1
        payload = {"kind": "thought", "message_id": f"{key}:t{count}", "text": text}
        return self._work.say(at, path, payload, node)

    def retract(self, at: datetime, namespace: Namespace) -> list[Event]:
        """Take back the newest message of a namespace."""
        newest = self._newest.get(namespace)
        if newest is None:
            return []
        message_id, path, node = newest
        return [
            self._work.say(at, path, _delta(message_id, channel, 0, "", None), node)
            for channel in ("reasoning", "answer")
            if self._lengths.pop((message_id, channel), 0)
        ]

    def _spent(self, model: str | None, tokens: Mapping[str, Any]) -> Usage:
        name = model or "unknown"
        cost = self._price(name, tokens)
        return Usage(name, tokens["input_tokens"], tokens["output_tokens"], cost)


def _delta(
    message_id: str, channel: str, offset: int, text: str, model: str | None
) -> dict[str, Any]:
    return {
        "kind": "delta",
        "message_id": message_id,
        "channel": channel,
        "offset": offset,
        "text": text,
        "model": model,
    }
