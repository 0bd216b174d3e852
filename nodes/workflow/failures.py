"""What is done about failures that do not stop a run."""

import logging
from collections.abc import Mapping
from typing import Any

from langgraph.runtime import Runtime

from domain.blueprints.blueprint import Node
from domain.workflows.notices import Notice
from nodes.workflow.step import NoWorkflows
from tools.context import AgentContext, context_of

logger = logging.getLogger(__name__)


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
