"""What a run has open, and the events that open and close it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.events import AgentStatus, Event, EventType
from domain.masking import masked
from domain.run_log import OpenAgent, OpenTool, Path, RunLog
from graphs.stream_parts import AgentStep, as_data, short_input, short_result, step_result


@dataclass(frozen=True, slots=True)
class RunIdentity:
    """Whose events these are."""

    run_id: str
    thread_id: str
    attempt: int
    #: The root agent, by its graph.
    agent: str
    title: str


@dataclass(frozen=True, slots=True)
class AgentTask:
    """An agent that starts, the work of a task; the root is of none."""

    path: Path
    title: str
    task_id: str | None = None
    #: Which step of a workflow it is.
    step: AgentStep | None = None


class OpenWork:
    """The open agents and calls of one attempt; whoever ends the run closes them here."""

    def __init__(self, identity: RunIdentity, log: RunLog) -> None:
        """`log` holds what earlier attempts left open; it is kept up to date."""
        self.log = log
        self._identity = identity
        self._nodes: dict[Path, list[str]] = {}
        #: Agents and their calls' ids as LangGraph has them → the ids that the log shows.
        self._shown: dict[tuple[Path, str], str] = {}

    def event(
        self,
        kind: EventType,
        at: datetime,
        path: Path,
        payload: Mapping[str, Any],
        node: str | None = None,
    ) -> Event:
        """An event of this attempt."""
        identity = self._identity
        return Event(
            kind, identity.run_id, identity.thread_id, identity.attempt, at, path, node, payload
        )

    def say(
        self, at: datetime, path: Path, payload: Mapping[str, Any], node: str | None = None
    ) -> Event:
        """An agent's thinking."""
        if agent := self.log.agents.get(path):
            agent.has_said = True
        return self.event("agent_thinking", at, path, payload, node)

    def note_node(self, path: Path, node: str) -> None:
        """An agent's graph runs a node."""
        self._nodes.setdefault(path, []).append(node)

    def start_agent(self, at: datetime, task: AgentTask, values: Any) -> Event:
        """Open an agent; `values` is its input."""
        step, path = task.step, task.path
        place = {} if step is None else {"node_id": step.node_id, "item": step.item}
        self.log.agents[path] = OpenAgent(path, task.title, at, task.task_id, place)
        self.log.has_started = True
        asked = short_input(values if step is None else step.asked)
        payload = {"agent": path[-1], "title": task.title, "input": asked}
        if task.task_id is not None:
            payload["task_id"] = task.task_id
        return self.event("agent_started", at, path, {**payload, **place})

    def start_call(self, at: datetime, path: Path, call_id: str, data: Mapping[str, Any]) -> Event:
        """Open a call; one that was already shown as completed is shown as a new one."""
        shown = call_id
        if call_id in self.log.call_ids:
            shown = f"{call_id}~{self._identity.attempt}.{len(self.log.call_ids)}"
        self._shown[path, call_id] = shown
        tool = str(data.get("tool_name") or "tool")
        place: Mapping[str, str] = data.get("place") or {}
        self.log.tools[shown] = OpenTool(shown, tool, path, at, place)
        self.log.call_ids.add(shown)
        payload = {"call_id": shown, "tool": tool, "args": masked(as_data(data.get("input") or {}))}
        payload |= place
        return self.event("tool_executing", at, path, payload)

    def adopt_call(self, path: Path, call_id: str, left: set[str]) -> bool:
        """Go on with a call that a dead attempt left open, and take it out of `left`."""
        for shown in sorted(left):
            call = self.log.tools.get(shown)
            own = shown == call_id or shown.rpartition("~")[0] == call_id
            if own and call and call.path == path:
                left.discard(shown)
                self._shown[path, call_id] = shown
                return True
        return False

    def shown_call(self, path: Path, call_id: str) -> OpenTool | None:
        """An open call of an agent, by the id that LangGraph has for it."""
        return self.log.tools.get(self._shown.get((path, call_id), call_id))

    def end_call(
        self,
        at: datetime,
        call: OpenTool,
        status: str,
        result: Any = None,
        error: str | None = None,
    ) -> Event:
        """Close an open call."""
        del self.log.tools[call.call_id]
        payload = {
            "call_id": call.call_id,
            "tool": call.tool,
            "status": status,
            "result": masked(result),
            "duration_ms": _milliseconds(call.started_at, at),
            **call.place,
        }
        if error is not None:
            payload["error"] = error
        elif status == "error":
            payload["error"] = str(result)
        return self.event("tool_completed", at, call.path, payload)

    def close(
        self, path: Path, at: datetime, status: AgentStatus, reason: str | None, values: Any
    ) -> list[Event]:
        """Complete an agent, and before it everything open below it, innermost first.

        `reason` is what an unfinished call says about why; `values` is the agent's result.
        """
        events: list[Event] = []
        for call in [call for call in self.log.tools.values() if _is_below(call.path, path)]:
            why = reason or "The call did not finish."
            events.append(self.end_call(at, call, "error", error=why))
        below = [other for other in self.log.agents if _is_below(other, path)]
        for open_path in sorted(below, key=len, reverse=True):
            events += self._complete(open_path, at, status, values if open_path == path else None)
        return events

    def _complete(self, path: Path, at: datetime, status: AgentStatus, values: Any) -> list[Event]:
        agent = self.log.agents[path]
        events: list[Event] = []
        if status == "ok" and not agent.has_said:
            events.append(self._summary(at, path))
        self.log.remove(path, status)
        parent = self.log.agents.get(path[:-1])
        usage = agent.usage.as_json()
        if parent and usage:
            parent.usage.add(agent.usage)
        payload: dict[str, Any] = {
            "agent": path[-1],
            "status": status,
            "duration_ms": _milliseconds(agent.started_at, at),
        }
        # A step's result is for the steps behind it, so people see all of it.
        result = step_result(values, agent.place) if agent.place else short_result(values)
        if result:
            payload["result"] = result
        payload |= agent.place
        if usage:
            payload["usage"] = usage
        return [*events, self.event("agent_completed", at, path, payload)]

    def _summary(self, at: datetime, path: Path) -> Event:
        # Every agent that completes ok has said something; one that was silent says what it did.
        steps = list(dict.fromkeys(self._nodes.get(path, ())))
        text = f"Done: {', then '.join(steps)}." if steps else "Done."
        agent = self.log.agents[path]
        message_id = f"{agent.task_id or '/'.join(path)}:done"
        payload = {"kind": "thought", "message_id": message_id, "text": text}
        return self.say(at, path, payload)


def _is_below(path: Path, ancestor: Path) -> bool:
    return path[: len(ancestor)] == ancestor


def _milliseconds(start: datetime, end: datetime) -> int:
    # Clocks of two machines may disagree after a takeover; a duration is never negative.
    return max(0, round((end - start).total_seconds() * 1000))
