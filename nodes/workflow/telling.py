"""How a node tells what it does: one started and one ended step for each attempt."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from domain.blueprints.blueprint import Node
from domain.workflows.steps import StepEnded, StepStarted


def item_path(state: Mapping[str, Any], node_id: str) -> str:
    """Where in loops a node runs, as in `loop_1[3]/send`."""
    path = state.get("path")
    return f"{path}/{node_id}" if path else node_id


def tool_of(node: Node) -> str:
    """What people see of what is called."""
    if node.type in ("trigger", "action"):
        return f"{node.data.service}.{node.data.task}"
    return node.type


@dataclass(slots=True)
class Telling:
    """One attempt at a node, as it is told."""

    write: Callable[[Any], None]
    node: Node
    path: str
    attempt: int = 1
    #: An agent: what it begins and ends is told by itself.
    is_agent: bool = False
    is_open: bool = False
    has_begun: bool = False

    def begin(self, args: Any) -> None:
        """The node's work begins, with these parameters."""
        if self.is_agent:
            return
        self.is_open = self.has_begun = True
        call_id = self._call_id
        self.write(StepStarted(call_id, tool_of(self.node), args, self.node.id, self.path))

    def end(self, result: Any) -> None:
        """It is done."""
        if self.is_agent:
            return
        if not self.has_begun:
            self.begin({})
        self.is_open = False
        self.write(StepEnded(self._call_id, result))

    def fail(self, reason: str) -> None:
        """It failed."""
        if self.is_agent:
            return
        if not self.has_begun:
            self.begin(self.node.data.params)
        self.is_open = False
        self.write(StepEnded(self._call_id, error=reason))

    @property
    def _call_id(self) -> str:
        return self.path if self.attempt == 1 else f"{self.path}:{self.attempt}"
