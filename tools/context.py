"""What a run tells its graph: who asks, as data, and the ports that reach outside.

LangGraph's own servers pass a context as JSON, so a run may come without ports; it then takes the
process default that the composition root installed.
"""

import asyncio
from dataclasses import dataclass, field
from typing import Annotated, Any
from uuid import UUID

from langgraph.prebuilt import ToolRuntime
from langgraph.runtime import Runtime
from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticOmit, core_schema

from domain.costs.facts import UsageFacts
from domain.egress import EgressPolicy
from domain.errors import SecretKeyMissing
from domain.identity import UserContext
from domain.ports import Credentials, ReportStore, SampleImporter, UsageSource
from domain.revealed_secrets import Revealed
from domain.workflows.desk import WorkflowDesk
from domain.workflows.outside import WorkflowPorts
from tools.access_tokens import AccessTokens
from tools.chat_model import ChatModels
from tools.http_clients import HttpClients


class _NoCredentials:
    """Nobody has connections here."""

    async def reveal(self, user: UserContext, connection_id: UUID) -> Revealed:
        raise SecretKeyMissing


@dataclass(frozen=True, slots=True)
class Ports:
    """All that agents may reach."""

    usage: UsageSource
    samples: SampleImporter
    reports: ReportStore
    models: ChatModels
    credentials: Credentials = field(default_factory=_NoCredentials)
    #: What may be called besides public addresses.
    egress: EgressPolicy = field(default_factory=EgressPolicy)
    #: The way out, for whatever calls a service; who makes the ports closes it.
    http: HttpClients = field(default_factory=HttpClients)
    #: What services gave in exchange for a connection's secrets.
    tokens: AccessTokens = field(default_factory=AccessTokens)
    #: What workflows need; None where no workflows run.
    workflows: WorkflowPorts | None = None
    #: What agents do with a user's workflows; None where there are none.
    desk: WorkflowDesk | None = None


class DefaultPorts:
    """Holds the process default, which the composition root sets and takes back."""

    def __init__(self) -> None:
        self._ports: Ports | None = None

    def install(self, ports: Ports) -> None:
        """Make these the ports of every run that brings none."""
        self._ports = ports

    @property
    def are_installed(self) -> bool:
        """Whether runs that bring no ports have some."""
        return self._ports is not None

    def remove(self, ports: Ports) -> None:
        """Forget these ports, unless others have taken their place: they are being closed."""
        if self._ports is ports:
            self._ports = None

    def get(self) -> Ports:
        """The installed ports; raises `LookupError` when nobody installed any."""
        if self._ports is None:
            raise LookupError("No ports are installed: start graphs through the service.")
        return self._ports


#: The only mutable module object of the house.
default_ports = DefaultPorts()


class FactsOfRun:
    """The usage as one run sees it: read once, so that all its figures agree.

    Nothing is kept while there is no usage: the run may be about to get some.
    """

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._facts: UsageFacts | None = None

    async def load(self, usage: UsageSource, user: UserContext) -> UsageFacts:
        """The facts, from the source the first time."""
        async with self._lock:
            if self._facts is not None:
                return self._facts
            facts = await usage.facts(user)
            if not facts.coverage.is_empty:
                self._facts = facts
            return facts


class _NoData:
    """Marks a field that nothing validates and no schema shows."""

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.any_schema()

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        raise PydanticOmit


@dataclass(frozen=True, slots=True)
class AgentContext:
    """The runtime context (`context_schema`) of every graph of ours; one object a run."""

    user_id: str = "local"
    tenant_id: str = "local"
    # LangChain and LangGraph derive schemas from this class; what is no data is in none.
    ports: Annotated[Ports | None, _NoData()] = None
    _facts: Annotated[FactsOfRun, _NoData()] = field(
        default_factory=FactsOfRun, init=False, repr=False, compare=False
    )

    _places: Annotated[dict[object, asyncio.Semaphore], _NoData()] = field(
        default_factory=dict[object, asyncio.Semaphore], init=False, repr=False, compare=False
    )

    @property
    def user(self) -> UserContext:
        """The user on whose behalf the run acts."""
        return UserContext(user_id=self.user_id, tenant_id=self.tenant_id)

    def reach(self) -> Ports:
        """The ports of this run."""
        return self.ports or default_ports.get()

    def places(self, whose: object, count: int) -> asyncio.Semaphore:
        """So many places for work side by side in this run, the same for the same `whose`."""
        return self._places.setdefault(whose, asyncio.Semaphore(count))

    async def facts(self) -> UsageFacts:
        """The usage of the user's tenant, aggregated."""
        return await self._facts.load(self.reach().usage, self.user)


def context_of(runtime: "Runtime[AgentContext] | ToolRuntime[AgentContext, Any]") -> AgentContext:
    """The run's context; LangGraph's own servers start runs without one."""
    context: AgentContext | None = runtime.context
    return context or AgentContext()
