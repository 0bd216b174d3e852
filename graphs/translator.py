"""From graph to event: one pure state machine over LangGraph's stream parts.

It takes parts of the modes `tasks`, `messages`, `custom`, `tools` and `values` (streamed with
`subgraphs=True, version="v2"`) and returns events. Which node is an agent is declared in the node's
metadata (`{"agent": …, "title": …}`); node names are never parsed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from langchain_core.messages import AIMessage, AIMessageChunk

from domain.events import AGENT_STATUS_AT_END, AgentStatus, EndStatus, Event, EventType
from domain.run_log import Path, RunLog
from domain.workflows.steps import StepEnded, StepStarted
from graphs.open_work import AgentTask, OpenWork, RunIdentity
from graphs.speech import Price, Speech
from graphs.stream_parts import (
    Namespace,
    agent_step,
    as_data,
    is_start,
    task_id_of,
    task_of_message,
    tool_result,
)


@dataclass(frozen=True, slots=True)
class _Task:
    namespace: Namespace
    node: str
    #: The path of the agent that this task is, if it is one.
    agent_path: Path | None


class Translator:
    """Turns the parts of one attempt into events, and closes what is open at its end."""

    def __init__(self, identity: RunIdentity, log: RunLog, price: Price) -> None:
        """`log` holds what earlier attempts left open; it is kept up to date."""
        self.identity = identity
        self._log = log
        self._work = OpenWork(identity, log)
        self._speech = Speech(self._work, price)
        self._title = identity.title
        self._root: Path = (identity.agent,)
        self._declared: dict[Path, str] = {self._root: identity.agent}
        self._tasks: dict[str, _Task] = {}
        # Left open by a dead attempt and not seen again yet.
        self._left_agents = {path for path in log.agents if path != self._root}
        self._left_calls = set(log.tools)
        self._starting: set[Path] = set()
        #: Tasks of agents that a dead attempt began and that have not stirred since.
        self._quiet: set[str] = set()
        #: Who asks, by the interrupt's id.
        self._askers: dict[str, Path] = {}

    def start(self, at: datetime, values: Any, from_checkpoint: str | None) -> list[Event]:
        """The events with which an attempt begins; `values` is the run's input."""
        taken_over = self._log.has_started
        events: list[Event] = []
        if self._root not in self._log.agents:
            events.append(self._work.start_agent(at, AgentTask(self._root, self._title), values))
        if taken_over:
            payload = {"from_checkpoint": from_checkpoint}
            events.append(self._work.event("resumed", at, self._root, payload))
        return events

    def translate(self, part: Mapping[str, Any], at: datetime) -> list[Event]:
        """The events that a stream part stands for; none for what people do not see."""
        namespace: Namespace = part["ns"]
        data = part["data"]
        if not self._log.done_tasks.isdisjoint(map(task_id_of, namespace)):
            # It completed before its work was saved, and an attempt died between: seen already.
            return []
        match part["type"]:
            case "tasks" if is_start(data):
                return self._task_started(namespace, data, at)
            case "tasks":
                return [*self._settle(namespace, at), *self._task_ended(namespace, data, at)]
            case "messages":
                return [*self._settle(namespace, at), *self._message(namespace, data, at)]
            case "custom":
                return [*self._settle(namespace, at), *self._custom(namespace, data, at)]
            case "tools":
                return [*self._settle(namespace, at), *self._tool(namespace, data, at)]
            case "values" if not part.get("interrupts"):
                return self._superstep_ended(namespace, at)
            case _:
                return []

    def finish(
        self,
        end: EndStatus,
        at: datetime,
        *,
        before: Sequence[tuple[EventType, Mapping[str, Any]]] = (),
        reason: str | None = None,
        values: Any = None,
    ) -> list[Event]:
        """Close what is open and end the run.

        `before` are the payloads of `interrupt` or `error` events that come first, `reason` is what
        an unfinished call says about why, `values` the graph's last state.
        """
        events = [
            self._work.event(kind, at, self._askers.get(payload.get("id", ""), self._root), payload)
            for kind, payload in before
        ]
        events += self._work.close(self._root, at, AGENT_STATUS_AT_END[end], reason, values)
        events.append(self._work.event("end", at, self._root, {"status": end}))
        return events

    def _task_started(
        self, namespace: Namespace, task: Mapping[str, Any], at: datetime
    ) -> list[Event]:
        parent = self._scope(namespace)
        if self._left_agents:
            self._starting.add(parent)
        self._work.note_node(parent, task["name"])
        metadata: Mapping[str, Any] = task.get("metadata") or {}
        declared = metadata.get("agent")
        # Metadata is inherited: a task inside an agent repeats its agent's name. A workflow's agent
        # names its own task, so that one in another of the same name is told from it.
        is_step = metadata.get("agent_node") == task["name"]
        if not declared or (declared == self._declared.get(parent) and not is_step):
            self._tasks[task["id"]] = _Task(namespace, task["name"], None)
            return []
        task_id = task["id"]
        if task_id in self._log.done_tasks:
            # Announced for completeness, or to save again what was seen already.
            self._tasks[task_id] = _Task(namespace, task["name"], None)
            return []
        adopted = self._log.path_of(task_id)
        path = adopted or self._unused((*parent, str(declared)))
        self._declared[path] = str(declared)
        self._tasks[task_id] = _Task(namespace, task["name"], path)
        if adopted:
            self._left_agents.discard(path)
            self._quiet.add(task_id)
            return []
        title = str(metadata.get("title") or declared)
        step = agent_step(metadata, task.get("input")) if is_step else None
        return [
            self._work.start_agent(at, AgentTask(path, title, task_id, step), task.get("input"))
        ]

    def _task_ended(
        self, namespace: Namespace, result: Mapping[str, Any], at: datetime
    ) -> list[Event]:
        events = self._end_left_calls(self._scope(namespace), at)
        task = self._tasks.pop(result["id"], None)
        for interrupt in result.get("interrupts") or ():
            # The innermost task says it first.
            self._askers.setdefault(interrupt["id"], self._scope(namespace))
        # An agent that waits for an answer stays open; the end of the run closes it.
        if task is None or task.agent_path is None or result.get("interrupts"):
            return events
        if task.agent_path not in self._log.agents:
            return events
        error = result.get("error")
        status: AgentStatus = "error" if error else "ok"
        reason = None if error is None else str(error)
        closed = self._work.close(task.agent_path, at, status, reason, result.get("result"))
        return [*events, *closed]

    def _superstep_ended(self, namespace: Namespace, at: datetime) -> list[Event]:
        """Complete agents that nobody said had ended: they had when an earlier attempt died."""
        events: list[Event] = []
        for task_id, task in list(self._tasks.items()):
            if task.namespace != namespace:
                continue
            del self._tasks[task_id]
            if task.agent_path in self._log.agents:
                events += self._work.close(task.agent_path, at, "ok", None, None)
        return events

    def _message(
        self, namespace: Namespace, said: tuple[Any, dict[str, Any]], at: datetime
    ) -> list[Event]:
        message, metadata = said
        # Questions and tools' answers are in the stream too; only what a model says is thinking.
        if not isinstance(message, AIMessage):
            return []
        node, task_id = task_of_message(metadata)
        is_repeated = task_id in self._quiet and not isinstance(message, AIMessageChunk)
        if is_repeated or task_id in self._log.done_tasks:
            # The agent's graph had finished when an earlier attempt died: this was said before.
            return []
        self._quiet.discard(task_id)
        path = self._scope((*namespace, task_id))
        return self._speech.message(at, path, (namespace, node, task_id), (message, metadata))

    def _custom(self, namespace: Namespace, data: Any, at: datetime) -> list[Event]:
        if isinstance(data, StepStarted | StepEnded):
            return self._step(namespace, data, at)
        if not isinstance(data, Mapping):
            return []
        written = cast(Mapping[str, Any], data)
        if written.get("retract"):
            return self._speech.retract(at, namespace)
        text = written.get("thought")
        if not isinstance(text, str):
            return []
        # The part does not say which task wrote it; a single open one it must have been.
        speakers = [(i, task) for i, task in self._tasks.items() if task.namespace == namespace]
        path = self._scope(namespace)
        if len(speakers) != 1:
            key = "|".join(sorted(task_id for task_id, _ in speakers))
            return [self._speech.thought(at, path, text, key, None)]
        task_id, task = speakers[0]
        if task_id in self._log.done_tasks:
            return []
        self._quiet.discard(task_id)
        return [self._speech.thought(at, task.agent_path or path, text, task_id, task.node)]

    def _tool(self, namespace: Namespace, data: Mapping[str, Any], at: datetime) -> list[Event]:
        call_id, path = str(data["tool_call_id"]), self._scope(namespace)
        if data["event"] == "tool-started":
            if self._work.adopt_call(path, call_id, self._left_calls):
                # It was executing when its attempt died and executes again: one call to readers.
                return []
            return [self._work.start_call(at, path, call_id, data)]
        call = self._work.shown_call(path, call_id)
        if call is None:
            return []
        match data["event"]:
            case "tool-finished":
                status, result = tool_result(data.get("output"))
                return [self._work.end_call(at, call, status, result)]
            case "tool-error":
                error = str(data.get("message"))
                return [self._work.end_call(at, call, "error", error=error)]
            case _:
                return []

    def _step(
        self, namespace: Namespace, said: StepStarted | StepEnded, at: datetime
    ) -> list[Event]:
        """What a workflow's node says of itself: a call, which knows its place in the workflow."""
        path = self._scope(namespace)
        if isinstance(said, StepEnded):
            call = self._work.shown_call(path, said.call_id)
            if call is None:
                return []
            status = "ok" if said.error is None else "error"
            return [self._work.end_call(at, call, status, as_data(said.result), said.error)]
        if self._work.adopt_call(path, said.call_id, self._left_calls):
            return []
        data = {
            "tool_name": said.tool,
            "input": said.args,
            "place": {"node_id": said.node_id, "item": said.item},
        }
        return [self._work.start_call(at, path, said.call_id, data)]

    def _settle(self, namespace: Namespace, at: datetime) -> list[Event]:
        """Close agents of a dead attempt that do not start again: their work was done.

        All tasks of a superstep are announced before any goes on, so an agent that is missing from
        the announcements beside it had finished when its attempt died.
        """
        self._quiet.difference_update(map(task_id_of, namespace))
        events: list[Event] = []
        for level in self._starting:
            for path in [left for left in self._left_agents if left[:-1] == level]:
                self._left_agents.discard(path)
                events += self._work.close(path, at, "ok", None, None)
        self._starting.clear()
        return events

    def _end_left_calls(self, scope: Path, at: datetime) -> list[Event]:
        # Its task has ended without executing it again: it had completed when its attempt died.
        events: list[Event] = []
        for call_id in sorted(self._left_calls):
            call = self._log.tools.get(call_id)
            if call is None or call.path == scope:
                self._left_calls.discard(call_id)
            if call and call.path == scope:
                events.append(self._work.end_call(at, call, "ok"))
        return events

    def _scope(self, namespace: Namespace) -> Path:
        """The innermost agent that a namespace lies in."""
        for segment in reversed(namespace):
            task = self._tasks.get(task_id_of(segment))
            if task and task.agent_path:
                return task.agent_path
        return self._root

    def _unused(self, path: Path) -> Path:
        """A path that no open agent has: the same agent may run several times side by side."""
        candidate, number = path, 2
        while candidate in self._log.agents:
            candidate, number = (*path[:-1], f"{path[-1]}#{number}"), number + 1
        return candidate
