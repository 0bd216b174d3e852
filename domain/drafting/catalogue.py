"""What a workflow may be drafted from: services and their tasks, and how people speak of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from domain.blueprints.catalogue import Catalogue, Effect, JsonSchema, Task


@dataclass(frozen=True, slots=True)
class DraftTask:
    """One action or trigger."""

    service: str
    name: str
    kind: Literal["trigger", "action"]
    title: str
    params: JsonSchema
    result: JsonSchema
    #: How people say it: lower-case fragments such as "send a whatsapp message".
    phrases: tuple[str, ...] = ()
    effect: Effect = "read"
    connection_kind: str | None = None
    messages_people: bool = False
    #: Of a trigger: a true example of its data.
    sample: Mapping[str, Any] = field(default_factory=dict[str, Any])

    @property
    def full_name(self) -> str:
        """As in `slack.post_message`."""
        return f"{self.service}.{self.name}"


@dataclass(frozen=True, slots=True)
class DraftService:
    """One service."""

    name: str
    title: str
    aliases: tuple[str, ...]
    tasks: tuple[DraftTask, ...]


@dataclass(frozen=True, slots=True)
class DraftCatalogue:
    """Everything that a draft may name."""

    services: tuple[DraftService, ...]
    #: Of whoever asks.
    time_zone: str = "UTC"
    currency: str = "INR"
    #: Their connections, approvers and the rest that drafts are checked against.
    checks: Catalogue = field(default_factory=lambda: Catalogue({}))

    def tasks(self) -> list[DraftTask]:
        """All tasks of all services."""
        return [task for service in self.services for task in service.tasks]

    def find(self, service: str | None, task: str | None) -> DraftTask | None:
        """The task of these names; None when there is none."""
        found = (one for one in self.tasks() if (one.service, one.name) == (service, task))
        return next(found, None)

    def service(self, name: str) -> DraftService | None:
        """The service of this name; None when there is none."""
        return next((one for one in self.services if one.name == name), None)

    def checked(self) -> Catalogue:
        """What a draft of these services is checked against."""
        found = {
            service.name: {task.name: _task(task) for task in service.tasks}
            for service in self.services
        }
        given = self.checks
        return Catalogue(
            found,
            given.connections,
            given.approvers,
            given.time_zones | {self.time_zone},
            given.egress,
            given.now,
            given.sample,
        )


def _task(task: DraftTask) -> Task:
    return Task(
        kind=task.kind,
        params=task.params,
        result=task.result or None,
        effect=task.effect,
        connection_kind=task.connection_kind,
        messages_people=task.messages_people,
    )
