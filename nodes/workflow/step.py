"""One node of a workflow at work: what every kind of node has around its own work."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Any, Final
from uuid import UUID

import orjson
from langchain_core.runnables import RunnableConfig
from langgraph.errors import GraphBubbleUp, NodeTimeoutError
from langgraph.runtime import Runtime

from domain.blueprints.blueprint import Node
from domain.errors import GoldenpathError, ProviderFailed, Unavailable
from domain.workflows.outside import WorkflowPorts
from nodes.workflow.state import WorkflowState, names_of
from nodes.workflow.telling import Telling, item_path
from tools.context import AgentContext, Ports, context_of

PREVIEW_CHARS: Final = 2_048

#: What may be over when it is tried again.
PASSING: Final = (ProviderFailed, NodeTimeoutError, Unavailable, OSError)


class NoWorkflows(GoldenpathError):
    """A workflow where nothing is there to run them with."""

    def __init__(self) -> None:
        super().__init__(
            "This process has no ports for workflows. Start the workflow through the service."
        )


class NoWaiting(GoldenpathError):
    """A workflow that waits, where nobody keeps what it waits for."""

    def __init__(self) -> None:
        super().__init__(
            "This process cannot keep what workflows wait for. Start the workflow through the "
            "service."
        )


@dataclass(frozen=True, slots=True)
class Done:
    """What a node's work came to."""

    output: Any = None
    #: The branch that is taken, where the node has branches.
    branch: str | None = None
    #: What it did inside, where that is counted too.
    executions: int = 0
    result_bytes: int = 0


@dataclass(frozen=True, slots=True)
class At:
    """Where and for whom a node runs."""

    node: Node
    state: Mapping[str, Any]
    config: RunnableConfig
    context: AgentContext
    telling: Telling
    settings: Mapping[str, Any]
    #: For a fallback: the failure that it is done for.
    error: Mapping[str, Any] | None = None

    @property
    def ports(self) -> Ports:
        """What it reaches."""
        return self.context.reach()

    @property
    def workflows(self) -> WorkflowPorts:
        """What it reaches of workflows'; raises `NoWorkflows`."""
        if self.ports.workflows is None:
            raise NoWorkflows
        return self.ports.workflows

    @property
    def path(self) -> str:
        """The item path."""
        return self.telling.path

    @property
    def root_run_id(self) -> UUID:
        """The first run of the thread."""
        return UUID(self.state["run"]["id"])

    @property
    def thread_id(self) -> UUID:
        """The thread of the run."""
        return UUID(str(self.config.get("configurable", {})["thread_id"]))

    @property
    def workflow_id(self) -> UUID:
        """The workflow that was started."""
        return UUID(str(self.config.get("configurable", {})["workflow_id"]))

    @property
    def prepared(self) -> Any:
        """What the first of the node's two steps has made ready."""
        return self.state["prepared"][self.node.id]

    @property
    def failed(self) -> int:
        """How many attempts of earlier runs failed."""
        return self.state.get("retries", {}).get(self.node.id, {}).get("failed", 0)

    @property
    def names(self) -> dict[str, Any]:
        """What templates and conditions may use."""
        names = names_of(self.state, self.settings)
        return names if self.error is None else {**names, "error": self.error}


Work = Callable[[At], Awaitable[Done]]


