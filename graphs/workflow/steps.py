"""The graph's nodes that do a step: its work, what makes that ready, and its attempts."""

from collections.abc import Awaitable, Callable
from time import time
from typing import Any, Final

from langchain_core.runnables import RunnableConfig
from langgraph.errors import NodeTimeoutError
from langgraph.runtime import Runtime
from langgraph.types import Command, RetryPolicy

from domain.blueprints.blueprint import ErrorHandling
from domain.workflows.attempts import MOST_BETWEEN_S, factor_of, is_put_off
from graphs.workflow.ways import Ways
from nodes.workflow.retries import may_be_put_off, put_off, wait_for_turn
from nodes.workflow.state import WorkflowState
from nodes.workflow.step import PASSING, Step, is_transient, node_attempt
from tools.context import AgentContext

GraphNode = Callable[..., Awaitable[Any]]

#: A silent step is called once more only to have its next attempt put off.
_PUT_OFF_WHEN_SILENT: Final = RetryPolicy(
    max_attempts=2,
    initial_interval=0.0,
    jitter=False,
    retry_on=NodeTimeoutError,
)


def work_of(node_id: str) -> str:
    """The second step of a node that is done in two; no node's id has two underscores."""
    return f"{node_id}__work"


def retry_of(name: str) -> str:
    """The node at which a run pauses until the next attempt at another."""
    return f"{name}__retry"


def retry_policy(handling: ErrorHandling, idle_s: float | None = None) -> RetryPolicy | None:
    """When a failed node is tried again in the same run; `idle_s` is how long it may be silent."""
    if not handling.retry_count:
        return None
    if is_put_off(handling):
        return None if idle_s is None else _PUT_OFF_WHEN_SILENT
    return RetryPolicy(
        max_attempts=handling.retry_count + 1,
        initial_interval=handling.retry_delay,
        backoff_factor=factor_of(handling),
        max_interval=MOST_BETWEEN_S,
        jitter=handling.backoff == "exponential",
        retry_on=is_transient,
    )


def running(step: Step, ways: Ways) -> GraphNode:
    """Does the step's work and goes on behind it."""
    name = step.node.id

    async def run(
        state: WorkflowState, config: RunnableConfig, runtime: Runtime[AgentContext]
    ) -> Command[Any]:
        if ways.is_dead(name, state.get("alive", {})):
            return Command(goto=ways.after_skip(name))
        done, update = await step.run(state, config, runtime)
        return Command(update=update, goto=ways.after(name, done.branch))

    return run


def preparing(step: Step, ways: Ways) -> GraphNode:
    """Does the first part of a step that is done in two."""
    name = step.node.id

    async def prepare(
        state: WorkflowState, config: RunnableConfig, runtime: Runtime[AgentContext]
    ) -> Command[Any]:
        if ways.is_dead(name, state.get("alive", {})):
            return Command(goto=ways.after_skip(name))
        return Command(update=await step.prepare(state, config, runtime), goto=work_of(name))

    return prepare


def putting_off(run: GraphNode, step: Step, name: str, idle_s: float | None) -> GraphNode:
    """The same as `run`, whose next attempt is made by a later run when it fails for a while."""

    async def attempt(
        state: WorkflowState, config: RunnableConfig, runtime: Runtime[AgentContext]
    ) -> Command[Any]:
        try:
            if idle_s is not None and node_attempt(runtime) > 1:
                raise _silent(name, idle_s, runtime)
            return await run(state, config, runtime)
        except PASSING as error:
            at = step.at(state, config, runtime)
            if not may_be_put_off(at, error):
                raise
            return Command(update=await put_off(at, error), goto=retry_of(name))

    return attempt


def waiting_for_turn(step: Step, name: str) -> GraphNode:
    """Pauses the run until the next attempt at a node."""

    async def wait(state: WorkflowState) -> Command[Any]:
        wait_for_turn(state, step.node.id)
        return Command(goto=name)

    return wait


def _silent(name: str, idle_s: float, runtime: Runtime[AgentContext]) -> NodeTimeoutError:
    info = runtime.execution_info
    began = info.node_first_attempt_time if info else None
    elapsed = time() - began if began else idle_s
    return NodeTimeoutError(name, elapsed, kind="idle", idle_timeout=idle_s)
