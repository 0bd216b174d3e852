"""The workflow agent's state."""

from typing import Annotated

from langchain_core.messages import AnyMessage
from langgraph.graph.message import add_messages

from graphs.tool_agent import Conversation
from nodes.workflow_tools import WorkflowInHand


class WorkflowConversation(Conversation):
    """A conversation, and the workflow that it is about; None while there is none."""

    workflow: WorkflowInHand | None


class BuilderState(WorkflowConversation):
    """The agent at work."""

    work: Annotated[list[AnyMessage], add_messages]
