"""Tool: hands a request to the specialists. The supervisor's graph acts on the call itself."""

from typing import Literal

from langchain_core.tools import tool


@tool
def analyse_costs(scope: Literal["question", "analysis"]) -> str:
    """Hand the latest request to the cost specialists.

    Args:
        scope: "analysis" runs data, optimization and report in this order; "question" runs only
            the data agent, for one question about spend or usage.
    """
    return scope
