"""One WebSocket: signs in, reads calls in order, answers them, and sends what it follows."""

import asyncio
from datetime import UTC, datetime
from typing import Final
from uuid import uuid4

from starlette.websockets import WebSocket, WebSocketDisconnect

from domain.errors import NotSignedIn
from domain.events import timestamp
from domain.identity import UserContext
from server.auth.authenticators import Authenticator
from server.auth.credentials import named_token
from server.auth.standing import Standing
from server.services import Services
from server.websocket.allowance import Allowance
from server.websocket.calls import Call, Frame, answer, failure, read_frame, refused_frame
from server.websocket.connections import (
    SIGN_IN_FAILED,
    STOPPING,
    TOO_MANY,
    ConnectionRegistry,
    Farewell,
)
from server.websocket.failures import Refused, refusal_of
from server.websocket.handshake import offered_token, own_cookie
from server.websocket.messages import SignIn
from server.websocket.methods import Following, Methods
from server.websocket.outbox import Outbox
from server.websocket.subscriptions import Subscriptions
from server.websocket.tasks import end

#: How long a peer may take to let a good-bye through, seconds.
_FAREWELL_S: Final = 1.0


class Connection:
    """An accepted WebSocket, until its peer or the process goes."""

    def __init__(
        self,
        websocket: WebSocket,
        services: Services,
        authenticate: Authenticator,
        registry: ConnectionRegistry,
    ) -> None:
        self._websocket = websocket
        self._services = services
        self._authenticate = authenticate
        self._registry = registry
        self._outbox = Outbox()
        self._standing: Standing | None = None
        self._signed_in = asyncio.Event()
        self._farewell: Farewell | None = None
        self._leaving = asyncio.Event()
        settings = services.settings
        self._frame_bytes = settings.ws_frame_bytes
        self._allowance = Allowance(settings.ws_messages_per_s, asyncio.get_running_loop().time())

    def leave(self, farewell: Farewell) -> None:
        """Say good-bye and close, soon. Of several reasons the first counts."""
        self._farewell = self._farewell or farewell
        self._leaving.set()

    async def run(self) -> None:
        """Serve until the peer is gone or the server says good-bye. Leaves no task behind."""
        stopping = self._services.stopping
        stopping.watch(self, lambda: self.leave(STOPPING))
        try:
            await self._run()
        finally:
            stopping.forget(self)

    async def _run(self) -> None:
        with self._registry.opened():
            async with asyncio.TaskGroup() as tasks:
                subscriptions = self._subscriptions(tasks)
                parts = (
                    tasks.create_task(self._outbox.send_all(self._websocket), name="ws writer"),
                    tasks.create_task(self._serve(subscriptions), name="ws reader"),
                    tasks.create_task(self._leaving.wait(), name="ws leaving"),
                    tasks.create_task(self._watch_standing(), name="ws standing"),
                )
                await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
                await end(*parts)
                await subscriptions.stop_all()
            await self._say_farewell()

    def _subscriptions(self, tasks: asyncio.TaskGroup) -> Subscriptions:
        return Subscriptions(tasks, self._services.feed, self._outbox)

    async def _serve(self, subscriptions: Subscriptions) -> None:
        standing = await self._sign_in()
        if standing is None:
            return
        user = standing.user
        with self._registry.signed_in(user) as is_welcome:
            if not is_welcome:
                self.leave(TOO_MANY)
                return
            await self._outbox.put_json(
                {
                    "type": "connection_ready",
                    "user_id": user.user_id,
                    "connection_id": str(uuid4()),
                    "server_time": timestamp(datetime.now(UTC)),
                }
            )
            self._standing = standing
            self._signed_in.set()
            await self._converse(standing, subscriptions)

    async def _converse(self, standing: Standing, subscriptions: Subscriptions) -> None:
        """Answer who has signed in until they are gone."""
        methods = Methods(self._services, standing, subscriptions)
        while (received := await self._receive()) is not None:
            await self._handle(received, methods, subscriptions)

    async def _watch_standing(self) -> None:
        """Say good-bye to whose credential is good no more; as often as there are pings."""
        await self._signed_in.wait()
        if self._standing:
            await self._standing.until_lost()
            self.leave(SIGN_IN_FAILED)

    async def _sign_in(self) -> Standing | None:
        """Who is there; None when it stays unknown. What comes before is not even read."""
        try:
            token = self._offered_token()
            try:
                return self._standing_of(token, await self._authenticate(token))
            except NotSignedIn:
                if token is not None:
                    raise
            async with asyncio.timeout(self._services.settings.ws_sign_in_s):
                received = await self._receive()
            if received is None:
                return None
            message = _sign_in_message(received, self._frame_bytes)
            token = named_token(message.token)
            user = await self._authenticate(token)
            if message.user_id not in (None, user.user_id):
                raise NotSignedIn
            return self._standing_of(token, user)
        except (NotSignedIn, TimeoutError):
            self.leave(SIGN_IN_FAILED)
            return None

    def _standing_of(self, token: str | None, user: UserContext) -> Standing:
        every_s = self._services.settings.ws_ping_s
        return Standing(self._authenticate, token, user, every_s)

    def _offered_token(self) -> str | None:
        """The token that came with the request; raises `NotSignedIn`."""
        websocket, settings = self._websocket, self._services.settings
        token = offered_token(websocket.headers, websocket.scope["subprotocols"])
        if token is None and settings.auth == "accounts":
            return own_cookie(websocket.headers, settings.public_url)
        return token

    async def _receive(self) -> str | bytes | None:
        """The next frame; None when the peer is gone."""
        message = await self._websocket.receive()
        if message["type"] == "websocket.disconnect":
            return None
        text: str | None = message.get("text")
        return message["bytes"] if text is None else text

    async def _handle(
        self, received: str | bytes, methods: Methods, subscriptions: Subscriptions
    ) -> None:
        frame = self._allowed(received)
        replies: list[object] = []
        for call in frame.calls:
            following = None
            try:
                if isinstance(call.content, Refused):
                    raise call.content
                done = await methods.perform(call.content)
                reply, following = answer(call, done.result), done.following
            except Exception as error:
                reply = failure(call, refusal_of(error))
            if frame.is_batch:
                replies += [] if call.is_notification else [reply]
            elif not call.is_notification:
                await self._outbox.put_json(reply)
            if following:
                await self._follow(following, subscriptions)
        if replies:
            await self._outbox.put_json(replies)

    def _allowed(self, received: str | bytes) -> Frame:
        """The calls of a frame, refused when it is too large or comes too fast."""
        if isinstance(received, bytes):
            problem = Refused("binary_frame", "Binary frames mean nothing here. Send text frames.")
            frame = Frame([Call(problem)])
        else:
            frame = _frame_of(received, self._frame_bytes)
        if self._allowance.take(len(frame.calls), asyncio.get_running_loop().time()):
            return frame
        problem = Refused(
            "rate_limited",
            f"More than {self._services.settings.ws_messages_per_s:g} messages a second came from "
            "this connection, so this one was not done. Wait a moment and send it again.",
        )
        calls = [Call(problem, call.id, call.is_rpc, call.is_notification) for call in frame.calls]
        return Frame(calls, frame.is_batch)

    async def _follow(self, following: Following, subscriptions: Subscriptions) -> None:
        if following.opening:
            await self._outbox.put(following.opening)
        subscriptions.start(following.thread_id, following.after)

    async def _say_farewell(self) -> None:
        if self._farewell is None:
            return
        try:
            async with asyncio.timeout(_FAREWELL_S):
                await self._websocket.close(self._farewell.code, self._farewell.reason)
        except (TimeoutError, WebSocketDisconnect, RuntimeError):
            pass  # It takes nothing more, or is gone (which uvicorn may say as RuntimeError).


def _frame_of(text: str, frame_bytes: int) -> Frame:
    if len(text.encode()) <= frame_bytes:
        return read_frame(text)
    problem = Refused(
        "too_large",
        f"A text frame has {frame_bytes:,} bytes at most. Send less, or raise the setting "
        "GOLDENPATH_WS_FRAME_BYTES.",
    )
    return refused_frame(text, problem)


def _sign_in_message(received: str | bytes, frame_bytes: int) -> SignIn:
    """The first message, when it signs in; raises `NotSignedIn` when it does anything else."""
    if isinstance(received, str):
        match _frame_of(received, frame_bytes).calls:
            case [Call(content=SignIn() as message)]:
                return message
            case _:
                pass
    raise NotSignedIn
