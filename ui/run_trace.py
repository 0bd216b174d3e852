"""What a run did as spans in a tree: agents, nodes and tools, with their times.

Agents and their tools come from the reducer of the chat, nodes of workflows from `fold_run_view`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from domain.workflows.run_view import NodeView, fold_run_view
from ui.event_fields import EventJson, path_of, run_of
from ui.reducer import reduce_all
from ui.time_scale import Window
from ui.transcript import Step, Transcript, Usage

SpanKind = Literal["run", "agent", "tool", "node", "item"]
SpanState = Literal["running", "done", "failed", "waiting", "stopped"]

_OF_STEP: Final[Mapping[str, SpanState]] = {
    "pending": "running",
    "cancelled": "stopped",
    "done": "done",
    "failed": "failed",
    "waiting": "waiting",
}
_OF_NODE: Final[Mapping[str, SpanState]] = {
    "running": "running",
    "waiting": "waiting",
    "success": "done",
    "error": "failed",
    "cancelled": "stopped",
}
#: What a group of items is said to be, when its items differ.
_WORST: Final[tuple[SpanState, ...]] = ("running", "waiting", "failed", "stopped", "done")


@dataclass(slots=True)
class Try:
    """One attempt at a span."""

    state: SpanState
    started_at: datetime
    ended_at: datetime | None
    error: str | None = None


@dataclass(slots=True)
class Span:
    """Something that took time."""

    id: str
    kind: SpanKind
    title: str
    state: SpanState
    started_at: datetime
    ended_at: datetime | None
    #: `service.task` of an action, else what kind of step it is.
    does: str = ""
    children: "list[Span]" = field(default_factory=list)
    tries: list[Try] = field(default_factory=list[Try])
    given: Any = None
    result: Any = None
    #: Where the whole of a large result is.
    artifact_id: str | None = None
    error: str | None = None
    #: What it waits for.
    asks: Mapping[str, Any] | None = None
    usage: Usage | None = None
    #: What an agent said, in its order.
    texts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Trace:
    """All spans, and when there was work at all."""

    roots: Sequence[Span]
    windows: Sequence[Window]

    def spans(self) -> Iterable[Span]:
        """Every span, parents first."""
        waiting = list(reversed(self.roots))
        while waiting:
            span = waiting.pop()
            yield span
            waiting.extend(reversed(span.children))

    def find(self, span_id: str) -> Span | None:
        """A span by its id."""
        return next((span for span in self.spans() if span.id == span_id), None)


def trace_of(events: Sequence[EventJson], *, is_workflow: bool) -> Trace:
    """The trace after these events of an entry."""
    if not is_workflow:
        return Trace(_step_spans(_steps(events)), _windows(events))
    return Trace(_node_spans(events), _windows(events))


def _windows(events: Iterable[EventJson]) -> list[Window]:
    begun: dict[str, datetime] = {}
    found: dict[str, Window] = {}
    for event in events:
        run_id = run_of(event)
        if event["type"] == "agent_started" and len(path_of(event)) == 1:
            begun.setdefault(run_id, moment_of(event["at"]))
            found[run_id] = Window(begun[run_id])
        elif event["type"] == "end":
            at = moment_of(event["at"])
            found[run_id] = Window(begun.get(run_id, at), at)
    return list(found.values())


def _steps(events: Iterable[EventJson]) -> list[Step]:
    state = reduce_all(Transcript(), events)
    return [item for item in state.items if isinstance(item, Step)]


def _step_spans(steps: Sequence[Step]) -> list[Span]:
    """The steps as a tree."""
    spans = {step.id: _step_span(step) for step in steps}
    roots: list[Span] = []
    for step in steps:
        parent = spans.get(step.parent_id or "")
        (parent.children if parent else roots).append(spans[step.id])
    return roots


def _step_span(step: Step) -> Span:
    start = moment_of(step.started_at)
    took = None if step.duration_ms is None else timedelta(milliseconds=step.duration_ms)
    return Span(
        id=step.id,
        kind=step.kind,
        title=step.title,
        state=_OF_STEP[step.status],
        started_at=start,
        ended_at=None if took is None else start + took,
        does="agent" if step.kind == "agent" else "tool",
        given=step.args,
        result=step.result,
        error=step.error,
        usage=step.usage,
        texts=tuple(part.text for part in step.parts if part.text.strip()),
    )


def _node_spans(events: Sequence[EventJson]) -> list[Span]:
    view = fold_run_view(events)
    # Nodes are in the view; the reducer tells what agents among them did inside.
    inside = _steps(event for event in events if not _is_node_call(event))
    spans: dict[str, Span] = {}
    roots: list[Span] = []
    for node in view.nodes:
        span = _node_span(node)
        spans[node.item] = span
        _place(span, node.item, spans, roots)
    by_id = {each.id: each for each in _all(_step_spans(inside))}
    for step in inside:
        if step.item and step.item in spans:
            owner, agent = spans[step.item], by_id[step.id]
            owner.children += agent.children
            owner.texts, owner.usage = (*owner.texts, *agent.texts), agent.usage
    for root in roots:
        _spread(root)
    return roots


def _is_node_call(event: EventJson) -> bool:
    is_call = event["type"] in ("tool_executing", "tool_completed")
    return is_call and isinstance(event.get("node_id"), str)


def _node_span(node: NodeView) -> Span:
    return Span(
        id=node.item,
        kind="node",
        title=node.node_id.replace("_", " ").strip().capitalize(),
        state=_OF_NODE[node.status],
        started_at=node.started_at,
        ended_at=node.ended_at,
        does=node.does,
        tries=[
            Try(_OF_NODE[each.status], each.started_at, each.ended_at, each.error)
            for each in node.attempts
        ],
        given=node.input,
        result=node.output,
        artifact_id=node.artifact_id,
        error=node.error,
        asks=node.asks,
    )


def _place(span: Span, item: str, spans: dict[str, Span], roots: list[Span]) -> None:
    """Put a node below the loop item or the sub-workflow that it belongs to."""
    outer, slash, _ = item.rpartition("/")
    if not slash:
        roots.append(span)
        return
    parent = spans.get(outer)
    if parent is None:
        # An item of a loop, which says nothing of its own.
        loop, _, number = outer.removesuffix("]").rpartition("[")
        place = int(number) + 1 if number.isdecimal() else 0
        title = f"Item {place}" if place else outer
        parent = Span(outer, "item", title, "done", span.started_at, None, does="item")
        spans[outer] = parent
        owner = spans.get(loop)
        if owner:
            owner.children.append(parent)
        else:
            _place(parent, outer, spans, roots)
    parent.children.append(span)


def _spread(span: Span) -> None:
    """Let a span reach over all that lies in it; a group stands as the worst of its items does."""
    for child in span.children:
        _spread(child)
    if not span.children:
        return
    states = {child.state for child in span.children}
    if span.kind == "item":
        span.state = next(state for state in _WORST if state in states)
    elif span.state == "done" and states & {"running", "waiting"}:
        span.state = "running" if "running" in states else "waiting"
    span.started_at = min(span.started_at, *(child.started_at for child in span.children))
    ends = [child.ended_at for child in span.children]
    if span.kind != "item":
        ends.append(span.ended_at)
    known = [end for end in ends if end is not None]
    span.ended_at = max(known) if len(known) == len(ends) else None


def _all(roots: Iterable[Span]) -> Iterable[Span]:
    return Trace(list(roots), ()).spans()


def moment_of(text: object) -> datetime:
    """A time as events say it."""
    return datetime.fromisoformat(str(text))
