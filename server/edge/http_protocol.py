"""uvicorn's HTTP protocol, with an end to its patience.

A client may be slow, but not so slow that it only holds a connection: its head must come within a
time, its body and what it takes of the answer at a rate. It also bounds the head's size.
"""

import asyncio
from dataclasses import dataclass
from typing import ClassVar, Final, cast
from uuid import uuid4

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from server.settings import Settings

#: The least that a client sends of a body and takes of an answer, bytes a second.
LEAST_RATE: Final = 500
#: How long a client that was answered early may go on to send, seconds.
_LINGER_S: Final = 2.0

_PHRASES: Final = {400: "Bad Request", 408: "Request Timeout", 431: "Header Fields Too Large"}
_SENTENCES: Final = {
    400: "This is no valid HTTP request. Mend it.",
    408: "The request came too slowly. Send it again, faster.",
    431: "The request's headers are too large. Send less, or raise GOLDENPATH_HEADER_KB.",
}


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a connection may take for what."""

    header_bytes: int = 32 * 1024
    header_s: float = 10.0
    #: Before the rate of a body counts, and of an answer that is not taken.
    body_s: float = 20.0
    answer_s: float = 60.0


class TimedProtocol(HttpToolsProtocol):
    """Ends connections that are too slow, and refuses heads that are too large."""

    patience: ClassVar[Patience] = Patience()

    #: Of what comes now: a head, or what is missing of a body.
    _read_timer: asyncio.TimerHandle | None = None
    _write_timer: asyncio.TimerHandle | None = None
    #: Between the first byte of a request and the end of its head, and how much of that came.
    _in_head = False
    _head_bytes = 0
    #: Between head and end.
    _in_body = False
    _body_bytes = 0
    _refused_as = 400

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A connection; it must say something."""
        super().connection_made(cast(asyncio.Transport, transport))
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """It is gone."""
        super().connection_lost(exc)
        self._end_read_timer()
        self._end_write_timer()

    def data_received(self, data: bytes) -> None:
        """Bytes: of a head, a body, or several requests."""
        if not self._in_head and not self._in_body:
            self._expect_head()
        if self._in_head:
            self._head_bytes += len(data)
        else:
            self._body_bytes += len(data)
        super().data_received(data)
        if self._in_head and self._head_bytes > self.patience.header_bytes:
            self._refuse(431)
        elif self._in_body and self._read_timer is None:
            self._await_body(self.patience.body_s)

    def on_headers_complete(self) -> None:
        """A head: to be handled, unless it is too large."""
        size = len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)
        if size > self.patience.header_bytes:
            self._refused_as = 431
            raise ValueError
        self._end_read_timer()
        self._in_head, self._in_body, self._body_bytes = False, True, 0
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """A request, all of it."""
        self._end_read_timer()
        self._in_body = False
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """An answer, all of it, though perhaps not taken yet."""
        super().on_response_complete()
        if self._in_body and self._read_timer:
            # It was answered before it had been read: its rest is nobody's concern.
            self._await_body(_LINGER_S)
        if self._write_timer is None and self._unsent:
            self._await_reader()

    def pause_writing(self) -> None:
        """The client takes less than it gets."""
        super().pause_writing()
        if self._write_timer is None:
            self._await_reader()

    def resume_writing(self) -> None:
        """It has caught up."""
        super().resume_writing()
        self._end_write_timer()

    def send_400_response(self, msg: str) -> None:
        """What the parser does not take."""
        self._refuse(self._refused_as)

    def _expect_head(self) -> None:
        self._in_head, self._head_bytes = True, 0
        self._end_read_timer()
        self._read_timer = self.loop.call_later(self.patience.header_s, self._head_is_late)

    def _head_is_late(self) -> None:
        if self._is_answering:
            # A request behind another one that is still being answered: a stream, say.
            self._expect_head()
        elif self._head_bytes:
            self._refuse(408)
        else:
            self.transport.close()

    def _await_body(self, seconds: float) -> None:
        self._end_read_timer()
        self._read_timer = self.loop.call_later(seconds, self._look_at_body, self._body_bytes)

    def _look_at_body(self, before: int) -> None:
        self._read_timer = None
        if self._is_answered:
            self.transport.abort()
        elif self.flow.read_paused or self._came_fast_enough(before):
            self._await_body(self.patience.body_s)
        else:
            self._refuse(408)
            # Whoever waits for the body hears that nothing more comes.
            self.cycle.disconnected = True
            self.cycle.message_event.set()

    def _came_fast_enough(self, before: int) -> bool:
        return self._body_bytes - before >= LEAST_RATE * self.patience.body_s

    def _await_reader(self) -> None:
        self._write_timer = self.loop.call_later(
            self.patience.answer_s, self._look_at_reader, self._unsent
        )

    def _look_at_reader(self, before: int) -> None:
        self._write_timer = None
        if not self._unsent:
            return
        if before - self._unsent >= LEAST_RATE * self.patience.answer_s:
            self._await_reader()
        else:
            self.transport.abort()

    @property
    def _unsent(self) -> int:
        return self.transport.get_write_buffer_size()

    @property
    def _is_answering(self) -> bool:
        return self._newest is not None and not self._newest.response_complete

    @property
    def _is_answered(self) -> bool:
        return self._newest is not None and self._newest.response_complete

    @property
    def _newest(self) -> RequestResponseCycle | None:
        """The last request of which a head came; uvicorn's types forget that there may be none."""
        return cast(RequestResponseCycle | None, self.cycle)

    def _refuse(self, status: int) -> None:
        """Answer, unless another answer has begun, and close."""
        self._end_read_timer()
        if self.transport.is_closing():
            return
        has_begun = self._newest is not None and self._newest.response_started
        if not has_begun or self._is_answered:
            self.transport.write(_refusal(status))
        self.transport.close()
        self._await_reader()

    def _end_read_timer(self) -> None:
        if self._read_timer:
            self._read_timer.cancel()
            self._read_timer = None

    def _end_write_timer(self) -> None:
        if self._write_timer:
            self._write_timer.cancel()
            self._write_timer = None


def timed_protocol(settings: Settings) -> type[TimedProtocol]:
    """The protocol with the patience of the settings."""

    class PatientProtocol(TimedProtocol):
        patience = Patience(
            header_bytes=settings.header_kb * 1024,
            header_s=settings.header_timeout_s,
            body_s=settings.body_timeout_s,
            answer_s=settings.answer_timeout_s,
        )

    return PatientProtocol


def _refusal(status: int) -> bytes:
    body = b'{"detail":"%b"}' % _SENTENCES[status].encode()
    head = (
        f"HTTP/1.1 {status} {_PHRASES[status]}\r\n"
        "content-type: application/json\r\n"
        f"content-length: {len(body)}\r\n"
        "x-content-type-options: nosniff\r\n"
        f"x-request-id: {uuid4().hex}\r\n"
        "connection: close\r\n\r\n"
    )
    return head.encode() + body
