"""Running a graph for a run: the only place that streams one, and what came of it."""

import logging
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, aclosing, nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal, cast

import orjson
from langchain_core.runnables import RunnableConfig
from langgraph.errors import GraphDrained, NodeTimeoutError, ParentCommand
from langgraph.runtime import RunControl
from langgraph.types import Command

from domain.errors import GoldenpathError, StaleAttempt
from domain.events import EndStatus, Event, EventType, LogEntry
from domain.ports import EventSink
from graphs.coalescing import Coalescer
from graphs.factories import Graph
from graphs.node_clock import NodeClock
from graphs.stream_parts import INTERRUPT, as_part, json_default
from graphs.stream_rows import StreamChoice, StreamRows, graph_modes
from graphs.translator import Translator
from nodes.workflow.step import timed_out
from tools.context import AgentContext

logger = logging.getLogger(__name__)

#: LangGraph's stream modes that events are made of, and `updates`, which alone tells of a pause
#: that is no question.
_MODES = ("tasks", "messages", "custom", "tools", "values", "updates")

#: An event's JSON is at most this long; of a larger result it keeps the beginning.
EVENT_BYTES = 64 * 1024
KEPT_CHARS = 2_048


@dataclass(frozen=True, slots=True)
class GraphCall:
    """What to run."""

    #: The graph, or what makes it for the run and puts it away after.
    graph: Graph | AbstractAsyncContextManager[Graph]
    #: Input or Command; None goes on from the last checkpoint.
    input: Any
    config: RunnableConfig
    context: Any
    control: RunControl
    #: What graphs that declare our own context get instead of the client's.
    own_context: AgentContext | None = None
    from_checkpoint: str | None = None
    #: What the run was asked, for its first event.
    question: Any = None
    #: What its clients want of its stream, beside our own events.
    stream: StreamChoice = field(default_factory=StreamChoice)
    #: Nodes to pause at, or "*" for all; None leaves it to the graph.
    interrupt_before: Sequence[str] | Literal["*"] | None = None
    interrupt_after: Sequence[str] | Literal["*"] | None = None
    durability: Literal["sync", "async", "exit"] = "sync"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended; `events` close it and are committed with both statuses."""

    end: EndStatus
    events: Sequence[Event]
    values: Any = None
    #: What waits for an answer: {task_id: [{id, value, response_schema}]}.
    interrupts: Mapping[str, list[dict[str, Any]]] = field(
        default_factory=dict[str, list[dict[str, Any]]]
    )
    has_next_step: bool = False
    error: str | None = None


class GraphRun:
    """One attempt at a graph."""

    def __init__(
        self,
        call: GraphCall,
        translator: Translator,
        sink: EventSink,
        now: Callable[[], datetime],
        clock: NodeClock | None = None,
    ) -> None:
        """`clock` is told of every node, if there is one."""
        self._call = call
        self._translator = translator
        self._sink = sink
        self._now = now
        self._clock = clock or NodeClock(0, lambda node: None)
        self._coalescer = Coalescer(sink.append)
        self._rows = StreamRows(translator.identity, call.stream)
        self._values: Any = None
        self._interrupts: dict[str, list[dict[str, Any]]] = {}
        self._open_tasks: set[str] = set()
        self._paused = False

    async def stream(self) -> Outcome:
        """Run the graph to its end, an interrupt or an error.

        Raises `GraphDrained` when it stopped between steps because it was asked to, and
        `StaleAttempt` when another worker has taken the run over.
        """
        call = self._call
        started = self._translator.start(self._now(), call.question, call.from_checkpoint)
        self._coalescer.add(started)
        try:
            async with _ready(self._call.graph) as graph:
                await self._follow(graph)
        except (StaleAttempt, GraphDrained):
            raise
        except ParentCommand as asked:
            # The parent is elsewhere and reads the stream: this graph has done its part.
            command = cast(Command[Any], asked.args[0])
            self._coalescer.add([self._rows.parent_command(command, self._now())])
            return self._outcome("success")
        except Exception as error:
            # Whatever a node raises ends its run, with the reason in its log; never the worker.
            logger.exception("Run %s stopped at an error.", call.config.get("run_id"))
            return self._failed(error)
        finally:
            self._clock.stop()
        if self._interrupts or self._paused:
            return self._outcome("interrupted", self._questions())
        return self._outcome("success")

    def let_go(self) -> None:
        """Hand on what is held back for more to join."""
        self._coalescer.flush()
        self._sink.flush()

    def stopped(self, end: Literal["cancelled", "timeout"], message: str) -> Outcome:
        """What came of a run that was stopped from outside; `message` says why."""
        if end == "timeout":
            error: dict[str, Any] = {"error": "TimeoutError", "message": message}
            return self._outcome(end, [("error", error)], message, error=message)
        return self._outcome(end, reason=message)

    async def _follow(self, graph: Graph) -> None:
        async with aclosing(self._parts(graph)) as parts:
            async for part in parts:
                if part["type"] == "tasks":
                    self._clock.note(part["ns"], part["data"])
                if part["ns"] == ():
                    self._note(part)
                now = self._now()
                entries: list[LogEntry] = [
                    await self._capped(event) for event in self._translator.translate(part, now)
                ]
                entries += self._rows.rows(part, now)
                if entries:
                    self._coalescer.add(entries)
                    await self._sink.drained()

    def _parts(self, graph: Graph) -> AsyncGenerator[Mapping[str, Any]]:
        """The graph's stream parts, as LangGraph's version 2 has them."""
        call = self._call
        config, context = call.config, call.context
        if call.own_context is not None and graph.context_schema is AgentContext:
            context = call.own_context
            # Ours says itself how many steps it takes at most: it is made of a user's drawing.
            if own := (graph.config or {}).get("recursion_limit"):
                config = {**config, "recursion_limit": max(own, config.get("recursion_limit", 0))}
        if self._rows.nodes:
            config = cast(RunnableConfig, {**config, "callbacks": [self._rows.nodes]})
        options: dict[str, Any] = {
            "version": "v2",
            "context": context,
            "stream_mode": [*_MODES, *graph_modes(call.stream.modes)],
            "subgraphs": True,
            "durability": call.durability,
            "control": call.control,
            "interrupt_before": call.interrupt_before,
            "interrupt_after": call.interrupt_after,
        }
        if "events" in call.stream.modes:
            events = cast(Any, graph.astream_events)(call.input, config, **options)
            return self._parts_of(events)
        return cast(Any, graph.astream)(call.input, config, **options)

    async def _parts_of(
        self, events: AsyncGenerator[Mapping[str, Any]]
    ) -> AsyncGenerator[Mapping[str, Any]]:
        """The stream parts among a graph's events; the events go to whoever asked for them."""
        async with aclosing(events):
            async for event in events:
                self._coalescer.add(self._rows.event(event, self._now()))
                if event["event"] == "on_chain_stream" and not event["parent_ids"]:
                    yield as_part(*event["data"]["chunk"])

    def _note(self, part: Mapping[str, Any]) -> None:
        """Keep what the root graph says of its state and of its tasks."""
        data = part["data"]
        if part["type"] == "values":
            self._values = data
        elif part["type"] == "updates":
            self._paused = self._paused or INTERRUPT in data
        elif part["type"] == "tasks":
            if "triggers" in data:
                self._open_tasks.add(data["id"])
                return
            if not data["error"]:
                self._open_tasks.discard(data["id"])
            if data["interrupts"]:
                self._interrupts[data["id"]] = [
                    {"response_schema": None, **interrupt} for interrupt in data["interrupts"]
                ]

    def _questions(self) -> list[tuple[EventType, Mapping[str, Any]]]:
        return [("interrupt", asked) for group in self._interrupts.values() for asked in group]

    async def _capped(self, event: Event) -> Event:
        if event.type not in ("tool_completed", "agent_completed"):
            return event
        content = orjson.dumps(event.payload.get("result"), default=json_default)
        if len(content) <= EVENT_BYTES:
            return event
        artifact_id = await self._sink.keep("application/json", content)
        kept = {
            "result": content[:KEPT_CHARS].decode(errors="ignore"),
            "artifact_id": artifact_id,
            "size": len(content),
        }
        return replace(event, payload={**event.payload, **kept})

    def _failed(self, error: Exception) -> Outcome:
        message = str(error) if isinstance(error, GoldenpathError) else _in_words(error)
        payload = {"error": type(error).__name__, "message": message}
        return self._outcome("error", [("error", payload)], message, error=message)

    def _outcome(
        self,
        end: EndStatus,
        before: Sequence[tuple[EventType, Mapping[str, Any]]] = (),
        reason: str | None = None,
        *,
        error: str | None = None,
    ) -> Outcome:
        now = self._now()
        asked = [payload for kind, payload in before if kind == "interrupt"]
        self._coalescer.add(self._rows.result(self._values, asked, now))
        self._coalescer.flush()
        events = self._translator.finish(
            end, now, before=before, reason=reason, values=self._values
        )
        return Outcome(
            end=end,
            events=events,
            values=self._values,
            interrupts=self._interrupts if end == "interrupted" else {},
            has_next_step=bool(self._open_tasks),
            error=error,
        )


def _ready(
    graph: Graph | AbstractAsyncContextManager[Graph],
) -> AbstractAsyncContextManager[Graph]:
    return graph if isinstance(graph, AbstractAsyncContextManager) else nullcontext(graph)


def _in_words(error: Exception) -> str:
    if isinstance(error, NodeTimeoutError):
        return timed_out(error)
    said = str(error).strip().split("\n", maxsplit=1)[0]
    name = type(error).__name__
    return f"The run stopped at an error: {name}: {said}" if said else f"The run failed: {name}"
