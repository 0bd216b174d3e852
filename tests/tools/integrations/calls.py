"""Calls of tasks as an engine makes them, on this machine only."""

import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from domain.egress import EgressPolicy, EgressRules
from domain.errors import NotFound
from domain.identity import UserContext
from domain.revealed_secrets import Revealed
from domain.workflows.files import StoredFile
from domain.workflows.outside import WorkflowPorts
from domain.workflows.starts import StartedWorkflow, WorkflowStart
from tests.standins.ports import MemoryPorts
from tools.context import Ports
from tools.http_clients import HttpClients
from tools.integration import Call, Integration

USER = UserContext("ann", "acme")
KEY = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


@dataclass
class MemoryFiles:
    """Files in a dict, of one user at a time."""

    kept: dict[UUID, tuple[UserContext, StoredFile]] = field(default_factory=dict)

    async def save(
        self,
        user: UserContext,
        name: str,
        media_type: str,
        content: bytes,
        thread_id: UUID | None,
        *,
        file_id: UUID | None = None,
    ) -> UUID:
        file_id = file_id or uuid4()
        self.kept.setdefault(file_id, (user, StoredFile(file_id, name, media_type, content)))
        return file_id

    async def read(self, user: UserContext, file_id: UUID) -> StoredFile:
        owner, file = self.kept.get(file_id, (None, None))
        if file is None or owner != user:
            raise NotFound("file", str(file_id))
        return file


@dataclass
class MemoryStarter:
    """Takes on every start."""

    starts: list[WorkflowStart] = field(default_factory=list)

    async def start(self, user: UserContext, start: WorkflowStart) -> StartedWorkflow:
        self.starts.append(start)
        return StartedWorkflow(uuid4(), uuid4(), start.version or 3)


@dataclass
class Calls:
    """Makes calls with the same ports."""

    ports: Ports
    files: MemoryFiles
    starter: MemoryStarter

    def call(
        self,
        kind: str | None = None,
        settings: Mapping[str, str] | None = None,
        secrets: Mapping[str, str] | None = None,
        **more: Any,
    ) -> Call:
        revealed = Revealed(kind, settings or {}, secrets or {}) if kind else None
        given: dict[str, Any] = {"user": USER, "ports": self.ports, "key": KEY}
        given |= {"connection": revealed, **more}
        return Call(**given)


@asynccontextmanager
async def open_calls(
    allow: str = "127.0.0.0/8", trusted: ssl.SSLContext | None = None, **workflows: Any
) -> AsyncIterator[Calls]:
    """Ports whose way out leads to what is allowed."""
    memory, files, starter = MemoryPorts(), MemoryFiles(), MemoryStarter()
    absent: Any = None
    outside: dict[str, Any] = dict.fromkeys(("versions", "effects", "notifier"), absent) | workflows
    ports = Ports(
        memory.usage,
        memory.samples,
        memory.reports,
        memory.models,
        egress=EgressPolicy(EgressRules().and_also(allow)),
        http=HttpClients(trusted),
        workflows=WorkflowPorts(files=files, starter=starter, **outside),
    )
    yield Calls(ports, files, starter)
    await ports.http.aclose()
    await ports.models.aclose()


async def run(integration: Integration, task: str, call: Call, **params: Any) -> Any:
    """The result of a task whose parameters come as JSON data."""
    [action] = [each for each in integration.actions if each.name == task]
    return await action.run(call, action.params.model_validate(params))


async def find(integration: Integration, task: str, call: Call, **params: Any) -> Any:
    """What became of a call whose answer was lost."""
    [action] = [each for each in integration.actions if each.name == task]
    assert action.effect == "lookup"
    assert action.find is not None
    return await action.find(call, action.params.model_validate(params))
