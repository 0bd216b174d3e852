"""The supervisor's state."""

from typing import Literal

from graphs.tool_agent import Conversation

#: What a request needs: the data agent alone, or all three specialists.
Scope = Literal["question", "analysis"]


class SupervisorState(Conversation):
    """A conversation, and what its latest request needs; None when it was answered at once."""

    scope: Scope | None
