"""Blueprints: a user's workflow as data. Shapes only; what they mean is checked elsewhere.

Ids, ranges and names are free here, so that a draft with problems can be kept and shown.
"""

from typing import Annotated, Any, Final, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

MOST_BYTES: Final = 512 * 1024
MOST_NODES: Final = 400
MOST_EDGES: Final = 800

#: The branch of a condition with cases when none of them holds.
DEFAULT_CASE: Final = "default"

NodeType = Literal["trigger", "action", "condition", "loop", "approval", "wait", "agent"]

#: Longer than any valid id, shorter than what would fill a screen.
Name = Annotated[str, StringConstraints(max_length=200)]


class _Part(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, serialize_by_alias=True, allow_inf_nan=False
    )


class ErrorHandling(_Part):
    """What happens when a node fails. Times in seconds."""

    #: After the first attempt.
    retry_count: int = 0
    retry_delay: float = 0
    backoff: Literal["fixed", "exponential"] = "fixed"
    timeout: float | None = None
    on_failure: Literal["stop", "continue", "fallback"] = "stop"
    #: A node that is reached in no other way, or one of the built-in ones.
    fallback_action: Name | None = None


class NodeData(_Part):
    """What a node does: a task of a service, or what its type needs."""

    service: Name | None = None
    task: Name | None = None
    params: dict[str, Any] = Field(default_factory=dict)
    #: The id of a connection of the owner.
    connection: Name | None = None
    error_handling: ErrorHandling = Field(default_factory=ErrorHandling)


class Position(_Part):
    """Where the node stands on the canvas."""

    x: float = 0
    y: float = 0


class Node(_Part):
    """One step of a workflow."""

    id: Name
    type: NodeType
    title: Name | None = None
    data: NodeData = Field(default_factory=NodeData)
    position: Position = Field(default_factory=Position)


class Edge(_Part):
    """The way from one node to the next, of one branch where the source has branches."""

    id: Name
    source: Name
    target: Name
    branch: Name | None = None


class Concurrency(_Part):
    """How many runs of the workflow may be under way at once, for each value of the key."""

    limit: Annotated[int, Field(ge=1)]
    key: Name | None = None
    when_full: Literal["queue", "skip"] = "queue"


class Settings(_Part):
    """What holds for the whole workflow. `run_timeout` in seconds."""

    time_zone: Name | None = None
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] | None = None
    run_timeout: float | None = None
    max_parallel: Annotated[int, Field(ge=1)] = 8
    concurrency: Concurrency | None = None
    notify_on_failure: bool = True
    retention_days: Annotated[int, Field(ge=1)] | None = None
    #: When what steps gave back is durable: after each, or only when the run ends or waits.
    durability: Literal["sync", "exit"] = "sync"


class Blueprint(_Part):
    """A workflow."""

    schema_version: Literal[1] = Field(alias="schema")
    name: Name
    nodes: list[Node]
    edges: list[Edge]
    settings: Settings = Field(default_factory=Settings)


def branches(node: Node) -> tuple[str, ...]:
    """The branches of which each edge out of this node names one; empty when it has none."""
    match node.type:
        case "condition" if "cases" in node.data.params:
            return (*(name for name, _ in cases_of(node)), DEFAULT_CASE)
        case "condition":
            return ("true", "false")
        case "loop":
            return ("each", "done")
        case "approval":
            return ("approved", "rejected", "expired")
        case "wait" if "event" in node.data.params:
            return ("received", "expired")
        case _:
            return ()


def cases_of(node: Node) -> tuple[tuple[str, str], ...]:
    """The names and conditions of a condition's cases; what has another shape is none."""
    cases: Any = node.data.params.get("cases")
    if node.type != "condition" or not isinstance(cases, list):
        return ()
    found: list[tuple[str, str]] = []
    for case in cast(list[Any], cases):
        if isinstance(case, dict):
            fields = cast(dict[str, Any], case)
            name, text = fields.get("name"), fields.get("condition")
            if isinstance(name, str) and isinstance(text, str):
                found.append((name, text))
    return tuple(found)
