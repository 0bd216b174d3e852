"""The only way out: an HTTP client that connects to nothing but checked addresses.

TLS and the Host header keep the name whose address was checked, and every redirect goes the same
way. Connections are kept by the client that made them: rules that differ need clients of their own.
"""

import asyncio
import ssl
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, Final

import httpcore2
import httpx2

from domain.egress import EgressRules
from domain.errors import AnswerTooLarge, CallRefused
from tools.http_connections import CheckedBackend, Resolver, resolve

#: What a redirect to another origin takes along. Credentials come under any name.
_HARMLESS_HEADERS: Final = frozenset(
    {
        *("accept", "accept-encoding", "accept-language", "connection", "content-length"),
        *("content-type", "host", "transfer-encoding", "user-agent"),
    }
)
_KEEP_CONNECTION_S: Final = 5.0
_DEADLINE: Final = "deadline"
_NOT_IN_TIME: Final = "The answer took longer than is waited for."


#: No answer came, or none that could be read.
CallFailed = httpx2.HTTPError

#: What was given as an address is none.
BadAddress = httpx2.InvalidURL


@dataclass(frozen=True, slots=True)
class CallLimits:
    """How patient a client is, seconds, and how much it reads."""

    connect_s: float = 10.0
    #: Longest silence.
    read_s: float = 30.0
    #: From the request to the end of the answer, redirects included; None for answers that stream.
    total_s: float | None = 60.0
    #: Of one answer, unpacked.
    answer_bytes: int = 10 * 1024 * 1024
    redirects: int = 5
    connections: int = 100


def http_transport(
    rules: EgressRules,
    limits: CallLimits | None = None,
    *,
    resolver: Resolver = resolve,
    trusted: ssl.SSLContext | None = None,
) -> httpx2.AsyncBaseTransport:
    """The transport of `http_client`, for libraries that make a client of their own.

    Such a client must not follow redirects by itself.
    """
    backend = CheckedBackend(rules, resolver)
    return _CheckedTransport(backend, trusted or trusted_certificates(), limits or CallLimits())


@cache
def trusted_certificates() -> ssl.SSLContext:
    """What the system trusts; reading all certificates takes longer than most calls."""
    # Whose certificates count may be set for the machine (SSL_CERT_FILE); nothing else may.
    return httpx2.create_ssl_context()


def http_client(
    rules: EgressRules,
    limits: CallLimits | None = None,
    *,
    resolver: Resolver = resolve,
    trusted: ssl.SSLContext | None = None,
) -> "HttpClient":
    """A client for everything outside; close it when its owner ends.

    It raises `CallRefused` and `AnswerTooLarge` beside the errors of its library. `trusted` says
    whose certificates count, by default those that the system trusts.
    """
    limits = limits or CallLimits()
    return HttpClient(http_transport(rules, limits, resolver=resolver, trusted=trusted), limits)


def blocking_calls_refused() -> httpx2.Client:
    """A client that calls nothing, for libraries that want one beside the asynchronous one."""
    return httpx2.Client(transport=_NoTransport(), trust_env=False)


class _NoTransport(httpx2.BaseTransport):
    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        raise CallRefused("Calls that block are not made. Use the asynchronous client.")


class HttpClient(httpx2.AsyncClient):
    """Follows redirects as carefully as it connects; keeps no cookies, knows no proxies."""

    def __init__(self, transport: httpx2.AsyncBaseTransport, limits: CallLimits) -> None:
        super().__init__(
            transport=transport,
            timeout=httpx2.Timeout(limits.read_s, connect=limits.connect_s),
            follow_redirects=True,
            trust_env=False,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
        )
        self._call_limits = limits

    async def send(
        self,
        request: httpx2.Request,
        *,
        stream: bool = False,
        auth: Any = httpx2.USE_CLIENT_DEFAULT,
        follow_redirects: Any = httpx2.USE_CLIENT_DEFAULT,
    ) -> httpx2.Response:
        """Send a request, and go where its answer leads if that is allowed."""
        limits = self._call_limits
        if limits.total_s is not None:
            deadline = asyncio.get_running_loop().time() + limits.total_s
            request.extensions = {**request.extensions, _DEADLINE: deadline}
        follows = (
            self.follow_redirects if follow_redirects not in (True, False) else follow_redirects
        )
        history: list[httpx2.Response] = []
        while True:
            response = await super().send(request, stream=stream, auth=auth, follow_redirects=False)
            response.history = list(history)
            if response.next_request is None or not follows:
                return response
            await response.aclose()
            history.append(response)
            if len(history) > limits.redirects:
                raise CallRefused(
                    f"The called server redirected more than {limits.redirects} times. Call the "
                    "address that it leads to."
                )
            request = _redirected(request, response.next_request)
            if request.url.origin != history[-1].request.url.origin:
                auth = None


