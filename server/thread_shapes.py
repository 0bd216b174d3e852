"""Threads as the API takes them: the shapes of LangGraph's SDK."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from langgraph.types import StateUpdate
from pydantic import BaseModel, Field

from domain.errors import InvalidInput
from domain.json_paths import Path, parse_path
from domain.runs import ThreadStatus
from server.pagination import Page
from server.runs.calls import command_of
from server.shapes import ThreadShape
from storage.threads import ThreadOrder

#: Fields of a thread that have an inside, for `extract`.
_WITH_INSIDE: Final = ("values", "metadata", "config", "interrupts")
_MOST_EXTRACTS: Final = 10

_NO_TTL: Final = (
    "ttl: threads are not deleted by themselves here, so this promise could not be kept. Leave it "
    "out, and delete the thread when it is no longer needed."
)


class StepUpdate(BaseModel):
    """What one node did in a superstep."""

    values: dict[str, Any] | list[Any] | None = None
    command: dict[str, Any] | None = Field(None, description="`{update, goto}` instead.")
    as_node: str = Field(description="Which node.")

    def update(self) -> StateUpdate:
        """The same for LangGraph."""
        command = command_of(self.command) if self.command else None
        values: Any = self.values if command is None else command
        return StateUpdate(values, self.as_node)


class Superstep(BaseModel):
    """What the nodes of one superstep did."""

    updates: Annotated[list[StepUpdate], Field(min_length=1)]


class ThreadContent(BaseModel):
    """What somebody says about a thread."""

    metadata: dict[str, Any] | None = None
    ttl: Any = Field(None, description="Not supported: threads are not deleted by themselves.")

    def checked_metadata(self) -> dict[str, Any]:
        """The metadata; raises `InvalidInput` for what would be promised in vain."""
        if self.ttl is not None:
            raise InvalidInput(_NO_TTL)
        return self.metadata or {}


class ThreadChange(ThreadContent):
    """What to lay over a thread's metadata."""


class NewThread(ThreadContent):
    """What a new thread starts with."""

    thread_id: UUID | None = Field(None, description="Its id; one is made when it is missing.")
    metadata: dict[str, Any] | None = Field(
        None, description="Anything; `title` is shown, `graph_id` says which graph it is for."
    )
    if_exists: Literal["raise", "do_nothing"] | None = Field(
        None, description="What to do when the id is taken; `do_nothing` returns that one."
    )
    supersteps: list[Superstep] | None = Field(
        None, description="A history to begin with; `metadata` must name the `graph_id`."
    )

    def updates(self) -> list[list[StateUpdate]]:
        """The supersteps for LangGraph."""
        return [[update.update() for update in step.updates] for step in self.supersteps or ()]


class ThreadFilter(BaseModel):
    """Which threads; an empty one means all."""

    metadata: dict[str, Any] | None = Field(None, description="Each of these values.")
    values: dict[str, Any] | None = Field(None, description="Each of these values of the graph.")
    status: ThreadStatus | None = None


class ThreadQuery(ThreadFilter, Page):
    """Which threads, in which order, and which of their fields."""

    ids: list[UUID] | None = None
    sort_by: ThreadOrder | None = Field(None, description="`updated_at` if nothing is said.")
    sort_order: Literal["asc", "desc"] | None = Field(None, description="Else `desc`.")
    select: list[str] | None = None
    extract: dict[str, str] | None = Field(
        None,
        description="Names for what lies at paths such as `values.messages[-1]`; comes back as "
        "`extracted`.",
    )

    def paths(self) -> Mapping[str, Path]:
        """The paths to extract, by their names; raises `InvalidInput`."""
        wanted = self.extract or {}
        if len(wanted) > _MOST_EXTRACTS:
            raise InvalidInput(f"extract: name at most {_MOST_EXTRACTS} paths.")
        paths = {name: parse_path(text) for name, text in wanted.items()}
        if any(path[0] not in _WITH_INSIDE for path in paths.values()):
            names = ", ".join(_WITH_INSIDE)
            raise InvalidInput(f"extract: a path begins with one of {names}.")
        return paths


class FoundThreadShape(ThreadShape):
    """A thread of a search."""

    extracted: dict[str, Any] | None = Field(
        None, description="What `extract` asked for; missing when it asked for nothing."
    )


class ThreadPruning(BaseModel):
    """Which threads to make smaller."""

    thread_ids: list[UUID]
    strategy: Literal["delete", "keep_latest"] = "delete"
