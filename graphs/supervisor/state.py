"""The supervisor's state."""

from typing import Literal

from graphs.workflow_builder.state import WorkflowConversation

#: What a request needs: the data agent alone, all three specialists, or the workflow agent.
Scope = Literal["question", "analysis", "workflow"]


class SupervisorState(WorkflowConversation):
    """A conversation, and what its latest request needs; None when it was answered at once."""

    scope: Scope | None