def _redirected(before: httpx2.Request, after: httpx2.Request) -> httpx2.Request:
    """The request that a redirect asks for, without what is not meant for another origin."""
    if before.url.scheme == "https" and after.url.scheme != "https":
        raise CallRefused(
            "The called server redirected from https to an address without encryption, which is "
            "not followed. Call the address that it leads to, if you trust the way there."
        )
    if before.url.origin == after.url.origin:
        return after
    if after.method not in ("GET", "HEAD", "OPTIONS"):
        raise CallRefused(
            "The called server redirected a request with a body to another server, which is not "
            "followed. Call the address that it leads to."
        )
    headers = {
        name: value for name, value in after.headers.items() if name.lower() in _HARMLESS_HEADERS
    }
    url = after.url.copy_with(userinfo=b"")
    headers["host"] = url.netloc.decode("ascii")
    return httpx2.Request(after.method, url, headers=headers, extensions=after.extensions)


class _CheckedTransport(httpx2.AsyncHTTPTransport):
    """Connections to checked addresses, and answers with a limit."""

    def __init__(self, backend: CheckedBackend, verify: ssl.SSLContext, limits: CallLimits) -> None:
        super().__init__(verify=verify, trust_env=False)
        # The library's constructor does not take a network backend.
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=verify,
            max_connections=limits.connections,
            keepalive_expiry=_KEEP_CONNECTION_S,
            network_backend=backend,
        )
        self._answer_bytes = limits.answer_bytes

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send one request; its answer is read no further than the limits allow."""
        deadline: float | None = request.extensions.get(_DEADLINE)
        try:
            async with asyncio.timeout_at(deadline):
                response = await super().handle_async_request(request)
        except TimeoutError as error:
            raise httpx2.ReadTimeout(_NOT_IN_TIME, request=request) from error
        stream = response.stream
        assert isinstance(stream, httpx2.AsyncByteStream)
        return _BoundedResponse(response, _TimedStream(stream, deadline), self._answer_bytes)


class _TimedStream(httpx2.AsyncByteStream):
    """An answer's bytes up to the deadline."""

    def __init__(self, stream: httpx2.AsyncByteStream, deadline: float | None) -> None:
        self._stream = stream
        self._deadline = deadline

    async def __aiter__(self) -> AsyncIterator[bytes]:
        chunks = aiter(self._stream)
        while True:
            try:
                async with asyncio.timeout_at(self._deadline):
                    chunk = await anext(chunks)
            except StopAsyncIteration:
                return
            except TimeoutError as error:
                raise httpx2.ReadTimeout(_NOT_IN_TIME) from error
            yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()


class _BoundedResponse(httpx2.Response):
    """An answer that is read up to a limit, packed and unpacked."""

    def __init__(
        self, response: httpx2.Response, stream: httpx2.AsyncByteStream, limit: int
    ) -> None:
        super().__init__(
            response.status_code,
            headers=response.headers,
            stream=stream,
            extensions=response.extensions,
        )
        self._limit = limit

    async def aiter_raw(self, chunk_size: int | None = None) -> AsyncGenerator[bytes, None]:
        """The bytes as they were sent."""
        async for chunk in self._limited(super().aiter_raw(chunk_size)):
            yield chunk

    async def aiter_bytes(self, chunk_size: int | None = None) -> AsyncGenerator[bytes, None]:
        """The bytes, unpacked a little at a time."""
        async for chunk in self._limited(super().aiter_bytes(chunk_size)):
            yield chunk

    async def _limited(self, chunks: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
        size = 0
        try:
            async for chunk in chunks:
                size += len(chunk)
                if size > self._limit:
                    raise AnswerTooLarge(self._limit)
                yield chunk
        finally:
            await chunks.aclose()
