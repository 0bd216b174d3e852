"""The graph `workflow`: for each run, the graph of the version that it is pinned to."""

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from langchain_core.runnables import RunnableConfig
from langgraph.graph import END, START, StateGraph
from langgraph_sdk.runtime import ServerRuntime

from domain.errors import InvalidInput
from domain.identity import UserContext
from graphs.factories import Graph
from graphs.workflow.compiler import COMPILER_VERSION, Parts, compile_workflow
from nodes.workflow.state import WorkflowInput, WorkflowState
from nodes.workflow.step import NoWorkflows
from tools.context import AgentContext, default_ports
from tools.registry import Integrations, shipped_integrations

#: Compiled graphs that are kept.
MOST_KEPT: Final = 256

_Key = tuple[UUID, int, int, bool]


class NothingPinned(InvalidInput):
    """A run of no workflow."""

    def __init__(self) -> None:
        super().__init__(
            "The run does not say which version of which workflow it runs. Start it with "
            "POST /workflows/{id}/execute, or name the workflow's assistant."
        )


class WorkflowGraphs:
    """Compiles versions of workflows, and keeps those that were used last."""

    def __init__(self, integrations: Integrations) -> None:
        self._integrations = integrations
        self._kept: OrderedDict[_Key, Graph] = OrderedDict()

    async def graph(self, config: RunnableConfig, runtime: ServerRuntime[AgentContext]) -> Graph:
        """The graph of the version that the config pins.

        Raises `NothingPinned`, and `NotFound` when the version is gone. Who only looks at what a
        workflow's graph is like in general sees one without steps.
        """
        configurable: Mapping[str, Any] = config.get("configurable") or {}
        pinned = _pinned(configurable)
        if pinned is None or runtime.user is None:
            if runtime.access_context == "threads.create_run":
                raise NothingPinned
            return _without_steps()
        user: Any = runtime.user
        owner = UserContext(user_id=user.identity, tenant_id=user["tenant_id"])
        return await self._graph(owner, *pinned, is_inlined=False)

    async def inlined(self, owner: UserContext, workflow_id: UUID, version: int) -> Graph:
        """The same version as a part of another run; raises `NotFound`."""
        return await self._graph(owner, workflow_id, version, is_inlined=True)

    async def _graph(
        self, owner: UserContext, workflow_id: UUID, version: int, *, is_inlined: bool
    ) -> Graph:
        workflows = default_ports.get().workflows
        if workflows is None:
            raise NoWorkflows
        # Asked every time: who may not see the version gets no graph of it.
        found = await workflows.versions.version(owner, workflow_id, version)
        key = (workflow_id, version, COMPILER_VERSION, is_inlined)
        graph = self._kept.get(key)
        if graph is None:
            graph = compile_workflow(
                found.blueprint,
                Parts(self._integrations, self.inlined, is_inlined, workflows.caps.idle_s),
            )
            self._kept[key] = graph
        self._kept.move_to_end(key)
        if len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        return graph


def _pinned(configurable: Mapping[str, Any]) -> tuple[UUID, int] | None:
    workflow_id, version = configurable.get("workflow_id"), configurable.get("workflow_version")
    if workflow_id is None or version is None:
        return None
    try:
        return UUID(str(workflow_id)), int(version)
    except ValueError:
        raise NothingPinned from None


def _without_steps() -> Graph:
    builder: Any = StateGraph(
        WorkflowState, context_schema=AgentContext, input_schema=WorkflowInput
    )
    builder.add_edge(START, END)
    return builder.compile(name="workflow")


graph = WorkflowGraphs(shipped_integrations()).graph
