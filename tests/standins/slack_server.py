"""Slack's Web API of one workspace with one bot, as far as messages go."""

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from tests.standins.provider_server import ProviderServer, Question, Reply

TOKEN = "xoxb-0123456789-abcdefghij"
ORDERS, ARCHIVE, FOREIGN = "C0123456789", "C0000000009", "C0000000007"
_CHANNELS = {"#orders": ORDERS, "orders": ORDERS}
_POST = {
    *("channel", "text", "blocks", "thread_ts", "metadata", "attachments", "mrkdwn"),
    *("unfurl_links", "unfurl_media", "username", "icon_emoji", "reply_broadcast"),
}


@dataclass(slots=True)
class SlackServer(ProviderServer):
    """Its messages by channel, newest last."""

    messages: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: {ORDERS: []})
    scopes: set[str] = field(default_factory=lambda: {"chat:write", "channels:history"})
    clock: int = 1_503_435_956

    def reply(self, question: Question) -> Reply:
        token = question.headers.get("authorization", "").removeprefix("Bearer ")
        if token != TOKEN:
            return _no("invalid_auth" if token else "not_authed")
        arguments = _arguments(question)
        match question.path:
            case "/api/auth.test":
                return _yes(team="Shop", user="goldenbot", team_id="T01", user_id="U01", url="x")
            case "/api/chat.postMessage":
                return self._post(arguments)
            case "/api/chat.update":
                return self._update(arguments)
            case "/api/conversations.history" | "/api/conversations.replies":
                return self._history(arguments, question.path.rpartition(".")[2])
            case _:
                return _no("unknown_method")

    def say(self, count: int) -> None:
        """Others write in the channel."""
        for _ in range(count):
            self._keep(ORDERS, {"text": "Hello", "user": "U02"})

    def _post(self, arguments: dict[str, Any]) -> Reply:
        if unknown := arguments.keys() - _POST:
            return _no("invalid_arguments", response_metadata={"messages": sorted(unknown)})
        channel = _CHANNELS.get(arguments.get("channel", ""), arguments.get("channel", ""))
        if channel == ARCHIVE:
            return _no("is_archived")
        if channel == FOREIGN:
            return _no("not_in_channel")
        if channel not in self.messages:
            return _no("channel_not_found")
        if not arguments.get("text") and not arguments.get("blocks"):
            return _no("no_text")
        if len(arguments.get("text", "")) > 40_000:
            return _no("msg_too_long")
        if any("type" not in block for block in arguments.get("blocks", [])):
            return _no("invalid_blocks")
        kept = {name: arguments[name] for name in arguments if name != "channel"}
        message = self._keep(channel, {**kept, "bot_id": "B01"})
        return _yes(channel=channel, ts=message["ts"], message=_shown(message, with_mark=False))

    def _update(self, arguments: dict[str, Any]) -> Reply:
        for message in self.messages.get(arguments["channel"], []):
            if message["ts"] == arguments["ts"]:
                if "bot_id" not in message:
                    return _no("cant_update_message")
                message |= {name: arguments[name] for name in ("text", "metadata")}
                return _yes(channel=arguments["channel"], ts=message["ts"], text=message["text"])
        return _no("message_not_found")

    def _history(self, arguments: dict[str, Any], method: str) -> Reply:
        if "channels:history" not in self.scopes:
            return _no("missing_scope", needed="channels:history", provided="chat:write")
        if arguments["channel"] not in self.messages:
            return _no("channel_not_found")
        thread = arguments.get("ts") if method == "replies" else None
        found = [
            each
            for each in self.messages[arguments["channel"]]
            if (thread in (each["ts"], each.get("thread_ts")) if thread else True)
            and (thread or "thread_ts" not in each)
            and arguments.get("oldest", "0") <= each["ts"] <= arguments.get("latest", "9")
        ]
        if not thread:
            found.reverse()
        start, size = int(arguments.get("cursor") or 0), int(arguments.get("limit", 100))
        page, more = found[start : start + size], start + size < len(found)
        with_mark = arguments.get("include_all_metadata") in ("true", "1")
        cursor = {"next_cursor": str(start + size)} if more else {"next_cursor": ""}
        messages = [_shown(each, with_mark=with_mark) for each in page]
        return _yes(messages=messages, has_more=more, response_metadata=cursor)

    def _keep(self, channel: str, fields: dict[str, Any]) -> dict[str, Any]:
        self.clock += 1
        message = {"type": "message", "ts": f"{self.clock}.000100", **fields}
        self.messages[channel].append(message)
        return message


def _shown(message: dict[str, Any], *, with_mark: bool) -> dict[str, Any]:
    return {name: value for name, value in message.items() if with_mark or name != "metadata"}


def _arguments(question: Question) -> dict[str, Any]:
    """Slack takes JSON, forms and queries."""
    kind = question.headers.get("content-type", "").split(";")[0]
    if kind == "application/json" and question.body:
        return json.loads(question.body)
    return question.query | dict(parse_qsl(question.body.decode()))


def _yes(**fields: Any) -> Reply:
    return Reply(200, {"ok": True, **fields})


def _no(error: str, **fields: Any) -> Reply:
    return Reply(200, {"ok": False, "error": error, **fields})
