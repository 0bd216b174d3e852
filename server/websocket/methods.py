"""What the messages do, over the same manager and feed as every other protocol."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID, uuid4

from domain.accounts.permissions import require
from domain.events import timestamp
from domain.identity import UserContext
from domain.runs import Run
from server.auth.credentials import named_token
from server.auth.standing import Standing
from server.edge.quotas import Caller, require_room
from server.routes.chat import CHAT_ASSISTANT
from server.runs.answers import OnlyAnswer
from server.runs.refusals import refuse_workflows
from server.runs.requests import RunRequest
from server.services import Services
from server.websocket.failures import Refused
from server.websocket.first_messages import MOST_MESSAGES, first_messages
from server.websocket.messages import (
    Cancel,
    Message,
    Ping,
    Resume,
    SignIn,
    StartAgent,
    Subscribe,
    Unsubscribe,
    UserMessage,
)
from server.websocket.subscriptions import Subscriptions

#: What changes something: starting, answering and stopping runs.
_WRITING: Final = (UserMessage, StartAgent, Resume, Cancel)


@dataclass(frozen=True, slots=True)
class Following:
    """A thread to follow once the sender knows that it will be."""

    thread_id: UUID
    after: int
    #: A frame that goes before its events.
    opening: bytes | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a message."""

    result: Mapping[str, Any]
    following: Following | None = None


class Methods:
    """The methods of one signed-in connection."""

    def __init__(
        self,
        services: Services,
        standing: Standing,
        subscriptions: Subscriptions,
    ) -> None:
        self._services = services
        self._standing = standing
        self._subscriptions = subscriptions

    @property
    def _user(self) -> UserContext:
        """Who it is, with the role of now."""
        return self._standing.user

    async def perform(self, message: Message) -> Done:
        """Do what a message asks.

        Raises `Refused`, `NotAllowed` and all that the services raise.
        """
        if message.user_id not in (None, self._user.user_id):
            raise Refused(
                "user_mismatch",
                "This connection belongs to another user than the message names. Leave `user_id` "
                "out, or sign in on another connection.",
            )
        require(self._user, "write" if isinstance(message, _WRITING) else "read")
        match message:
            case UserMessage() | StartAgent():
                return await self._start(_request(message))
            case Resume():
                return await self._resume(message)
            case Subscribe():
                return await self._subscribe(message.thread_id, message.after)
            case Unsubscribe(thread_id=thread_id):
                was_subscribed = await self._subscriptions.stop(thread_id)
                return Done({"thread_id": str(thread_id), "was_subscribed": was_subscribed})
            case Cancel(run_id=run_id):
                run = await self._services.manager.cancel(self._user, run_id)
                return Done({**_named(run), "status": run.status})
            case SignIn(token=token):
                return await self._sign_in_again(token)
            case Ping():
                return Done({"server_time": timestamp(datetime.now(UTC))})

    async def _start(self, request: RunRequest) -> Done:
        await self._count_run()
        await refuse_workflows(self._services, self._user, request.assistant_id)
        thread_id = request.thread_id
        # Found before the run can write: nothing of it lies behind this.
        if thread_id is None:
            new_id = uuid4()
            self._subscriptions.require_room(new_id)
            self._services.feed.expect(new_id)
            request = replace(request, new_thread_id=new_id)
            following = Following(new_id, after=0)
        else:
            following = await self._before_run(thread_id)
        run = await self._services.manager.start(self._user, request)
        return _run_done(run, following)

    async def _resume(self, message: Resume) -> Done:
        await self._count_run()
        run = await self._services.runs.get(self._user, message.run_id)
        following = await self._before_run(run.thread_id)
        answers = OnlyAnswer(message.value) if message.answers is None else message.answers
        resumed = await self._services.manager.resume(self._user, message.run_id, answers)
        return _run_done(resumed, following)

    async def _count_run(self) -> None:
        require_room(await self._services.quotas.use(Caller(self._user), "runs"))

    async def _before_run(self, thread_id: UUID) -> Following | None:
        """Where to follow a thread from that is about to run; None when it is followed."""
        if thread_id in self._subscriptions:
            return None
        self._subscriptions.require_room(thread_id)
        return Following(thread_id, await self._services.events.head(thread_id))

    async def _subscribe(self, thread_id: UUID, after: int | None) -> Done:
        self._subscriptions.require_room(thread_id)
        opening = None
        if after is None:
            conversation = await self._services.conversations.recent(
                self._user, thread_id, MOST_MESSAGES
            )
            after = conversation.after
            opening = first_messages(thread_id, conversation)
        else:
            await self._services.threads.get(self._user, thread_id)
        # A thread that is followed already is read anew from there.
        await self._subscriptions.stop(thread_id)
        following = Following(thread_id, after, opening)
        return Done({"thread_id": str(thread_id), "after": after}, following)

    async def _sign_in_again(self, token: str) -> Done:
        user = await self._standing.renewed(named_token(token))
        if user != self._user:
            raise Refused(
                "user_mismatch",
                "This connection belongs to another user than the token. Sign in on another "
                "connection.",
            )
        return Done({"user_id": user.user_id})


def _request(message: UserMessage | StartAgent) -> RunRequest:
    if isinstance(message, StartAgent):
        agent, values = message.agent, message.input
    else:
        agent = CHAT_ASSISTANT
        values = {"messages": [{"role": "user", "content": message.text}]}
    return RunRequest(
        assistant_id=agent,
        thread_id=message.thread_id,
        input=values,
        multitask_strategy=message.multitask_strategy,
    )


def _run_done(run: Run, following: Following | None) -> Done:
    after = following.after if following else None
    return Done({**_named(run), "after": after}, following)


def _named(run: Run) -> dict[str, str]:
    return {"run_id": str(run.run_id), "thread_id": str(run.thread_id)}
