"""A small service for workflows of tests, and what runs them without a database."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from pydantic import BaseModel, Field

from domain.blueprints.blueprint import Blueprint
from domain.blueprints.catalogue import Effect
from domain.errors import NotFound, OutcomeUnknown, ProviderRefused
from domain.identity import LOCAL_USER, UserContext
from domain.workflows.caps import WorkflowCaps
from domain.workflows.effects import EffectCall, EffectEntry
from domain.workflows.files import StoredFile
from domain.workflows.notices import Notice
from domain.workflows.outside import WorkflowPorts
from domain.workflows.starts import StartedWorkflow, WorkflowStart
from domain.workflows.versions import WorkflowVersion
from tests.standins.ports import MemoryPorts
from tools.context import AgentContext, Ports
from tools.integration import Action, Call, Integration, Trigger
from tools.registry import Integrations
from tools.task_shapes import LITERAL


class Nothing(BaseModel):
    """No parameters."""


class Payload(BaseModel, extra="allow"):
    """Whatever a start brings."""


class Deed(BaseModel):
    """What the service is asked to do."""

    value: Any = None
    #: Fails this often for each key before it works; -1 is always.
    failures: int = 0
    unknown: bool = False
    size: int = 0
    #: Gives no answer while the test does not let it.
    stalls: bool = False
    pause_s: float = 0
    code: str = Field(default="", json_schema_extra=LITERAL)


class Deeds(BaseModel):
    """What it gives back."""

    value: Any
    text: str = Field(default="")


@dataclass
class Service:
    """Does deeds, fails as it is told, and remembers all of it."""

    calls: list[tuple[str, Any]] = field(default_factory=list)
    #: What is known of deeds by their key, for `find`.
    done: dict[str, Deeds] = field(default_factory=dict)
    failed: dict[str, int] = field(default_factory=dict)
    #: What stalls goes on when this is set.
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self, call: Call, deed: Deed) -> Deeds:
        self.calls.append((call.key, deed.value))
        if deed.stalls:
            await self.gate.wait()
        await asyncio.sleep(deed.pause_s)
        failed = self.failed.get(call.key, 0)
        if deed.failures == -1 or failed < deed.failures:
            self.failed[call.key] = failed + 1
            if deed.unknown:
                raise OutcomeUnknown("probe", "the line broke")
            raise ProviderRefused("probe", "it was told to", "Tell it something else.")
        text = deed.code or "x" * deed.size
        self.done[call.key] = Deeds(value=deed.value, text=text)
        return self.done[call.key]

    async def find(self, call: Call, deed: Deed) -> Deeds | None:
        return self.done.get(call.key)

    def integrations(self) -> Integrations:
        """This service, and a start by hand."""
        effects: tuple[Effect, ...] = ("read", "keyed", "lookup", "unsafe")
        actions = tuple(self._action(effect) for effect in effects)
        start = Trigger("start", "Start", "By hand.", Nothing, Payload, {})
        return Integrations(
            [
                Integration("probe", "Probe", "For tests.", actions),
                Integration("manual", "By hand", "Starts.", triggers=(start,)),
            ]
        )

    def _action(self, effect: Effect) -> Action[Deed, Deeds]:
        return Action(
            effect,
            effect,
            "Does a deed.",
            Deed,
            Deeds,
            effect,
            self.run,
            find=self.find if effect == "lookup" else None,
        )


@dataclass
class MemoryLedger:
    """The ledger of effects, in memory."""

    entries: dict[str, EffectEntry] = field(default_factory=dict)

    async def intend(self, user: UserContext, call: EffectCall) -> EffectEntry:
        known = self.entries.get(call.key)
        if known is None or known.status == "failed":
            self.entries[call.key] = EffectEntry(
                "intended", confirmed=known.confirmed if known else 0
            )
        elif known.status == "intended":
            self.entries[call.key] = EffectEntry("in_doubt", confirmed=known.confirmed)
        return self.entries[call.key]

    async def done(
        self, user: UserContext, key: str, result: Mapping[str, Any], reference: str | None
    ) -> None:
        self.entries[key] = EffectEntry("done", result, reference)

    async def failed(self, user: UserContext, key: str, *, may_have_happened: bool) -> None:
        status = "in_doubt" if may_have_happened else "failed"
        self.entries[key] = EffectEntry(status, confirmed=self.entries[key].confirmed)

    async def again(self, user: UserContext, call: EffectCall) -> None:
        confirmed = self.entries[call.key].confirmed + 1
        self.entries[call.key] = EffectEntry("intended", confirmed=confirmed)


@dataclass
class MemoryFiles:
    """Files, in memory."""

    kept: dict[UUID, StoredFile] = field(default_factory=dict)

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
        known = file_id or uuid4()
        self.kept.setdefault(known, StoredFile(known, name, media_type, content))
        return known

    async def read(self, user: UserContext, file_id: UUID) -> StoredFile:
        return self.kept[file_id]


@dataclass
class MemoryVersions:
    """Versions of one user's workflows."""

    kept: dict[tuple[UUID, int], Blueprint] = field(default_factory=dict)
    owner: UserContext = LOCAL_USER

    async def version(self, user: UserContext, workflow_id: UUID, version: int) -> WorkflowVersion:
        found = self.kept.get((workflow_id, version))
        if found is None or user != self.owner:
            raise NotFound("workflow", str(workflow_id))
        return WorkflowVersion(workflow_id, version, found)


