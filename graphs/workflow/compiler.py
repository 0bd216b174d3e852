"""From a blueprint to a graph: native LangGraph nodes; every way is decided when it is compiled."""

# pyright: reportUnknownMemberType=false
# LangGraph leaves parts of its builder's types open.

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from langgraph.errors import NodeError
from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime
from langgraph.types import Command, Send, TimeoutPolicy

from domain.blueprints.blueprint import Blueprint, Node
from domain.blueprints.expressions import RootType
from domain.blueprints.flow import BUILT_IN_FALLBACKS, Flow, fallback_of
from domain.blueprints.names import ROOTS
from domain.workflows.attempts import is_put_off
from domain.workflows.caps import MOST_ITEMS, WAVE
from graphs.factories import Graph
from graphs.workflow.loops import Loop, body_of
from graphs.workflow.steps import (
    GraphNode,
    preparing,
    putting_off,
    retry_of,
    retry_policy,
    running,
    waiting_for_turn,
    work_of,
)
from graphs.workflow.triggers import MANUAL, fired, trigger_node
from graphs.workflow.ways import Scope, Targets, Ways, relay_of, scope_of
from nodes.workflow.action import action_work
from nodes.workflow.agents import AgentWork, Inlined
from nodes.workflow.approvals import ask_people, decided
from nodes.workflow.decisions import condition_work
from nodes.workflow.failures import failure, handle_built_in
from nodes.workflow.state import WorkflowInput, WorkflowState
from nodes.workflow.step import At, Done, Step, Work
from nodes.workflow.waits import begin_wait, is_wait, waited
from tools.context import AgentContext
from tools.registry import Integrations

#: Rises when the same blueprint would be compiled to another graph.
COMPILER_VERSION: Final = 2


@dataclass(frozen=True, slots=True)
class Parts:
    """What a graph is made with besides its blueprint."""

    integrations: Integrations
    #: Makes the graphs of workflows that are steps.
    inlined: Inlined
    #: The graph is a step of another workflow's run: it is given a state that the run has made.
    is_inlined: bool = False
    #: How many seconds an assistant may be silent.
    idle_s: float | None = None


def compile_workflow(blueprint: Blueprint, parts: Parts) -> Graph:
    """The graph of a blueprint without errors; it has no saver and knows no tenant.

    Raises `NotFound` for tasks that do not exist (any more).
    """
    compiler = _Compiler(blueprint, parts)
    graph = compiler.compile(None)
    return graph.with_config({"recursion_limit": compiler.recursion_limit})


