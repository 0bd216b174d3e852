"""Blueprints that the tests of the canvas begin with."""

from typing import Any

CONNECTION = "6a1f0d1e-0000-4000-8000-000000000001"


def node(identity: str, kind: str, x: int, y: int = 0, **data: Any) -> dict[str, Any]:
    return {
        "id": identity,
        "type": kind,
        "data": {"params": {}, **data},
        "position": {"x": x, "y": y},
    }


def edge(source: str, target: str, branch: str | None = None) -> dict[str, Any]:
    found = {"id": f"{source}_{branch or 'to'}_{target}", "source": source, "target": target}
    return {**found, "branch": branch} if branch else found


def payment() -> dict[str, Any]:
    """A payment, a condition, and a message where it is large."""
    message = {
        "phone_number": "{{trigger_data.customer.phone}}",
        "message": "Thank you, {{trigger_data.customer.name}}!",
    }
    return {
        "schema": 1,
        "name": "Thank large payers",
        "settings": {},
        "nodes": [
            node("paid", "trigger", 0, service="razorpay", task="payment_received"),
            node("is_large", "condition", 340, params={"condition": "trigger_data.amount > 1000"}),
            node(
                "thank",
                "action",
                700,
                -60,
                service="whatsapp",
                task="send_message",
                params=message,
                connection=CONNECTION,
            ),
            node(
                "ask",
                "approval",
                700,
                120,
                params={"title": "Thank small payers too?", "approvers": ["owner"]},
            ),
            node(
                "note",
                "action",
                1060,
                120,
                service="google_sheets",
                task="append_row",
                params={"spreadsheet_id": "S1", "values": ["{{trigger_data.amount}}"]},
            ),
        ],
        "edges": [
            edge("paid", "is_large"),
            edge("is_large", "thank", "true"),
            edge("is_large", "ask", "false"),
            edge("ask", "note", "approved"),
        ],
    }


def looped() -> dict[str, Any]:
    """A payment whose lines are written down one by one."""
    row = {"spreadsheet_id": "S1", "values": ["{{item.count}}"]}
    tasks = {"service": "google_sheets", "task": "append_row", "params": row}
    return {
        "schema": 1,
        "name": "Lines",
        "settings": {},
        "nodes": [
            node("paid", "trigger", 0, service="razorpay", task="payment_received"),
            node("lines", "loop", 340, params={"items": "{{trigger_data.lines}}"}),
            node("row", "action", 700, -60, **tasks),
            node("after", "wait", 700, 120, params={"seconds": 60}),
        ],
        "edges": [
            edge("paid", "lines"),
            edge("lines", "row", "each"),
            edge("lines", "after", "done"),
        ],
    }


def empty() -> dict[str, Any]:
    """Nothing yet."""
    return {"schema": 1, "name": "New workflow", "settings": {}, "nodes": [], "edges": []}


def large(steps: int = 400) -> dict[str, Any]:
    """A trigger and rows of actions."""
    nodes = [node("start", "trigger", 0, service="manual", task="start")]
    edges: list[dict[str, Any]] = []
    for number in range(1, steps):
        row, column = divmod(number - 1, 20)
        identity = f"step_{number}"
        nodes.append(
            node(
                identity,
                "action",
                330 * (column + 1),
                140 * row,
                service="google_sheets",
                task="append_row",
            )
        )
        edges.append(edge("start" if column == 0 else f"step_{number - 1}", identity))
    return {"schema": 1, "name": "Large", "settings": {}, "nodes": nodes, "edges": edges}
