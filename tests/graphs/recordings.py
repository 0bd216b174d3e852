"""Runs of small graphs, recorded as what became durable and in which order.

A recording is what a run streamed and what it saved, interleaved as it happened. Cut anywhere, it
is what a crash leaves behind: the write path commits events and checkpoints in the order in which
they were put.
"""

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, cast
from uuid import uuid4

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import ChannelVersions, Checkpoint, CheckpointMetadata
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import END, START, StateGraph

from domain.events import EndStatus, Event
from domain.run_log import RunLog, fold
from graphs.lifecycle import _MODES as MODES
from graphs.open_work import RunIdentity
from graphs.speech import Price
from graphs.translator import Translator
from tests.graphs.sample_graphs import Graph, Talk, nested

QUESTION: Any = {"messages": [{"role": "user", "content": "What is one and two?"}]}
COUNT: Any = {"count": 0}


@dataclass(frozen=True, slots=True)
class Saved:
    """All checkpoints of a thread at one moment."""

    storage: Any
    writes: Any
    blobs: Any


@dataclass(frozen=True, slots=True)
class Streamed:
    """One stream part."""

    part: dict[str, Any]


Step = Saved | Streamed


class RecordingSaver(InMemorySaver):
    """Notes all that it holds whenever that changes."""

    def __init__(self, steps: list[Step], before: Saved | None) -> None:
        super().__init__()
        self._steps = steps
        if before:
            self.storage = copy.deepcopy(before.storage)
            self.writes = copy.deepcopy(before.writes)
            self.blobs = copy.deepcopy(before.blobs)

    def put(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        saved = super().put(config, checkpoint, metadata, new_versions)
        self._note()
        return saved

    def put_writes(
        self,
        config: RunnableConfig,
        writes: Sequence[tuple[str, Any]],
        task_id: str,
        task_path: str = "",
    ) -> None:
        super().put_writes(config, writes, task_id, task_path)
        self._note()

    def _note(self) -> None:
        state = copy.deepcopy((self.storage, self.writes, self.blobs))
        self._steps.append(Saved(*state))


class Recording:
    """One attempt, from its start to its end or error."""

    def __init__(self, graph: Graph, given: Any, before: Saved | None, thread_id: str) -> None:
        self.graph = graph
        #: What was saved before it began.
        self.before = before
        self.given = given
        self.thread_id = thread_id
        self.steps: list[Step] = []
        #: How the graph ended.
        self.end: EndStatus = "success"

    @property
    def parts(self) -> list[dict[str, Any]]:
        return parts_of(self.steps)

    async def again(self, cut: int) -> "Recording":
        """The next attempt after a crash that left the first `cut` steps."""
        saved = [self.before, *(step for step in self.steps[:cut] if isinstance(step, Saved))]
        given = None if saved[-1] else self.given
        return await record(self.graph, given, saved[-1], self.thread_id)


async def record(
    graph: Graph, given: Any, before: Saved | None = None, thread_id: str | None = None
) -> Recording:
    """Run a graph to its end and note all that it does."""
    recording = Recording(graph, given, before, thread_id or str(uuid4()))
    running = graph.copy({"checkpointer": RecordingSaver(recording.steps, before)})
    try:
        async for part in running.astream(
            given,
            {"configurable": {"thread_id": recording.thread_id}},
            stream_mode=cast(Any, MODES),
            subgraphs=True,
            durability="sync",
            version="v2",
        ):
            recording.steps.append(Streamed(dict(part)))
            if part["type"] == "tasks" and part["data"].get("interrupts"):
                recording.end = "interrupted"
    except RuntimeError:
        recording.end = "error"
    return recording


class Attempt:
    """A translator over a clock that ticks, and the events it gave."""

    def __init__(
        self,
        number: int = 1,
        earlier: Sequence[dict[str, Any]] = (),
        price: Price = lambda model, tokens: Decimal(0),
    ) -> None:
        """`earlier` is what the attempts before it left in the log."""
        identity = RunIdentity("run-1", "thread-1", number, "root", "Root")
        log = fold(earlier) if earlier else RunLog()
        self.translator = Translator(identity, log, price)
        self._at = datetime(2026, 5, 4, 10, number, tzinfo=UTC)
        self.events: list[dict[str, Any]] = list(earlier)
        checkpoint = "checkpoint" if number > 1 else None
        self._take(self.translator.start(self._now(), QUESTION, checkpoint))

    def read(self, parts: Sequence[dict[str, Any]]) -> "Attempt":
        for part in parts:
            self._take(self.translator.translate(part, self._now()))
        return self

    def finish(self, end: EndStatus, **more: Any) -> list[dict[str, Any]]:
        """End the run; returns its whole log."""
        self._take(self.translator.finish(end, self._now(), **more))
        return self.events

    def _now(self) -> datetime:
        self._at += timedelta(milliseconds=1)
        return self._at

    def _take(self, events: Sequence[Event]) -> None:
        self.events += [event.body() for event in events]


def deep() -> Graph:
    """An agent within an agent."""
    builder = StateGraph(Talk)
    builder.add_node("team", nested(), metadata={"agent": "team", "title": "Team"})
    builder.add_edge(START, "team")
    builder.add_edge("team", END)
    return builder.compile(name="deep")


def parts_of(steps: Sequence[Step]) -> list[dict[str, Any]]:
    """What was streamed."""
    return [step.part for step in steps if isinstance(step, Streamed)]


def heard(events: Sequence[dict[str, Any]]) -> dict[tuple[str, str], str]:
    """What a reader shows at the end: the text of each message, by its id and channel."""
    texts: dict[tuple[str, str], str] = {}
    for event in events:
        if event["type"] != "agent_thinking":
            continue
        if event["kind"] == "thought":
            texts[event["message_id"], "thought"] = event["text"]
        else:
            key = event["message_id"], event["channel"]
            texts[key] = texts.get(key, "")[: event["offset"]] + event["text"]
    return {key: text for key, text in texts.items() if text}
