"""What is done about failures that do not stop a run."""

import logging
from ast import literal_eval
from collections.abc import Mapping
from typing import Any

from langgraph.runtime import Runtime

from domain.blueprints.blueprint import Node
from domain.workflows.notices import Notice
from nodes.workflow.step import NoWorkflows, in_words
from tools.context import AgentContext, context_of

logger = logging.getLogger(__name__)


def failure(node: Node, error: BaseException | str) -> dict[str, Any]:
    """The `error` that a fallback sees; after a crash it is known by its text alone."""
    if isinstance(error, BaseException):
        return {"node_id": node.id, "type": type(error).__name__, "message": in_words(error)}
    name, message = _saved(error)
    return {"node_id": node.id, "type": name, "message": message}


def _saved(error: str) -> tuple[str, str]:
    """The name and the words of an error that was saved, as in `ProviderRefused('The bank …')`."""
    name, _, rest = error.partition("(")
    try:
        said = literal_eval(rest.removesuffix(")"))
    except (ValueError, SyntaxError):
        return "Error", error
    return name, str(said)


async def handle_built_in(
    fallback: str, node: Node, why: Mapping[str, Any], runtime: Runtime[AgentContext]
) -> None:
    """Do what a built-in fallback says: note the failure, or tell the owner."""
    title = node.title or node.id
    runtime.stream_writer({"thought": f"{title} failed: {why['message']}"})
    if fallback == "log_error":
        logger.warning("A workflow's step %s failed: %s", node.id, why["message"])
        return
    context = context_of(runtime)
    workflows = context.reach().workflows
    if workflows is None:
        raise NoWorkflows
    notice = Notice("step_failed", f"{title} failed", str(why["message"]))
    await workflows.notifier.notify(context.user, notice)
