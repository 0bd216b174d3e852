"""A graph in the place of workflows: it keeps what it was started with."""

from typing import Any, TypedDict

from langgraph.graph import END, START, StateGraph


class Started(TypedDict, total=False):
    trigger: str | None
    trigger_data: dict[str, Any]
    scheduled_for: str | None
    depth: int
    amount: float


def _note(state: Started) -> dict[str, Any]:
    return {"amount": state.get("trigger_data", {}).get("amount", 0)}


_builder = StateGraph(Started)
_builder.add_node("note", _note)
_builder.add_edge(START, "note")
_builder.add_edge("note", END)
workflow = _builder.compile()