@dataclass(frozen=True, slots=True)
class Step:
    """A node with its own work."""

    node: Node
    work: Work
    settings: Mapping[str, Any]
    most_parallel: int
    #: The nodes for which it is the fallback.
    instead_of: tuple[str, ...] = ()
    #: For a node that is done in two steps: what is done, and kept, before its own work.
    first: Work | None = None

    async def run(
        self, state: WorkflowState, config: RunnableConfig, runtime: Runtime[AgentContext]
    ) -> tuple[Done, dict[str, Any]]:
        """Do the work; returns what it came to and what the state gets."""
        at = self.at(state, config, runtime)
        # The first step of an agent is told like any other when it fails.
        at.telling.is_agent = self.node.type == "agent"
        done = await self._worked(at, self.work)
        caps = at.workflows.caps
        size = len(orjson.dumps(done.output))
        kept = done.output if size <= caps.inline_bytes else await _kept(at, done.output)
        at.telling.end({"branch": done.branch} if done.output is None and done.branch else kept)
        update: dict[str, Any] = {
            "outputs": {self.node.id: kept},
            "executions": 1 + done.executions,
        }
        update["result_bytes"] = size + done.result_bytes
        if self.first is not None:
            update["prepared"] = {self.node.id: None}
        if at.failed:
            update["retries"] = {self.node.id: None}
        return Done(kept, done.branch), update

    async def prepare(
        self, state: WorkflowState, config: RunnableConfig, runtime: Runtime[AgentContext]
    ) -> dict[str, Any]:
        """Do the first of two steps, of which nothing is told unless it fails."""
        assert self.first
        done = await self._worked(self.at(state, config, runtime), self.first)
        return {"prepared": {self.node.id: done.output}}

    async def _worked(self, at: At, work: Work) -> Done:
        at.workflows.caps.check(at.state.get("executions", 0), at.state.get("result_bytes", 0))
        places = at.context.places(at.root_run_id, self.most_parallel)
        try:
            async with places:
                return await self._in_time(at, work)
        except GraphBubbleUp:
            # It waits for somebody, and runs again when the answer is here.
            raise
        except asyncio.CancelledError:
            if at.telling.is_open:
                at.telling.fail("It was stopped: it took too long, or the run ended.")
            raise
        except Exception as error:  # Told here; who handles the node's failures decides.
            at.telling.fail(in_words(error))
            raise

    async def _in_time(self, at: At, work: Work) -> Done:
        """Its own work within its own time; waiting for a place does not count."""
        most = self.node.data.error_handling.timeout
        started, clock = monotonic(), asyncio.timeout(most)
        try:
            async with clock:
                return await work(at)
        except TimeoutError as error:
            if most is None or not clock.expired():
                raise
            elapsed = monotonic() - started
            name = self.node.id
            raise NodeTimeoutError(name, elapsed, kind="run", run_timeout=most) from error

    def at(
        self, state: WorkflowState, config: RunnableConfig, runtime: Runtime[AgentContext]
    ) -> At:
        """Where it is, in this run."""
        path = item_path(state, self.node.id)
        telling = Telling(runtime.stream_writer, self.node, path)
        errors = state.get("errors", {})
        error = next((errors[name] for name in self.instead_of if name in errors), None)
        at = At(self.node, state, config, context_of(runtime), telling, self.settings, error)
        telling.attempt = at.failed + node_attempt(runtime)
        return at


def node_attempt(runtime: Runtime[AgentContext]) -> int:
    """Which attempt this is of those that this run makes one after the other."""
    return runtime.execution_info.node_attempt if runtime.execution_info else 1


async def _kept(at: At, output: Any) -> dict[str, Any]:
    """A large result as a file, and what the run carries instead."""
    content = orjson.dumps(output)
    name = f"{at.node.id}.json"
    file_id = await at.workflows.files.save(
        at.context.user, name, "application/json", content, at.thread_id
    )
    preview = content[:PREVIEW_CHARS].decode(errors="ignore")
    return {"file_id": str(file_id), "size": len(content), "preview": preview}


def is_transient(error: Exception) -> bool:
    """Whether another attempt may help."""
    if isinstance(error, ProviderFailed):
        return error.is_transient
    return isinstance(error, PASSING)


def in_words(error: BaseException) -> str:
    """Why a node failed, for people."""
    if isinstance(error, GoldenpathError):
        return str(error)
    if isinstance(error, NodeTimeoutError):
        return timed_out(error)
    said = str(error).strip().split("\n", maxsplit=1)[0]
    return f"{type(error).__name__}: {said}" if said else type(error).__name__


def timed_out(error: NodeTimeoutError) -> str:
    """What took too long, and what to do about it."""
    # The graph's node may be the second of a step's two.
    name = error.node.partition("__")[0]
    if error.kind == "idle":
        return (
            f"Nothing was heard of the step {name} for {error.timeout:g} seconds, so it was given "
            "up. Look at what it waits for, or raise the setting GOLDENPATH_WORKFLOW_IDLE_S."
        )
    return (
        f"The step {name} took longer than its timeout of {error.timeout:g} seconds. Raise it, or "
        "look at what it waits for."
    )
