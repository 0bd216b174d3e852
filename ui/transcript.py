"""What a thread's event log looks like to a reader: the state that the reducer builds."""

from dataclasses import dataclass, field
from typing import Any, Literal

StepKind = Literal["agent", "tool"]
StepStatus = Literal["pending", "done", "failed", "cancelled", "waiting"]
PartKind = Literal["thought", "reasoning", "answer"]


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of text inside a step, replaced as a whole when its message streams again."""

    key: str
    kind: PartKind
    text: str


@dataclass(frozen=True, slots=True)
class Usage:
    """What an agent's model calls took; `cost_usd` is a decimal string, None when unpriced."""

    model: str
    input_tokens: int
    output_tokens: int
    cost_usd: str | None


@dataclass(frozen=True, slots=True)
class Step:
    """An agent at work, or one tool call inside it."""

    id: str
    run_id: str
    path: tuple[str, ...]
    kind: StepKind
    title: str
    parent_id: str | None = None
    call_id: str | None = None
    status: StepStatus = "pending"
    started_at: str = ""
    duration_ms: int | None = None
    parts: tuple[Part, ...] = ()
    args: Any = None
    result: Any = None
    error: str | None = None
    usage: Usage | None = None
    #: Where an agent is a workflow's node: that node, as in `loop_1[3]/ask`.
    item: str | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """What a person asked: the start of a run."""

    id: str
    run_id: str
    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A message of the assistant, possibly still streaming."""

    id: str
    run_id: str
    #: The step of the agent that speaks.
    step_id: str
    model: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Note:
    """A line about the run itself."""

    id: str
    run_id: str
    text: str


@dataclass(frozen=True, slots=True)
class Failure:
    """What went wrong, in words; the run can be tried again."""

    id: str
    run_id: str
    text: str


Item = Step | Question | Answer | Note | Failure


@dataclass(frozen=True, slots=True)
class Interrupt:
    """A question of an agent that waits for a person."""

    id: str
    run_id: str
    asked_by: str
    #: JSON, so not hashable; the id says enough.
    value: Any = field(hash=False)
    response_schema: Any = field(hash=False)


@dataclass(frozen=True, slots=True)
class Transcript:
    """A thread as its readers see it after `seq` events."""

    seq: int = 0
    items: tuple[Item, ...] = ()
    interrupts: tuple[Interrupt, ...] = ()
    #: The run that wrote last; `end_status` is None while it is going on.
    run_id: str | None = None
    started_at: str = ""
    end_status: str | None = None
    #: Newest report that a tool has written, and the model that spoke last.
    report_id: str | None = None
    model: str | None = None
    #: Runs whose `end` has been seen.
    ended_runs: frozenset[str] = field(default_factory=frozenset[str])

    @property
    def is_running(self) -> bool:
        """A run has started on this thread and has not ended."""
        return self.run_id is not None and self.end_status is None

    @property
    def current_step(self) -> Step | None:
        """The innermost step at work."""
        for item in reversed(self.items):
            if isinstance(item, Step) and item.status == "pending":
                return item
        return None
