"""What is open in a run, folded from its events: the state that whoever ends it must close.

A process that takes a run over folds what its predecessor committed, and goes on from there.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

Path = tuple[str, ...]


@dataclass(slots=True)
class Usage:
    """Tokens and cost of model calls; the cost is None while a call could not be priced."""

    model: str | None = None
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: Decimal | None = Decimal(0)

    def add(self, other: "Usage") -> None:
        """Count another's calls in."""
        self.model = other.model or self.model
        self.input_tokens += other.input_tokens
        self.output_tokens += other.output_tokens
        if self.cost_usd is None or other.cost_usd is None:
            self.cost_usd = None
        else:
            self.cost_usd += other.cost_usd

    def as_json(self) -> dict[str, Any] | None:
        """The `usage` of an event, or None when no model was called."""
        if self.model is None:
            return None
        return {
            "model": self.model,
            "input_tokens": self.input_tokens,
            "output_tokens": self.output_tokens,
            "cost_usd": None if self.cost_usd is None else str(self.cost_usd),
        }


@dataclass(slots=True)
class OpenAgent:
    """An agent that has started and not completed."""

    path: Path
    title: str
    started_at: datetime
    #: The task of its parent's graph that it is; None for the root.
    task_id: str | None = None
    #: Of a workflow's node: `{node_id, item}`.
    place: Mapping[str, str] = field(default_factory=dict[str, str])
    #: It has thought at least once.
    has_said: bool = False
    #: Own calls and those of its sub-agents.
    usage: Usage = field(default_factory=Usage)


@dataclass(slots=True)
class OpenTool:
    """A call that is executing."""

    call_id: str
    tool: str
    path: Path
    started_at: datetime
    #: Of a workflow's node: `{node_id, item}`.
    place: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(slots=True)
class RunLog:
    """The open agents in order of their start, the open calls, and what was there before."""

    agents: dict[Path, OpenAgent] = field(default_factory=dict[Path, OpenAgent])
    tools: dict[str, OpenTool] = field(default_factory=dict[str, OpenTool])
    #: Every call id ever used.
    call_ids: set[str] = field(default_factory=set[str])
    #: Tasks of agents that have completed ok: when one is announced again, it does not run again.
    done_tasks: set[str] = field(default_factory=set[str])
    #: Some event was committed before.
    has_started: bool = False

    def apply(self, event: Mapping[str, Any]) -> None:
        """Take one event, given as its JSON data."""
        self.has_started = True
        path: Path = tuple(event["path"])
        match event["type"]:
            case "agent_started":
                title = str(event.get("title") or path[-1])
                began, task_id, place = _moment(event), event.get("task_id"), _place(event)
                self.agents[path] = OpenAgent(path, title, began, task_id, place)
            case "agent_thinking":
                if agent := self.agents.get(path):
                    agent.has_said = True
            case "tool_executing":
                call_id = str(event["call_id"])
                self.call_ids.add(call_id)
                tool, began = str(event["tool"]), _moment(event)
                self.tools[call_id] = OpenTool(call_id, tool, path, began, _place(event))
            case "tool_completed":
                self.tools.pop(str(event["call_id"]), None)
            case "agent_completed":
                self._complete(path, event)
            case _:
                pass

    def path_of(self, task_id: str) -> Path | None:
        """The open agent that a task is."""
        return next((path for path, it in self.agents.items() if it.task_id == task_id), None)

    def remove(self, path: Path, status: str) -> None:
        """An agent has completed."""
        agent = self.agents.pop(path, None)
        if agent and agent.task_id and status == "ok":
            self.done_tasks.add(agent.task_id)

    def _complete(self, path: Path, event: Mapping[str, Any]) -> None:
        self.remove(path, event["status"])
        usage: Mapping[str, Any] | None = event.get("usage")
        if usage is None:
            return
        cost = usage["cost_usd"]
        spent = Usage(
            usage["model"],
            usage["input_tokens"],
            usage["output_tokens"],
            None if cost is None else Decimal(cost),
        )
        # A parent's usage includes its sub-agents'; grandparents get it from the parent.
        if parent := self.agents.get(path[:-1]):
            parent.usage.add(spent)


def fold(events: Iterable[Mapping[str, Any]]) -> RunLog:
    """The state after these events."""
    log = RunLog()
    for event in events:
        log.apply(event)
    return log


def _place(event: Mapping[str, Any]) -> Mapping[str, str]:
    return {name: str(event[name]) for name in ("node_id", "item") if name in event}


def _moment(event: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(event["at"])