@dataclass
class MemoryNotices:
    """What people were told."""

    told: list[Notice] = field(default_factory=list)
    #: Nobody can be told so many times.
    failures: int = 0

    async def notify(self, user: UserContext, notice: Notice) -> None:
        if self.failures:
            self.failures -= 1
            raise ProviderRefused("mail", "it is full", "Empty it.")
        self.told.append(notice)


class NoStarter:
    """Starts nothing."""

    async def start(self, user: UserContext, start: WorkflowStart) -> StartedWorkflow:
        raise NotFound("workflow", str(start.workflow_id))


@dataclass
class World:
    """All that a workflow's run reaches."""

    service: Service = field(default_factory=Service)
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    files: MemoryFiles = field(default_factory=MemoryFiles)
    versions: MemoryVersions = field(default_factory=MemoryVersions)
    notices: MemoryNotices = field(default_factory=MemoryNotices)
    caps: WorkflowCaps = field(default_factory=WorkflowCaps)

    def ports(self) -> Ports:
        """As runs get them."""
        plain = MemoryPorts().ports()
        workflows = WorkflowPorts(
            self.versions, self.ledger, self.files, NoStarter(), self.notices, self.caps
        )
        return Ports(plain.usage, plain.samples, plain.reports, plain.models, workflows=workflows)

    def context(self) -> AgentContext:
        """Of one attempt."""
        return AgentContext(LOCAL_USER.user_id, LOCAL_USER.tenant_id, self.ports())


def no_price(model: str, tokens: Mapping[str, Any]) -> Decimal | None:
    return None


def blueprint(
    nodes: Sequence[Mapping[str, Any]], edges: Sequence[tuple[str, ...]], **settings: Any
) -> Blueprint:
    """A blueprint; a start by hand called `begin` comes first, edges are `(from, to, branch)`."""
    begin = {"id": "begin", "type": "trigger", "data": {"service": "manual", "task": "start"}}
    return Blueprint.model_validate(
        {
            "schema": 1,
            "name": "Test",
            "nodes": [begin, *nodes],
            "edges": [
                {
                    "id": f"e{place}",
                    "source": edge[0],
                    "target": edge[1],
                    "branch": edge[2] if len(edge) > 2 else None,
                }
                for place, edge in enumerate(edges)
            ],
            "settings": settings,
        }
    )


def action(
    node_id: str, task: str = "keyed", handling: Any = None, **params: Any
) -> dict[str, Any]:
    """A deed."""
    data = {"service": "probe", "task": task, "params": params, "error_handling": handling or {}}
    return {"id": node_id, "type": "action", "data": data}


def node(node_id: str, kind: str, handling: Any = None, **params: Any) -> dict[str, Any]:
    """A node of another type."""
    data = {"params": params, "error_handling": handling or {}}
    return {"id": node_id, "type": kind, "data": data}
