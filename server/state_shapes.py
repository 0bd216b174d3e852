"""The state of threads as the API takes and shows it: the shapes of LangGraph's SDK."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID

from langchain_core.runnables import RunnableConfig
from langgraph.types import Interrupt, PregelTask, StateSnapshot
from pydantic import BaseModel, Field

from server.pagination import DEFAULT_LIMIT, MAX_LIMIT
from server.shapes import InterruptShape

_WITHOUT_NUL = r"^[^\x00]*$"
Namespace = Annotated[str, Field(pattern=_WITHOUT_NUL)]


class CheckpointShape(BaseModel):
    """A moment in a thread's history, of its graph or of one inside that."""

    thread_id: str
    checkpoint_ns: str = Field(description="Which graph: empty, or `node:task` of one inside.")
    checkpoint_id: str | None
    checkpoint_map: dict[str, str] | None = Field(
        None, description="The moments of the graphs around it."
    )


class TaskShape(BaseModel):
    """A task of the step that comes next."""

    id: str
    name: str
    path: list[Any]
    error: str | None
    interrupts: list[InterruptShape]
    checkpoint: CheckpointShape | None = Field(description="Where its own graph stands.")
    state: "ThreadStateShape | None" = Field(description="The same, when `subgraphs` are wanted.")
    result: Any


class ThreadStateShape(BaseModel):
    """What a thread's graph had reached at a moment."""

    values: Any
    next: list[str] = Field(description="The nodes that run next.")
    tasks: list[TaskShape]
    metadata: dict[str, Any]
    created_at: str | None
    checkpoint: CheckpointShape | None = Field(description="Null as long as there is none.")
    parent_checkpoint: CheckpointShape | None
    interrupts: list[InterruptShape]
    checkpoint_id: str | None
    parent_checkpoint_id: str | None


class CheckpointChoice(BaseModel):
    """A moment in a thread's history; what is missing means the newest, and the thread's graph."""

    thread_id: UUID | None = Field(None, description="The thread of the path, or nothing.")
    checkpoint_ns: Namespace | None = None
    checkpoint_id: UUID | None = None
    checkpoint_map: dict[Namespace, Namespace] | None = None


class StateQuery(BaseModel):
    """Which state, and which part of it."""

    checkpoint: CheckpointChoice
    subgraphs: bool | None = Field(None, description="Also the states of the graphs inside.")
    select: list[str] | None = Field(
        None, description="Only these fields; of `values` one key too, as in `values.messages`."
    )


class HistoryQuery(BaseModel):
    """Which part of a thread's history."""

    limit: int = Field(default=DEFAULT_LIMIT, ge=1, le=MAX_LIMIT, description="How many at most.")
    before: UUID | CheckpointChoice | None = Field(None, description="Only older ones.")
    metadata: dict[str, Any] | None = Field(None, description="Only those with each of these.")
    checkpoint: CheckpointChoice | None = Field(None, description="Of which graph.")
    select: list[str] | None = None


class StateChange(BaseModel):
    """What to lay over a thread's state; nothing makes a copy of a moment, to go on from there."""

    values: dict[str, Any] | list[Any] | None = None
    as_node: Namespace | None = Field(None, description="As if this node had returned it.")
    checkpoint: CheckpointChoice | None = Field(None, description="Which moment; else the newest.")
    checkpoint_id: UUID | None = None


class ChangedStateShape(BaseModel):
    """The moment that a change made."""

    checkpoint: CheckpointShape
    configurable: dict[str, Any]
    checkpoint_id: str


def state_data(snapshot: StateSnapshot) -> dict[str, Any]:
    """A `ThreadStateShape` as data; its values are what the graph has."""
    checkpoint = checkpoint_data(snapshot.config)
    parent = checkpoint_data(snapshot.parent_config)
    return {
        "values": snapshot.values,
        "next": list(snapshot.next),
        "tasks": [_task_data(task) for task in snapshot.tasks],
        "metadata": snapshot.metadata or {},
        "created_at": snapshot.created_at,
        "checkpoint": checkpoint if snapshot.created_at else None,
        "parent_checkpoint": parent,
        "interrupts": [interrupt_data(interrupt) for interrupt in snapshot.interrupts],
        "checkpoint_id": checkpoint["checkpoint_id"] if checkpoint else None,
        "parent_checkpoint_id": parent["checkpoint_id"] if parent else None,
    }


def empty_state_data(checkpoint: Mapping[str, Any] | None) -> dict[str, Any]:
    """The same for a thread that has reached nothing."""
    return {
        "values": {},
        "next": [],
        "tasks": [],
        "metadata": {},
        "created_at": None,
        "checkpoint": checkpoint,
        "parent_checkpoint": None,
        "interrupts": [],
        "checkpoint_id": None,
        "parent_checkpoint_id": None,
    }


def checkpoint_data(config: RunnableConfig | None) -> dict[str, Any] | None:
    """A `CheckpointShape` as data; the map is there only where there is one."""
    if config is None:
        return None
    configurable: Mapping[str, Any] = config.get("configurable", {})
    found = {
        "thread_id": configurable.get("thread_id"),
        "checkpoint_ns": configurable.get("checkpoint_ns", ""),
        "checkpoint_id": configurable.get("checkpoint_id"),
    }
    if around := configurable.get("checkpoint_map"):
        found["checkpoint_map"] = around
    return found


def interrupt_data(interrupt: Interrupt[Any]) -> dict[str, Any]:
    """An `InterruptShape` as data."""
    return {
        "id": interrupt.id,
        "value": interrupt.value,
        "response_schema": interrupt.response_schema,
    }


def pending_interrupts(tasks: Sequence[PregelTask]) -> dict[str, list[dict[str, Any]]]:
    """What a graph waits for, by task."""
    return {
        task.id: [interrupt_data(interrupt) for interrupt in task.interrupts]
        for task in tasks
        if task.interrupts
    }


def _task_data(task: PregelTask) -> dict[str, Any]:
    inner = task.state
    is_known = isinstance(inner, StateSnapshot)
    return {
        "id": task.id,
        "name": task.name,
        "path": task.path,
        "error": None if task.error is None else _words(task.error),
        "interrupts": [interrupt_data(interrupt) for interrupt in task.interrupts],
        "checkpoint": checkpoint_data(inner.config if is_known else inner),
        "state": state_data(inner) if is_known else None,
        "result": task.result,
    }


def _words(error: object) -> str:
    # What was saved is the exception's representation; a fresh one is shown the same way.
    return error if isinstance(error, str) else repr(error)
