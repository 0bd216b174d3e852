"""What LangGraph's clients send to start a run, and what we make of it."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, Field

from domain.runs import MultitaskStrategy
from graphs.stream_rows import RESULT
from server.protocol.frames import MODES, checked_modes
from server.runs.requests import Durability, RunRequest

OnDisconnect = Literal["continue", "cancel"]

_JsonObject = dict[str, Any]


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


_Modes = Annotated[list[str], BeforeValidator(_listed)]
_Nodes = Literal["*"] | list[str]


class RunConfig(BaseModel):
    """LangGraph's config, as far as clients may set it."""

    tags: list[str] | None = None
    recursion_limit: int | None = Field(None, ge=1)
    configurable: _JsonObject | None = None

    def given(self) -> _JsonObject:
        """What was said."""
        return self.model_dump(exclude_none=True)


class RunCheckpoint(BaseModel):
    """Where to begin."""

    checkpoint_id: str | None = None
    checkpoint_ns: str | None = None
    checkpoint_map: dict[str, str] | None = None


class RunCommand(BaseModel):
    """What to do with the state, beside or instead of an input."""

    update: Any = None
    resume: Any = None
    goto: Any = None

    def given(self) -> _JsonObject | None:
        """What was said; an empty update or goto says nothing."""
        said = {"update": self.update or None, "resume": self.resume, "goto": self.goto or None}
        return {name: value for name, value in said.items() if value is not None} or None


class RunBody(BaseModel):
    """What to run and how; unknown fields are ignored."""

    assistant_id: str = Field(
        min_length=1, description="An assistant's id or a graph's.", examples=["supervisor"]
    )
    input: Any = Field(None, description="The graph's input; null goes on where it stands.")
    command: RunCommand | None = None
    metadata: _JsonObject | None = None
    config: RunConfig | None = None
    context: _JsonObject | None = None
    checkpoint: RunCheckpoint | None = None
    checkpoint_id: str | None = None
    stream_mode: _Modes | None = Field(None, description=f"One or more of {', '.join(MODES)}.")
    stream_subgraphs: bool | None = None
    durability: Durability | None = None
    checkpoint_during: bool | None = Field(None, description="Old; see `durability`.")
    interrupt_before: _Nodes | None = None
    interrupt_after: _Nodes | None = None
    multitask_strategy: MultitaskStrategy | None = None
    if_not_exists: Literal["create", "reject"] | None = None
    on_disconnect: OnDisconnect | None = None
    on_completion: Literal["delete", "keep"] | None = None
    after_seconds: float | None = Field(None, ge=0, le=366 * 24 * 3600)
    webhook: str | None = None

    def modes(self, default: tuple[str, ...] = ("values",)) -> list[str]:
        """The stream modes that the run is to have; raises `InvalidInput` for an unknown one."""
        return checked_modes(self.stream_mode or default)

    @property
    def resumes(self) -> bool:
        """Whether it answers what a thread asks."""
        return self.command is not None and self.command.resume is not None

    @property
    def has_two_contexts(self) -> bool:
        """Whether it says twice what LangGraph wants once."""
        return bool(self.context) and bool(self.config and self.config.configurable)

    def request(self, thread_id: UUID | None, modes: list[str]) -> RunRequest:
        """What it asks for, on this thread or on one of its own."""
        checkpoint = self.checkpoint.model_dump(exclude_none=True) if self.checkpoint else {}
        if self.checkpoint_id:
            checkpoint["checkpoint_id"] = self.checkpoint_id
        # Whoever waits for the run, now or later, is told what came of it.
        kept = modes if "values" in modes else [*modes, RESULT]
        return RunRequest(
            assistant_id=self.assistant_id,
            input=self.input,
            thread_id=thread_id,
            command=self.command.given() if self.command else None,
            metadata=self.metadata or {},
            config=self.config.given() if self.config else {},
            context=self.context,
            checkpoint=checkpoint or None,
            stream_mode=kept,
            stream_subgraphs=bool(self.stream_subgraphs),
            durability=self._durability(),
            interrupt_before=self.interrupt_before or None,
            interrupt_after=self.interrupt_after or None,
            multitask_strategy=self.multitask_strategy or "enqueue",
            if_not_exists=self.if_not_exists or "reject",
            is_stateless=thread_id is None,
            on_completion=self.on_completion or "delete",
            after_s=self.after_seconds or 0.0,
            on_disconnect=self.on_disconnect or "continue",
        )

    def _durability(self) -> Durability:
        if self.durability or self.checkpoint_during is None:
            return self.durability or "sync"
        return "async" if self.checkpoint_during else "exit"