class _Compiler:
    def __init__(self, blueprint: Blueprint, parts: Parts) -> None:
        self._blueprint = blueprint
        self._flow = Flow(blueprint)
        self._parts = parts
        self._settings = blueprint.settings.model_dump(mode="json")
        self._names: Mapping[str, RootType] = dict.fromkeys((*self._flow.nodes, *ROOTS), "any")
        self._instead: dict[str, list[str]] = {}
        for source, target in self._flow.fallbacks.items():
            self._instead.setdefault(target, []).append(source)

    @property
    def recursion_limit(self) -> int:
        """More supersteps than the graph can take."""
        loops = len(self._flow.bodies)
        waves = 2 * (MOST_ITEMS // WAVE + 2)
        # A node, its relay, its request and its failure each take one at most.
        return 10 + 4 * len(self._flow.nodes) + loops * waves

    def compile(self, loop: str | None) -> Graph:
        """The graph of one scope."""
        scope = scope_of(self._flow, loop)
        ways = Ways(scope)
        builder: StateGraph[Any, Any, Any, Any] = StateGraph(
            WorkflowState,
            context_schema=AgentContext,
            input_schema=WorkflowState if loop or self._parts.is_inlined else WorkflowInput,
        )
        for node in scope.nodes:
            self._add(builder, ways, node)
        for edge in scope.edges:
            if ways.is_join(edge.target):
                builder.add_node(relay_of(edge), _relay(relay_of(edge)), metadata=_PLUMBING)
        for target, relays in ways.joins.items():
            builder.add_edge(relays, target)
        self._add_start(builder, scope, ways)
        return builder.compile(name=loop or "workflow")

    def _add_start(self, builder: Any, scope: Scope, ways: Ways) -> None:
        starts = scope.starts
        nodes = self._flow.nodes
        by_hand = [start for start in starts if nodes[start].data.service == MANUAL]

        def start(state: WorkflowState) -> Targets:
            named = state.get("trigger")
            taken = fired(starts, named, by_hand) if scope.loop is None else None
            return ways.after_start(starts, taken)

        relays = [relay for names in ways.joins.values() for relay in names]
        builder.add_conditional_edges(START, start, [*starts, *relays] or [END])

    def _add(self, builder: Any, ways: Ways, node: Node) -> None:
        options: dict[str, Any] = {
            "metadata": {"kind": node.type, "node_id": node.id},
            "destinations": ways.destinations(node.id),
        }
        if node.type == "trigger":
            take_in = trigger_node(node, ways, is_inlined=self._parts.is_inlined)
            builder.add_node(node.id, take_in, **options)
            return
        handling = node.data.error_handling
        options["retry_policy"] = retry_policy(handling)
        if handling.on_failure != "stop":
            options["error_handler"] = _handler(node, ways)
        step = self._step(node)
        if node.type == "loop":
            self._add_loop(builder, ways, step, options)
            return
        if step.first is None:
            self._add_attempts(builder, step, node.id, running(step, ways), options)
            return
        work = work_of(node.id)
        before = {**options, "destinations": (*options["destinations"], work)}
        if node.type == "agent":
            options["metadata"] = {**options["metadata"], **_agent(node)}
            if idle_s := self._parts.idle_s:
                options["timeout"] = TimeoutPolicy(idle_timeout=idle_s)
                options["retry_policy"] = retry_policy(handling, idle_s)
        self._add_attempts(builder, step, work, running(step, ways), options)
        self._add_attempts(builder, step, node.id, preparing(step, ways), before)

    def _add_attempts(
        self, builder: Any, step: Step, name: str, run: GraphNode, options: dict[str, Any]
    ) -> None:
        """Add a node with its attempts: in one run, or each in one of its own."""
        if is_put_off(step.node.data.error_handling):
            idle_s = self._parts.idle_s if "timeout" in options else None
            run = putting_off(run, step, name, idle_s)
            pause = retry_of(name)
            options = {**options, "destinations": (*options["destinations"], pause)}
            builder.add_node(
                pause, waiting_for_turn(step, name), metadata=_PLUMBING, destinations=(name,)
            )
        builder.add_node(name, run, **options)

    def _add_loop(self, builder: Any, ways: Ways, step: Step, options: dict[str, Any]) -> None:
        node = step.node
        loop = Loop(step, self.compile(node.id), ways)
        destinations = (*ways.destinations(node.id), body_of(node.id))
        options["destinations"] = tuple(name for name in destinations if name != "__end__")
        builder.add_node(node.id, loop.dispatch, **options)
        builder.add_node(body_of(node.id), loop.do_item, metadata=_PLUMBING)
        builder.add_edge(body_of(node.id), node.id)

    def _step(self, node: Node) -> Step:
        instead = tuple(self._instead.get(node.id, ()))
        parallel = self._blueprint.settings.max_parallel
        first, work = self._work(node)
        return Step(node, work, self._settings, parallel, instead, first)

    def _work(self, node: Node) -> tuple[Work | None, Work]:
        """What a node does; of one in two steps, both."""
        match node.type:
            case "action" | "wait" if is_wait(node):
                return begin_wait, waited
            case "approval":
                return ask_people, decided
            case "action":
                service, task = node.data.service or "", node.data.task or ""
                return None, action_work(service, self._parts.integrations.action(service, task))
            case "condition":
                return None, condition_work(node, self._names)
            case "agent":
                agent = AgentWork(self._parts.inlined)
                return agent.find, agent.work
            case _:
                return None, _dispatched


def _agent(node: Node) -> dict[str, str]:
    """What says that a task is an agent, and which node of the workflow that is."""
    return {
        "agent": node.id,
        "title": node.title or node.id,
        "agent_node": work_of(node.id),
    }


_PLUMBING: Final = {"role": "plumbing"}


async def _dispatched(_at: At) -> Done:
    """Stands in until the loop's own dispatcher takes its place for each execution."""
    return Done()


def _relay(name: str) -> GraphNode:
    async def relay(state: dict[str, Any]) -> dict[str, Any]:
        return {} if state.get("skip") else {"alive": {name: True}}

    return relay


def _handler(node: Node, ways: Ways) -> GraphNode:
    """What happens after a node's last attempt failed: the run goes on."""
    fallback = fallback_of(node)

    async def handle(
        state: WorkflowState, error: NodeError, runtime: Runtime[AgentContext]
    ) -> Command[Any]:
        why = failure(node, error.error)
        goto: list[str | Send]
        if node.data.error_handling.on_failure == "continue":
            goto = ways.after(node.id, "done" if node.type == "loop" else None)
        elif fallback in BUILT_IN_FALLBACKS:
            await handle_built_in(str(fallback), node, why, runtime)
            goto = ways.after_skip(node.id)
        else:
            goto = ways.after_failure(node.id)
        update = {"errors": {node.id: why}, "executions": 1, "retries": {node.id: None}}
        return Command(update=update, goto=goto)

    return handle
