"""What clients send: one model a message, told apart by `type`."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from domain.runs import MultitaskStrategy
from server.sse import LAST_SEQ
from server.websocket.failures import Refused


class _Message(BaseModel):
    """What every message may have; fields that nobody knows are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    #: Who sends it, refused when somebody else has signed in.
    user_id: str | None = None


class SignIn(_Message):
    """The token, for who could not send it in a header."""

    type: Literal["sign_in"]
    token: str


class UserMessage(_Message):
    """A person says something: a run of the chat's agent, on a new thread if none is named."""

    type: Literal["user_message"]
    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
    thread_id: UUID | None = None
    multitask_strategy: MultitaskStrategy = "enqueue"


class StartAgent(_Message):
    """A run of any agent: an assistant or a graph."""

    type: Literal["start_agent"]
    agent: Annotated[str, StringConstraints(min_length=1)]
    input: Any = None
    thread_id: UUID | None = None
    multitask_strategy: MultitaskStrategy = "enqueue"


class Resume(_Message):
    """Answers to what a paused run asks."""

    type: Literal["resume"]
    run_id: UUID
    #: By the interrupt's id.
    answers: dict[str, Any] | None = None
    #: The answer, when exactly one question is pending.
    value: Any = None

    @model_validator(mode="after")
    def _one_of_both(self) -> "Resume":
        if len({"answers", "value"} & self.model_fields_set) != 1:
            raise ValueError("send either `answers` or `value`")
        return self


class Cancel(_Message):
    """Stop a run."""

    type: Literal["cancel"]
    run_id: UUID


class Subscribe(_Message):
    """Follow a thread: behind a number, or from its last messages on."""

    type: Literal["subscribe"]
    thread_id: UUID
    after: Annotated[int, Field(strict=True, ge=0, le=LAST_SEQ)] | None = None


class Unsubscribe(_Message):
    """Follow a thread no longer."""

    type: Literal["unsubscribe"]
    thread_id: UUID


class Ping(_Message):
    """Is anybody there?"""

    type: Literal["ping"]


Message = SignIn | UserMessage | StartAgent | Resume | Cancel | Subscribe | Unsubscribe | Ping

_MESSAGES: TypeAdapter[Message] = TypeAdapter(Annotated[Message, Field(discriminator="type")])

#: All that can be sent.
TYPES: Final = (
    "sign_in",
    "user_message",
    "start_agent",
    "resume",
    "cancel",
    "subscribe",
    "unsubscribe",
    "ping",
)


def message_from(data: Mapping[str, Any]) -> Message:
    """The message that this is; raises `Refused` with what is wrong with it."""
    if "type" not in data:
        raise Refused("invalid_request", f"A message has a `type`, one of {', '.join(TYPES)}.")
    if data["type"] not in TYPES:
        known = ", ".join(TYPES)
        raise Refused("unknown_type", f"There is no message of this type. Send one of {known}.")
    try:
        return _MESSAGES.validate_python(data)
    except ValidationError as error:
        # Where it is and what is wrong, never what somebody sent.
        problems = error.errors(include_url=False, include_input=False, include_context=False)
        said = " ".join(_sentence(problem) for problem in problems[:3])
        raise Refused("invalid_message", said) from None


def _sentence(problem: Mapping[str, Any]) -> str:
    where = ".".join(str(part) for part in problem["loc"][1:]) or "the message"
    message = str(problem["msg"]).removeprefix("Value error, ").rstrip(".")
    return f"{where}: {message}."
