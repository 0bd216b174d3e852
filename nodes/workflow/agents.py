"""Agent nodes: an assistant, or another workflow, as a step.

One step finds out which it is, and keeps that: the run goes on with the same version after a crash
or a pause. The next does the work, as an agent with events of its own.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, cast
from uuid import UUID

import orjson
from langchain_core.messages import AIMessage, HumanMessage
from langchain_core.runnables import RunnableConfig
from langgraph.pregel import Pregel

from domain.blueprints.templates import resolve
from domain.errors import GoldenpathError, InvalidInput
from domain.identity import UserContext
from domain.workflows.assistants import AssistantSource, FoundAssistant
from domain.workflows.starts import MOST_DEPTH, WORKFLOW_GRAPH, pinned_of
from nodes.workflow.answers import require_fit
from nodes.workflow.step import At, Done

Graph = Pregel[Any, Any, Any, Any]

#: The graph of one version of a workflow, made to be part of another's run.
Inlined = Callable[[UserContext, UUID, int], Awaitable[Graph]]


class NoAssistants(GoldenpathError):
    """An agent node where there are no assistants."""

    def __init__(self) -> None:
        super().__init__(
            "This process has no assistants for workflows. Start the workflow through the service."
        )


class WorkflowCircle(InvalidInput):
    """A workflow that contains itself."""

    def __init__(self, node_id: str, workflow_id: UUID) -> None:
        super().__init__(
            f"The step {node_id} runs the workflow {workflow_id}, of which it is a part itself. "
            "Choose another workflow for it."
        )


class TooManyWithin(InvalidInput):
    """Workflows in each other, too many."""

    def __init__(self, node_id: str) -> None:
        super().__init__(
            f"The step {node_id} lies in {MOST_DEPTH} workflows already, and another is too many. "
            "Make fewer of them parts of each other."
        )


class NoConversation(InvalidInput):
    """A graph that takes no text."""

    def __init__(self, node_id: str, name: str) -> None:
        super().__init__(
            f"The assistant {name} of {node_id} takes no messages, so it cannot be asked. Choose "
            "one that is talked to, or a workflow."
        )


@dataclass(frozen=True, slots=True)
class AgentWork:
    """Both steps of an agent node."""

    inlined: Inlined

    async def find(self, at: At) -> Done:
        """Find out who is asked, and what."""
        given = {name: at.node.data.params.get(name) for name in ("assistant", "input")}
        params = resolve(at.node.id, given, at.names)
        name = str(params["assistant"])
        found = await _assistants(at).find(at.context.user, name)
        if found.graph_id == WORKFLOW_GRAPH:
            _require_inlinable(at, found)
        return Done({"assistant": asdict(found), "input": params["input"]})

    async def work(self, at: At) -> Done:
        """Have it done."""
        found = FoundAssistant(**at.prepared["assistant"])
        if found.graph_id == WORKFLOW_GRAPH:
            return await self._workflow(at, found)
        return await _conversation(at, found)

    async def _workflow(self, at: At, found: FoundAssistant) -> Done:
        workflow_id, version = _version_of(found)
        graph = await self.inlined(at.context.user, workflow_id, version)
        given, state = at.prepared["input"], at.state
        spent = (state.get("executions", 0), state.get("result_bytes", 0))
        within: dict[str, Any] = {
            "trigger": None,
            "trigger_data": given if isinstance(given, dict) else {"input": given},
            "depth": (state.get("depth") or 0) + 1,
            "run": state["run"],
            "path": at.path,
            "within": [*state.get("within", ()), str(workflow_id)],
            "executions": spent[0],
            "result_bytes": spent[1],
        }
        ended = await graph.ainvoke(within, _config(at, graph, {}))
        outputs: dict[str, Any] = ended["outputs"]
        require_fit(at.node, outputs)
        # Each of its own steps was counted where it was done.
        return Done(
            {"data": outputs},
            executions=ended["executions"] - spent[0],
            result_bytes=ended["result_bytes"] - spent[1],
        )


async def _conversation(at: At, found: FoundAssistant) -> Done:
    given = at.prepared["input"]
    text = given if isinstance(given, str) else orjson.dumps(given).decode()
    async with _assistants(at).opened(at.context.user, found, found.configurable) as graph:
        if "messages" not in graph.channels:
            raise NoConversation(at.node.id, found.name)
        asked = {"messages": [HumanMessage(text)]}
        ended = await graph.ainvoke(asked, _config(at, graph, found.configurable))
    answer = _last_answer(ended)
    data = require_fit(at.node, answer)
    return Done({"text": answer} if data is None else {"text": answer, "data": data})


def _last_answer(ended: Any) -> str:
    messages = cast(Mapping[str, Any], ended).get("messages") or ()
    said = [message for message in messages if isinstance(message, AIMessage)]
    return str(said[-1].text) if said else ""


def _config(at: At, graph: Graph, configurable: Mapping[str, Any]) -> RunnableConfig:
    """The config of the step, with as many steps as the graph needs."""
    own = (graph.config or {}).get("recursion_limit", 0)
    limit = max(own, at.config.get("recursion_limit", 0))
    merged = {**configurable, **at.config.get("configurable", {})}
    return {**at.config, "recursion_limit": limit, "configurable": merged}


def _require_inlinable(at: At, found: FoundAssistant) -> None:
    workflow_id, _ = _version_of(found)
    if str(workflow_id) in {str(at.workflow_id), *at.state.get("within", ())}:
        raise WorkflowCircle(at.node.id, workflow_id)
    if (at.state.get("depth") or 0) >= MOST_DEPTH:
        raise TooManyWithin(at.node.id)


def _version_of(found: FoundAssistant) -> tuple[UUID, int]:
    pin = pinned_of(found.configurable)
    if not pin:
        raise InvalidInput(
            f"{found.name} is no workflow of its own. Name the id of an active workflow instead."
        )
    return UUID(pin["workflow_id"]), int(pin["workflow_version"])


def _assistants(at: At) -> AssistantSource:
    assistants = at.workflows.assistants
    if assistants is None:
        raise NoAssistants
    return assistants
