"""What a blueprint is checked against: the tasks there are, and what its owner has."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from domain.egress import EgressRules

#: Whether a call can be repeated: it changes nothing, the provider honours a key, we can find out
#: what became of it, or none of these.
Effect = Literal["read", "keyed", "lookup", "unsafe"]

JsonSchema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Task:
    """One thing that a service can do, or one event that it can start a workflow with."""

    kind: Literal["trigger", "action"]
    #: The JSON schemas of an object of parameters, and of the result where it is known.
    params: JsonSchema
    result: JsonSchema | None = None
    effect: Effect = "read"
    #: The kind of connection without which it cannot be called.
    connection_kind: str | None = None
    #: Further kinds that it can sign in with and need not.
    optional_kinds: tuple[str, ...] = ()
    messages_people: bool = False


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything outside a blueprint that decides whether it is right."""

    #: The tasks of each service by their names.
    services: Mapping[str, Mapping[str, Task]]
    #: The kinds of the connections that the owner may use, by their ids.
    connections: Mapping[str, str] = field(default_factory=dict[str, str])
    #: How many people stand behind each user and role that may approve; e-mail addresses count one.
    approvers: Mapping[str, int] = field(default_factory=dict[str, int])
    time_zones: frozenset[str] = frozenset({"UTC"})
    egress: EgressRules = field(default_factory=EgressRules)
    #: For what is shown of schedules; nothing is when it is None.
    now: datetime | None = None
    #: What a trigger really sent, to try conditions with.
    sample: Mapping[str, Any] | None = None
    #: Whether another live workflow of the owner starts when this one fails.
    failure_is_heard: bool = False

    def task(self, service: str | None, task: str | None) -> Task | None:
        """The task of these names; None when there is none."""
        return self.services.get(service or "", {}).get(task or "")
