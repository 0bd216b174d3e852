"""Integrations: what a service outside can do for a workflow, and what it can start one with.

One file a service under `tools/integrations`, each with one `Integration`. Everything that the
canvas, the validation, the drafter and the run need to know of a service is said there.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel

from domain.blueprints.catalogue import Effect, Task
from domain.connections import ConnectionKind
from domain.errors import InvalidInput, Unavailable
from domain.identity import UserContext
from domain.revealed_secrets import Revealed
from domain.workflows.outside import WorkflowPorts
from tools.context import Ports
from tools.http_client import HttpClient

P = TypeVar("P", bound=BaseModel)
R = TypeVar("R", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Call:
    """What every call of a service is given besides its parameters."""

    user: UserContext
    ports: Ports
    #: The same for every repetition of this call, and for no other: for providers that honour one.
    key: str
    #: The secrets to sign in with, where the task needs a connection.
    connection: Revealed | None = None
    #: The thread of the run, for files that belong to it.
    thread_id: UUID | None = None
    #: How many workflows in a row led here.
    depth: int = 0

    @property
    def secrets(self) -> Revealed:
        """The secrets to sign in with; raises `InvalidInput` without a connection."""
        if self.connection is None:
            raise InvalidInput("This task needs a connection. Connect an account, and choose it.")
        return self.connection

    @property
    def http(self) -> HttpClient:
        """The way out, as far as the user's tenant may go."""
        return self.ports.http.of(self.ports.egress.of(self.user.tenant_id))

    @property
    def workflows(self) -> WorkflowPorts:
        """What only workflows have; raises `Unavailable` where none run."""
        if self.ports.workflows is None:
            raise Unavailable(
                "Files and workflows are not there in this process. Start it through the service."
            )
        return self.ports.workflows


@dataclass(frozen=True, slots=True)
class Action(Generic[P, R]):
    """One thing that a service can do.

    `run` raises `ProviderRefused`, `ProviderBusy`, `OutcomeUnknown` and other domain errors, whose
    sentences people read.
    """

    name: str
    title: str
    description: str
    params: type[P]
    result: type[R]
    #: `keyed` sends `Call.key` to a provider that honours it; `lookup` has `find`.
    effect: Effect
    run: Callable[[Call, P], Awaitable[R]]
    #: What became of a call whose answer was lost; None says that it did not happen.
    find: Callable[[Call, P], Awaitable[R | None]] | None = None
    connection_kind: str | None = None
    #: Further kinds that it can sign in with and need not.
    optional_kinds: tuple[str, ...] = ()
    #: Whether a person gets a message from it.
    messages_people: bool = False
    #: How people say it: lower-case fragments such as "send a whatsapp message".
    phrases: tuple[str, ...] = ()
    #: The provider's name for what was done, out of the result.
    reference: Callable[[R], str | None] = lambda result: None


@dataclass(frozen=True, slots=True)
class Trigger:
    """One event that can start a workflow; its result is the workflow's `trigger_data`."""

    name: str
    title: str
    description: str
    params: type[BaseModel]
    data: type[BaseModel]
    #: A true example of `trigger_data`, for building before anything has come in.
    sample: Mapping[str, Any]
    connection_kind: str | None = None
    phrases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Integration:
    """One service."""

    service: str
    title: str
    description: str
    actions: tuple[Action[Any, Any], ...] = ()
    triggers: tuple[Trigger, ...] = ()
    #: The kinds of connections that it brings.
    kinds: tuple[ConnectionKind, ...] = ()
    #: Signs in without changing anything and says as whom; raises like a call.
    test: Callable[[Call], Awaitable[str]] | None = None
    #: Other names that people use for it, in lower case.
    aliases: tuple[str, ...] = field(default=())

    def tasks(self) -> dict[str, Task]:
        """Its actions and triggers, as blueprints are checked against them."""
        found = {trigger.name: _trigger_task(trigger) for trigger in self.triggers}
        return found | {action.name: _action_task(action) for action in self.actions}


def _action_task(action: Action[Any, Any]) -> Task:
    return Task(
        kind="action",
        params=action.params.model_json_schema(),
        result=action.result.model_json_schema(mode="serialization"),
        effect=action.effect,
        connection_kind=action.connection_kind,
        optional_kinds=action.optional_kinds,
        messages_people=action.messages_people,
    )


def _trigger_task(trigger: Trigger) -> Task:
    return Task(
        kind="trigger",
        params=trigger.params.model_json_schema(),
        result=trigger.data.model_json_schema(mode="serialization"),
        connection_kind=trigger.connection_kind,
    )
