"""Stands before Gradio: it tells a session by a word of the browser's, so anybody could say it.

Only what our pages use is let through; a session, an upload and a file belong to who began them.
"""

import os
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final, cast
from urllib.parse import parse_qs, quote

import orjson
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from domain.identity import UserContext
from ui.owners import Owners

Identify = Callable[[Scope], Awaitable[UserContext | None]]

_API: Final = "/gradio_api"
_READ: Final = frozenset({"GET", "HEAD"})
#: Scripts, styles and pictures of Gradio's: the same for everybody.
_PUBLIC: Final = ("/assets/", "/static/", "/svelte/")
_PUBLIC_FILES: Final = frozenset(
    {"/theme.css", "/favicon.ico", "/manifest.json", "/robots.txt", f"{_API}/theme.css"}
)
#: What Gradio has beside its pages and ours do not use.
_CLOSED: Final = ("/monitoring", "/login", "/logout", "/gradio_api")
#: What says the same to everybody who is signed in, and changes nothing.
_SHARED: Final = frozenset(
    f"{_API}/{name}" for name in ("info", "app_id", "startup-events", "queue/status")
)

_SIGN_IN: Final = "You are not signed in (any more). Load the page again to sign in."
_NOT_YOURS: Final = "This belongs to somebody else, or to an older page. Load the page again."
_NOT_HERE: Final = "There is nothing here. The pages begin at the address without anything behind."
_UNREADABLE: Final = "This request cannot be read. Load the page again."


@dataclass(frozen=True, slots=True)
class _Request:
    """One request of a signed-in person."""

    scope: Scope
    receive: Receive
    send: Send
    path: str
    owner: tuple[str, str]

    @property
    def key(self) -> tuple[str, str]:
        """What is asked."""
        return self.scope["method"], self.path

    def parameter(self, name: str) -> str:
        """A value of the query; empty when it is not there."""
        query = parse_qs(self.scope.get("query_string", b"").decode("latin-1"))
        return query.get(name, [""])[-1]


