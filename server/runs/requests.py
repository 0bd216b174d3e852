"""What is asked of a graph, whatever the protocol: the one shape that the manager takes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal
from uuid import UUID

from domain.assistants import Assistant
from domain.runs import MultitaskStrategy
from domain.workflows.starts import pinned_of

Durability = Literal["sync", "async", "exit"]


@dataclass(frozen=True, slots=True)
class RunRequest:
    """What to run, on which thread, and how it shares the thread with other runs."""

    #: An assistant's id or a graph's.
    assistant_id: str
    input: Any = None
    #: None makes a new thread.
    thread_id: UUID | None = None
    #: The id of the new thread, for who wants to know it before; any when it is None.
    new_thread_id: UUID | None = None
    #: The same for the id of the run.
    new_run_id: UUID | None = None
    #: `{update, resume, goto}`.
    command: Mapping[str, Any] | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict[str, Any])
    #: For the thread, where that has none of these names yet.
    thread_metadata: Mapping[str, Any] = field(default_factory=dict[str, Any])
    #: LangGraph's config: `tags`, `recursion_limit`, `configurable`.
    config: Mapping[str, Any] = field(default_factory=dict[str, Any])
    context: Mapping[str, Any] | None = None
    #: Where to go on from: `{checkpoint_id, checkpoint_ns, checkpoint_map}`; None is the newest.
    checkpoint: Mapping[str, Any] | None = None
    #: Which of LangGraph's stream modes the log keeps parts of, for clients that asked for them.
    stream_mode: Sequence[str] = ()
    stream_subgraphs: bool = False
    durability: Durability = "sync"
    #: Nodes to pause at, or "*" for all.
    interrupt_before: Sequence[str] | Literal["*"] | None = None
    interrupt_after: Sequence[str] | Literal["*"] | None = None
    #: What to do when the thread is busy.
    multitask_strategy: MultitaskStrategy = "enqueue"
    #: An unknown `thread_id` is made, or refused.
    if_not_exists: Literal["create", "reject"] = "reject"
    #: The run has a thread of its own that is shown nowhere.
    is_stateless: bool = False
    #: What becomes of the thread of a stateless run.
    on_completion: Literal["delete", "keep"] = "delete"
    #: Not before so many seconds from now.
    after_s: float = 0.0
    #: Nobody waits for it: interactive runs go first.
    is_background: bool = False
    #: What becomes of it when whoever started it leaves.
    on_disconnect: Literal["continue", "cancel"] = "continue"

    def kwargs(self) -> dict[str, Any]:
        """What a run remembers of what it was asked, without what says nothing."""
        asked = {
            "input": self.input,
            "command": self.command,
            "config": dict(self.config),
            "context": self.context,
            "checkpoint": self.checkpoint,
            "stream_mode": list(self.stream_mode),
            "stream_subgraphs": self.stream_subgraphs,
            "durability": None if self.durability == "sync" else self.durability,
            "interrupt_before": self.interrupt_before,
            "interrupt_after": self.interrupt_after,
            "on_disconnect": None if self.on_disconnect == "continue" else self.on_disconnect,
        }
        always = ("input", "command", "config", "context")
        return {name: value for name, value in asked.items() if name in always or value}

    def on_new_thread(self, thread_id: UUID) -> "RunRequest":
        """The request for a new thread of this id."""
        return replace(self, thread_id=None, new_thread_id=thread_id)

    def pinned_to(self, metadata: Mapping[str, Any]) -> "RunRequest":
        """The request for a workflow's thread, which goes on with the version that it began with.

        `metadata` is the thread's.
        """
        pins = pinned_of(metadata)
        if not pins:
            return self
        own: Mapping[str, Any] = self.config.get("configurable") or {}
        config: dict[str, Any] = {**self.config, "configurable": {**pins, **own}}
        return replace(self, config=config, metadata={**pins, **self.metadata})

    def with_assistant(self, assistant: Assistant) -> "RunRequest":
        """The request as the assistant's settings complete it; what it says itself counts."""
        own, theirs = self.config, assistant.config
        config = {**theirs, **own}
        if theirs.get("configurable"):
            config["configurable"] = {**theirs["configurable"], **(own.get("configurable") or {})}
        if theirs.get("tags"):
            config["tags"] = list(dict.fromkeys([*theirs["tags"], *(own.get("tags") or ())]))
        context = {**assistant.context, **(self.context or {})}
        return replace(self, config=config, context=context or self.context)
