"""What a workflow's node says of itself while it runs; the translator makes events of it."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class StepStarted:
    """An attempt at a node begins."""

    #: The same when the attempt is repeated after a crash.
    call_id: str
    #: `service.task` of an action, else the node's type.
    tool: str
    args: Any
    node_id: str
    #: The item path, as in `loop_1[3]/send`; the node's id outside of loops.
    item: str


@dataclass(frozen=True, slots=True)
class StepEnded:
    """The attempt is over."""

    call_id: str
    result: Any = None
    #: Why it failed; None when it did not.
    error: str | None = None