class Guard:
    """Lets people reach their own sessions, uploads and files, and nobody else's."""

    def __init__(
        self,
        app: ASGIApp,
        identify: Identify,
        sign_in_path: str | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """`identify` says who asks; who is nobody is led to `sign_in_path` from pages."""
        self.inside = app
        self._identify = identify
        self._sign_in_path = sign_in_path
        self._owners = Owners(now)
        self._ways: dict[tuple[str, str], Callable[[_Request], Awaitable[Response | None]]] = {
            ("POST", f"{_API}/queue/join"): self._join,
            ("GET", f"{_API}/queue/data"): self._follow,
            ("POST", f"{_API}/cancel"): self._cancel,
            ("POST", f"{_API}/upload"): self._upload,
            ("GET", f"{_API}/upload_progress"): self._watch_upload,
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let it through, or refuse it."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.inside(scope, receive, send)
            return
        path: str = scope["path"].removeprefix(scope.get("root_path", "")) or "/"
        if scope["method"] in _READ and (path.startswith(_PUBLIC) or path in _PUBLIC_FILES):
            await self.inside(scope, receive, send)
            return
        user = await self._identify(scope)
        if user is None:
            await self._nobody(scope, path)(scope, receive, send)
            return
        request = _Request(scope, receive, send, path.rstrip("/"), (user.tenant_id, user.user_id))
        refusal = await self._let_through(request)
        if refusal is not None:
            await refusal(scope, receive, send)

    async def _let_through(self, request: _Request) -> Response | None:
        """Do what is asked, or say why not."""
        if way := self._ways.get(request.key):
            return await way(request)
        is_reading = request.scope["method"] in _READ
        heartbeat, file = f"{_API}/heartbeat/", f"{_API}/file="
        if is_reading and request.path.startswith(heartbeat):
            return await self._own(request, "session", request.path.removeprefix(heartbeat))
        if is_reading and request.path.startswith(file):
            return await self._file(request, request.path.removeprefix(file))
        is_page = is_reading and not request.path.startswith(_CLOSED)
        if is_page or (is_reading and request.path in _SHARED):
            await self.inside(request.scope, request.receive, request.send)
            return None
        if request.key == ("POST", f"{_API}/reset"):
            # It does nothing any more, but Gradio's script says it.
            return JSONResponse({"success": True})
        return _refusal(404, _NOT_HERE)

    async def _own(self, request: _Request, kind: str, name: str) -> Response | None:
        """For who names something first."""
        if not name or not self._owners.claim(f"{kind} {name}", request.owner):
            return _refusal(403, _NOT_YOURS)
        await self.inside(request.scope, request.receive, request.send)
        return None

    async def _join(self, request: _Request) -> Response | None:
        body, content = await _read(request)
        session = content.get("session_hash")
        if not isinstance(session, str):
            return _refusal(400, _UNREADABLE)
        if not all(self._is_own_file(path, request.owner) for path in _paths(content)):
            return _refusal(403, _NOT_YOURS)
        return await self._own(_again(request, body), "session", session)

    async def _follow(self, request: _Request) -> Response | None:
        session = request.parameter("session_hash")
        if not self._owners.owns(f"session {session}", request.owner):
            return _refusal(403, _NOT_YOURS)
        return await self._own(request, "session", session)

    async def _cancel(self, request: _Request) -> Response | None:
        body, content = await _read(request)
        if not self._owners.owns(f"session {content.get('session_hash')}", request.owner):
            return _refusal(403, _NOT_YOURS)
        await self.inside(request.scope, _again(request, body).receive, request.send)
        return None

    async def _watch_upload(self, request: _Request) -> Response | None:
        return await self._own(request, "upload", request.parameter("upload_id"))

    async def _upload(self, request: _Request) -> Response | None:
        """Note whose the files are before their paths are told."""
        upload_id = request.parameter("upload_id")
        if upload_id and not self._owners.claim(f"upload {upload_id}", request.owner):
            return _refusal(403, _NOT_YOURS)
        start: Message = {}
        answer = bytearray()

        async def noted(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                start = message
                return
            answer.extend(message.get("body", b""))
            if not message.get("more_body"):
                if start["status"] == 200:
                    self._note_files(bytes(answer), request.owner)
                await request.send(start)
                await request.send({"type": "http.response.body", "body": bytes(answer)})

        await self.inside(request.scope, request.receive, noted)
        return None

    def _note_files(self, answer: bytes, owner: tuple[str, str]) -> None:
        for path in cast(list[str], orjson.loads(answer)):
            # Several may have sent the same file: it has one path.
            self._owners.claim(_file_name(path, owner), owner)

    async def _file(self, request: _Request, path: str) -> Response | None:
        if not self._is_own_file(path, request.owner):
            return _refusal(403, _NOT_YOURS)
        await self.inside(request.scope, request.receive, request.send)
        return None

    def _is_own_file(self, path: str, owner: tuple[str, str]) -> bool:
        return self._owners.owns(_file_name(path, owner), owner)

    def _nobody(self, scope: Scope, path: str) -> Response:
        is_page = scope["method"] in _READ and not path.startswith((*_CLOSED, "/config"))
        if self._sign_in_path and is_page:
            query = scope.get("query_string", b"").decode("latin-1")
            wanted = scope["path"] + (f"?{query}" if query else "")
            return RedirectResponse(f"{self._sign_in_path}?next={quote(wanted, safe='')}", 303)
        return _refusal(401, _SIGN_IN)


def _refusal(status: int, sentence: str) -> Response:
    return JSONResponse({"detail": sentence}, status_code=status)


async def _read(request: _Request) -> tuple[bytes, dict[str, Any]]:
    """The body, and its fields; none when it is no JSON object."""
    parts: list[bytes] = []
    while True:
        message = await request.receive()
        parts.append(message.get("body", b""))
        if message["type"] != "http.request" or not message.get("more_body"):
            break
    body = b"".join(parts)
    try:
        content: Any = orjson.loads(body)
    except orjson.JSONDecodeError:
        return body, {}
    return body, cast(dict[str, Any], content) if isinstance(content, dict) else {}


def _again(request: _Request, body: bytes) -> _Request:
    """The request with its body still to be read."""
    is_read = False

    async def receive() -> Message:
        nonlocal is_read
        if is_read:
            return await request.receive()
        is_read = True
        return {"type": "http.request", "body": body, "more_body": False}

    return _Request(request.scope, receive, request.send, request.path, request.owner)


def _paths(content: Any) -> Iterator[str]:
    """What Gradio takes for files: the `path` of any object."""
    waiting: list[Any] = [content]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            fields = cast(dict[str, Any], value)
            waiting += fields.values()
            if isinstance(path := fields.get("path"), str):
                yield path
        elif isinstance(value, list):
            waiting += cast(list[Any], value)


def _file_name(path: str, owner: tuple[str, str]) -> str:
    return f"file {os.path.abspath(path)} {owner}"
