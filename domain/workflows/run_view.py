"""What an execution did, folded from its events: node by node, and item by item in loops.

Nodes without events were skipped or not reached.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, cast

NodeStatus = Literal["running", "waiting", "success", "error", "cancelled"]
AttemptStatus = Literal["running", "success", "error", "cancelled"]


@dataclass(slots=True)
class NodeAttempt:
    """One try at a node."""

    run_id: str
    call_id: str
    status: AttemptStatus
    started_at: datetime
    ended_at: datetime | None = None
    error: str | None = None


@dataclass(slots=True)
class NodeView:
    """What a node did, for one item where it is in a loop."""

    node_id: str
    #: `loop_1[3]/send`; the node's id outside of loops.
    item: str
    #: `service.task` of an action, else the node's type.
    does: str
    status: NodeStatus
    started_at: datetime
    ended_at: datetime | None = None
    #: The resolved parameters of the last attempt, secrets masked.
    input: Any = None
    #: What came of it.
    output: Any = None
    #: Where the whole of a large output is; `output` is how that begins.
    artifact_id: str | None = None
    error: str | None = None
    #: What it waits for.
    asks: Mapping[str, Any] | None = None
    attempts: list[NodeAttempt] = field(default_factory=list[NodeAttempt])


@dataclass(slots=True)
class RunView:
    """All nodes that stirred, in the order in which they began, and why it failed if it did."""

    nodes: list[NodeView] = field(default_factory=list[NodeView])
    error: Mapping[str, Any] | None = None


def fold_run_view(events: Iterable[Mapping[str, Any]]) -> RunView:
    """The view after these events of one thread, given as JSON data in their order."""
    fold = _Fold()
    for event in events:
        fold.apply(event)
    return RunView(list(fold.nodes.values()), fold.error)


class _Fold:
    def __init__(self) -> None:
        self.nodes: dict[str, NodeView] = {}
        self.error: Mapping[str, Any] | None = None
        #: Where each open call belongs: what it closes need not say so again.
        self._of_call: dict[str, NodeView] = {}
        self._of_agent: dict[tuple[str, ...], NodeView] = {}

    def apply(self, event: Mapping[str, Any]) -> None:
        match event["type"]:
            case "tool_executing" | "tool_completed":
                self._call(event, str(event["call_id"]))
            case "agent_started":
                self._agent_started(event)
            case "agent_completed":
                path = tuple(event["path"])
                if node := self._of_agent.pop(path, None):
                    self._ended(node, event, "/".join(path))
            case "interrupt":
                self._interrupted(event)
            case "error":
                self.error = {"code": event.get("error"), "message": event.get("message")}
            case "end":
                self._run_ended(event)
            case _:
                pass

    def _call(self, event: Mapping[str, Any], call_id: str) -> None:
        if event["type"] == "tool_completed":
            if node := self._of_call.pop(call_id, None):
                self._ended(node, event, call_id)
        elif node := self._begun(event, str(event["tool"]), call_id):
            node.input = event.get("args")
            self._of_call[call_id] = node

    def _begun(self, event: Mapping[str, Any], does: str, call_id: str) -> NodeView | None:
        node_id = event.get("node_id")
        if not isinstance(node_id, str):
            # A call of an agent's own, or of another graph: it is no node.
            return None
        item, at = str(event.get("item") or node_id), _moment(event)
        node = self.nodes.get(item)
        if node is None:
            node = self.nodes[item] = NodeView(node_id, item, does, "running", at)
        node.does, node.status, node.ended_at, node.asks = does, "running", None, None
        node.error, node.output, node.artifact_id = None, None, None
        node.attempts.append(NodeAttempt(str(event["run_id"]), call_id, "running", at))
        return node

    def _ended(self, node: NodeView, event: Mapping[str, Any], call_id: str) -> None:
        at, status = _moment(event), _status(event.get("status"))
        if status is None:
            # It paused: its `interrupt` says what for.
            node.status = "waiting"
            return
        error = event.get("error")
        for attempt in node.attempts:
            if attempt.call_id == call_id and attempt.ended_at is None:
                attempt.status, attempt.ended_at = status, at
                attempt.error = None if error is None else str(error)
        node.status, node.ended_at = status, at
        node.output = event.get("result") if status == "success" else None
        node.artifact_id = event.get("artifact_id")
        node.error = None if error is None else str(error)

    def _agent_started(self, event: Mapping[str, Any]) -> None:
        path = tuple(event["path"])
        if len(path) == 1:
            # A run begins, perhaps after one that failed.
            self.error = None
            return
        node = self._begun(event, "agent", "/".join(path))
        if node:
            node.input = event.get("input")
            self._of_agent[path] = node

    def _interrupted(self, event: Mapping[str, Any]) -> None:
        value = event.get("value")
        if not isinstance(value, Mapping):
            return
        value = cast(Mapping[str, Any], value)
        if not isinstance(value.get("node_id"), str):
            return
        item, at = str(value.get("item") or value["node_id"]), _moment(event)
        kind = str(value.get("kind") or "wait")
        node = self.nodes.get(item)
        if node is None:
            node = NodeView(str(value["node_id"]), item, kind, "waiting", at)
            self.nodes[item] = node
        node.status, node.ended_at, node.asks = "waiting", None, dict(value)

    def _run_ended(self, event: Mapping[str, Any]) -> None:
        """Nothing of a run goes on behind its end; what waits does so unless that was undone."""
        if event["status"] == "interrupted":
            return
        at, run_id = _moment(event), str(event["run_id"])
        for node in self.nodes.values():
            if node.status == "waiting" and event["status"] == "success":
                # The run that went on got its answer, and the node said nothing of its own.
                node.status, node.ended_at, node.asks = "success", at, None
            elif node.status == "running" and node.attempts[-1].run_id == run_id:
                node.status, node.ended_at = "cancelled", at


def _status(said: object) -> Literal["success", "error", "cancelled"] | None:
    """How a call or an agent ended; None when it paused."""
    match said:
        case "ok" | "success" | None:
            return "success"
        case "interrupted":
            return None
        case "cancelled":
            return "cancelled"
        case _:
            return "error"


def _moment(event: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(str(event["at"]))
