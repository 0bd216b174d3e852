"""A local server that answers as a provider does, and fails, stalls or loses answers when told."""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.standins.http_server import Answer, Asked, HttpServer


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: its status, its body as JSON data or text, and headers of its own."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    #: Longer than anybody waits.
    stalls: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """A request, taken apart."""

    method: str
    path: str
    query: dict[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        """A form's fields; a request with another content type has none."""
        if self._media_type != "application/x-www-form-urlencoded":
            raise Refusal(Reply(415, {"message": "a form is needed"}))
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))

    @property
    def json(self) -> Any:
        if self._media_type != "application/json":
            raise Refusal(Reply(415, {"message": "JSON is needed"}))
        return json.loads(self.body)

    @property
    def _media_type(self) -> str:
        return self.headers.get("content-type", "").split(";")[0]

    def signed_in(self) -> tuple[str, str]:
        """User and password of HTTP's basic sign-in; empty without."""
        kind, _, value = self.headers.get("authorization", "").partition(" ")
        if kind.lower() != "basic":
            return "", ""
        user, _, password = base64.b64decode(value).decode().partition(":")
        return user, password


class Refusal(Exception):
    """Ends a request with an answer."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply)
        self.reply = reply


@dataclass(slots=True)
class ProviderServer(HttpServer):
    """Keeps what it was asked; subclasses say what a provider does."""

    #: Answered instead, one after the other, without doing anything.
    troubles: list[Reply] = field(default_factory=list)
    #: So many of the next requests that change something are done and not answered.
    lost_answers: int = 0
    #: Answered instead at one path each, in the same way.
    troubles_at: dict[str, list[Reply]] = field(default_factory=dict)
    #: What these requests ask for is done, and their answers never come.
    holds_back: Callable[[Question], bool] = lambda question: False
    held_back: list[Question] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def answer(self, asked: Asked) -> Answer:
        if self.troubles:
            return _answer(self.troubles.pop(0))
        question = _question(asked)
        if troubles := self.troubles_at.get(question.path):
            return _answer(troubles.pop(0))
        try:
            reply = self.reply(question)
        except Refusal as refusal:
            reply = refusal.reply
        if self.lost_answers and question.method != "GET":
            self.lost_answers -= 1
            raise ConnectionResetError
        if self.holds_back(question):
            self.held_back.append(question)
            reply = replace(reply, stalls=True)
        return _answer(reply)

    def reply(self, question: Question) -> Reply:
        raise NotImplementedError

    def questions(self, method: str | None = None) -> list[Question]:
        """What it was asked so far."""
        found = [_question(asked) for asked in self.asked]
        return [each for each in found if method in (None, each.method)]


def _question(asked: Asked) -> Question:
    method, target, _ = asked.line.split(" ")
    parts = urlsplit(target)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    return Question(method, unquote(parts.path), query, asked.headers, asked.body)


def _answer(reply: Reply) -> Answer:
    body = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
    headers = {
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        **reply.headers,
    }
    lines = [f"HTTP/1.1 {reply.status} {HTTPStatus(reply.status).phrase}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return Answer("\r\n".join(lines), (body,), pause_s=3600 if reply.stalls else 0)
