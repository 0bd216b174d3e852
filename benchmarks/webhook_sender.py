"""What signs and sends deliveries, at little cost: connections are kept and used again."""

import asyncio
import hashlib
import hmac
import json
from typing import Any
from urllib.parse import urlsplit

from tools.triggers.razorpay import body_of

SECRET = "the secret of the benchmarks"
_ANSWER_LIMIT_S = 30.0

_Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Sender:
    """Sends payments as Razorpay does."""

    def __init__(self, url: str, path: str) -> None:
        self._address = urlsplit(url)
        self._path = path
        self._idle: list[_Connection] = []

    async def deliver(self, payment_id: str) -> tuple[int, bytes]:
        """Send a payment; returns the status and the body of the answer."""
        body = json.dumps(body_of("payment.captured", id=payment_id)).encode()
        signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        return await self.post(self._path, body, f"X-Razorpay-Signature: {signature}\r\n")

    async def post(self, path: str, body: bytes, headers: str = "") -> tuple[int, bytes]:
        """Send JSON; returns the status and the body of the answer."""
        request = (
            f"POST {path} HTTP/1.1\r\nHost: {self._address.netloc}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
        ).encode() + body
        connection = await self._connection()
        reader, writer = connection
        writer.write(request)
        async with asyncio.timeout(_ANSWER_LIMIT_S):
            answer = await _answer(reader)
        self._idle.append(connection)
        return answer

    def close(self) -> None:
        """Give the connections up."""
        for _, writer in self._idle:
            writer.close()

    async def _connection(self) -> _Connection:
        # The service hangs up on connections that were idle for a while.
        while self._idle:
            reader, writer = self._idle.pop()
            if not reader.at_eof():
                return reader, writer
            writer.close()
        address = self._address
        return await asyncio.open_connection(address.hostname, address.port)


async def request_json(url: str, path: str, body: Any) -> Any:
    """The answer to one request with JSON; raises when it was refused."""
    sender = Sender(url, path)
    try:
        status, answer = await sender.post(path, json.dumps(body).encode())
    finally:
        sender.close()
    if status >= 300:
        raise AssertionError(f"{path} was answered with {status}: {answer[:300]!r}")
    return json.loads(answer)


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    fields = dict(line.lower().split(b": ", 1) for line in lines[1:] if line)
    status = int(lines[0].split(b" ")[1])
    return status, await reader.readexactly(int(fields[b"content-length"]))
