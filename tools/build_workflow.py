"""Tool: hands a request to the workflow agent. The supervisor's graph acts on the call itself."""

from langchain_core.tools import tool


@tool
def build_workflow() -> str:
    """Hand the latest request to the workflow agent.

    It is for automations: building, changing, explaining, saving and activating workflows.
    """
    return "workflow"
