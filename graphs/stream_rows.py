"""From graph to stream part: what a run's clients asked for by LangGraph's stream modes.

The parts come from `astream(..., subgraphs=True, version="v2")`; what goes to the log is what
LangGraph's own server sends: one row an SSE event, named by its mode and sub-graph.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast

from langgraph.types import Command, Interrupt

from domain.events import StreamPart
from graphs.message_rows import MessageRows, NodeMetadata, RootMessages, Row
from graphs.open_work import RunIdentity
from graphs.stream_parts import INTERRUPT, Namespace, is_start

#: What clients may ask for.
STREAM_MODES = frozenset(
    {
        *{"values", "updates", "messages", "messages-tuple", "custom", "events", "tasks"},
        *{"checkpoints", "debug"},
    }
)

#: Asked for by the service itself: one row with the final values, for whoever waits for them.
RESULT = "result"


@dataclass(frozen=True, slots=True)
class StreamChoice:
    """What a run's clients want of its stream."""

    modes: frozenset[str] = frozenset()
    subgraphs: bool = False

    @property
    def messages(self) -> bool:
        """Whether messages are wanted in either way."""
        return not self.modes.isdisjoint(("messages", "messages-tuple"))


class StreamRows:
    """Turns the parts of one attempt into rows; knows nothing that another attempt needs."""

    def __init__(self, identity: RunIdentity, choice: StreamChoice) -> None:
        self._identity = identity
        self._choice = choice
        self._messages = MessageRows(
            pairs="messages-tuple" in choice.modes, whole="messages" in choice.modes
        )
        self._interrupts: dict[Namespace, dict[str, Interrupt]] = {}
        #: What hears the nodes' metadata while the graph runs, where that is needed.
        self.nodes = NodeMetadata() if choice.messages and not choice.subgraphs else None
        self._root = RootMessages(self.nodes) if self.nodes else None

    def rows(self, part: Mapping[str, Any], at: datetime) -> list[StreamPart]:
        """The rows for one part; none when nobody asked for it."""
        if not self._choice.modes:
            return []
        namespace: Namespace = part["ns"]
        rows = self._message_rows(namespace, part) if self._choice.messages else []
        if part["type"] in self._choice.modes and part["type"] != "messages":
            rows.append((part["type"], self._data(namespace, part)))
        if namespace and not self._choice.subgraphs:
            return []
        return [self._row("|".join((name, *namespace)), data, at) for name, data in rows]

    def event(self, event: Mapping[str, Any], at: datetime) -> list[StreamPart]:
        """The row for one item of `astream_events`."""
        if "events" not in self._choice.modes:
            return []
        if event["event"] == "on_chain_stream" and not event["parent_ids"]:
            # We stream many modes at once; who listens to events knows of `updates` only.
            namespace, mode, chunk = event["data"]["chunk"]
            if mode != "updates" or namespace:
                return []
            event = {**event, "data": {"chunk": chunk}}
        return [self._row("events", event, at)]

    def parent_command(self, command: Command[Any], at: datetime) -> StreamPart:
        """What the graph asks of a parent that is elsewhere."""
        return self._row("command", replace(command, graph=Command.PARENT), at)

    def result(self, values: Any, interrupts: Sequence[Any], at: datetime) -> list[StreamPart]:
        """The row with what came of the run, where somebody waits for it."""
        if RESULT not in self._choice.modes:
            return []
        return [self._row(RESULT, _with_interrupts(values, interrupts), at)]

    def _message_rows(self, namespace: Namespace, part: Mapping[str, Any]) -> list[Row]:
        data = part["data"]
        if part["type"] == "messages":
            said = self._root.said(namespace, data) if self._root else [data]
        elif part["type"] == "tasks" and self._root and not namespace:
            if is_start(data):
                self._root.task_started(data)
                return []
            said = self._root.task_ended(data)
        else:
            return []
        return [row for one in said for row in self._messages.rows(one)]

    def _data(self, namespace: Namespace, part: Mapping[str, Any]) -> Any:
        data = part["data"]
        match part["type"]:
            case "values":
                # Each paused task tells of its own questions only; the last state has them all.
                known = self._interrupts.setdefault(namespace, {})
                known.update({interrupt.id: interrupt for interrupt in part["interrupts"]})
                return _with_interrupts(data, list(known.values()))
            case "checkpoints":
                return _checkpoint(data)
            case "debug" if data["type"] == "checkpoint":
                return {**data, "payload": _checkpoint(data["payload"])}
            case _:
                return data

    def _row(self, name: str, data: Any, at: datetime) -> StreamPart:
        identity = self._identity
        return StreamPart(name, identity.run_id, identity.thread_id, identity.attempt, at, data)


def graph_modes(modes: Collection[str]) -> Iterator[str]:
    """What must be asked of the graph for these modes, beside what every run is followed by."""
    yield from sorted({"checkpoints", "debug"} & set(modes))


def _with_interrupts(values: Any, interrupts: Sequence[Any]) -> Any:
    if not interrupts:
        return values
    if values is None:
        return {INTERRUPT: interrupts}
    if isinstance(values, Mapping):
        return {**cast(Mapping[str, Any], values), INTERRUPT: interrupts}
    if fields := _fields(values):
        return {**fields, INTERRUPT: interrupts}
    return {INTERRUPT: interrupts}


def _fields(values: Any) -> dict[str, Any]:
    """The fields of a state that is an object."""
    kind = cast(type[Any], type(values))
    names = getattr(kind, "model_fields", None) or getattr(kind, "__dataclass_fields__", {})
    return {name: getattr(values, name) for name in names}


def _checkpoint(data: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **data,
        "checkpoint": _place(data["config"]),
        "parent_checkpoint": _place(data["parent_config"]),
    }


def _place(config: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Which checkpoint a config means."""
    if config is None:
        return None
    configurable: Mapping[str, Any] = config["configurable"]
    names = ("thread_id", "checkpoint_ns", "checkpoint_id", "checkpoint_map")
    return {name: configurable[name] for name in names if name in configurable}
