"""What the API answers about runs, as far as the Runs page uses it."""

from datetime import datetime
from typing import Any, Final

from pydantic import Field

from ui.api_models import ApiModel

#: What is under way by itself; what waits does so until somebody or a moment comes.
MOVING: Final = frozenset(("queued", "running"))
UNDER_WAY: Final = MOVING | {"waiting"}
FAILED: Final = frozenset(("error", "timeout", "cancelled"))


class RunEntry(ApiModel):
    """One run of a conversation, or one execution of a workflow with all its runs."""

    run_id: str
    last_run_id: str
    runs: tuple[str, ...] = ()
    number: int
    thread_id: str
    kind: str
    status: str
    title: str | None = None
    graph_id: str
    assistant_id: str
    assistant_name: str | None = None
    workflow_id: str | None = None
    version: int | None = None
    came_by: str
    retry_of: str | None = None
    attempts: int = 1
    error: str | None = None
    cost_usd: str | None = None
    tokens: int | None = None
    created_at: datetime
    started_at: datetime | None = None
    ended_at: datetime | None = None
    duration_s: float | None = None

    @property
    def assistant(self) -> str:
        """The name of who did it."""
        return self.assistant_name or self.graph_id

    @property
    def name(self) -> str:
        """What it is called in lists."""
        return self.title or f"Run of {self.assistant}"

    @property
    def is_moving(self) -> bool:
        """It changes by itself."""
        return self.status in MOVING

    @property
    def can_be_cancelled(self) -> bool:
        """There is something to stop; a conversation that was asked a question is at rest."""
        if self.status == "waiting":
            return self.kind == "workflow" or self.started_at is None
        return self.is_moving

    @property
    def is_under_way(self) -> bool:
        """It has not ended."""
        return self.status in UNDER_WAY


class RunEntries(ApiModel):
    """Some entries, newest first."""

    entries: tuple[RunEntry, ...] = ()
    next_cursor: int | None = None


class RunEvents(ApiModel):
    """A part of an entry's log, oldest first."""

    events: tuple[dict[str, Any], ...] = ()
    types: dict[str, int] = Field(default_factory=dict)
    has_more: bool = False


class Checkpoint(ApiModel):
    """What a thread had reached at a moment."""

    checkpoint_id: str
    parent_checkpoint_id: str | None = None
    created_at: datetime
    values: Any = None
    next: tuple[str, ...] = ()
    metadata: dict[str, Any] = Field(default_factory=dict)

    @property
    def step(self) -> int:
        """Its place in its run; -1 is the input."""
        return int(self.metadata.get("step", 0))

    @property
    def source(self) -> str:
        """What made it: `input`, `loop`, `update` or `fork`."""
        return str(self.metadata.get("source", ""))


class Repeat(ApiModel):
    """Something that may happen a second time."""

    effect_key: str
    node_id: str
    path: str
    service: str
    task: str
    effect: str
    status: str
    reference: str | None = None


class RetryPlan(ApiModel):
    """What trying again would do."""

    plan_id: str
    start: str = Field(alias="from")
    version: int
    reused: tuple[str, ...] = ()
    reruns: tuple[str, ...] = ()
    repeats: tuple[Repeat, ...] = ()


class NamedWorkflow(ApiModel):
    """A workflow, as filters list it."""

    workflow_id: str
    name: str


class NamedAssistant(ApiModel):
    """An assistant, as filters list it."""

    assistant_id: str
    graph_id: str
    name: str
