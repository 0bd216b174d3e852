"""Running a graph for a run: the only place that streams one, and what came of it."""

import logging
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal, cast

import orjson
from langchain_core.runnables import RunnableConfig
from langgraph.errors import GraphDrained
from langgraph.runtime import RunControl
from langgraph.types import StreamMode

from domain.errors import GoldenpathError, StaleAttempt
from domain.events import EndStatus, Event, EventType
from domain.ports import EventSink
from graphs.coalescing import Coalescer
from graphs.factories import Graph
from graphs.stream_parts import json_default
from graphs.translator import Translator

logger = logging.getLogger(__name__)

#: LangGraph's stream modes that events are made of. Its type leaves out `tools`, which it has.
_MODES = cast(Sequence[StreamMode], ("tasks", "messages", "custom", "tools", "values"))

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
    from_checkpoint: str | None = None
    #: What the run was asked, for its first event.
    question: Any = None


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
    ) -> None:
        self._call = call
        self._translator = translator
        self._sink = sink
        self._now = now
        self._coalescer = Coalescer(sink.append)
        self._values: Any = None
        self._interrupts: dict[str, list[dict[str, Any]]] = {}
        self._open_tasks: set[str] = set()

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
        except Exception as error:
            # Whatever a node raises ends its run, with the reason in its log; never the worker.
            logger.exception("Run %s stopped at an error.", call.config.get("run_id"))
            return self._failed(error)
        if self._interrupts:
            pending: list[tuple[EventType, Mapping[str, Any]]] = [
                ("interrupt", interrupt)
                for interrupts in self._interrupts.values()
                for interrupt in interrupts
            ]
            return self._outcome("interrupted", pending)
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
        call = self._call
        stream = graph.astream(
            call.input,
            call.config,
            context=call.context,
            stream_mode=_MODES,
            subgraphs=True,
            durability="sync",
            control=call.control,
            version="v2",
        )
        async for part in cast(AsyncIterator[Mapping[str, Any]], stream):
            if part["ns"] == ():
                self._note(part)
            events = self._translator.translate(part, self._now())
            if events:
                self._coalescer.add([await self._capped(event) for event in events])
                await self._sink.drained()

    def _note(self, part: Mapping[str, Any]) -> None:
        """Keep what the root graph says of its state and of its tasks."""
        data = part["data"]
        if part["type"] == "values":
            self._values = data
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
        self._coalescer.flush()
        events = self._translator.finish(
            end, self._now(), before=before, reason=reason, values=self._values
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
    said = str(error).strip().split("\n", maxsplit=1)[0]
    name = type(error).__name__
    return f"The run stopped at an error: {name}: {said}" if said else f"The run failed: {name}"
