"""A catalogue and small blueprints for the tests of this folder."""

from typing import Any

from domain.blueprints.blueprint import Blueprint
from domain.blueprints.catalogue import Catalogue, Task
from domain.blueprints.documents import blueprint_from
from domain.blueprints.problems import Problem
from domain.blueprints.validation import problems

PAYMENT: dict[str, Any] = {
    "type": "object",
    "properties": {
        "amount": {"type": "number"},
        "currency": {"type": "string"},
        "customer": {"$ref": "#/$defs/Customer"},
        "lines": {"type": "array", "items": {"type": "object", "properties": {"sku": {}}}},
        "raw": {"type": "object"},
    },
    "$defs": {"Customer": {"type": "object", "properties": {"name": {"type": "string"}}}},
}

MESSAGE: dict[str, Any] = {
    "type": "object",
    "properties": {
        "phone_number": {"type": "string"},
        "message": {"type": "string"},
        "urgency": {"enum": ["low", "high"]},
        "copies": {"anyOf": [{"type": "integer", "minimum": 1, "maximum": 3}, {"type": "null"}]},
        "tags": {"type": "array", "items": {"type": "string"}},
    },
    "required": ["phone_number", "message"],
}

SCHEDULE: dict[str, Any] = {
    "type": "object",
    "properties": {
        "cron": {"type": "string", "format": "cron"},
        "time_zone": {"type": "string", "format": "time-zone"},
    },
    "required": ["cron"],
}

QUERY: dict[str, Any] = {
    "type": "object",
    "properties": {"sql": {"type": "string", "x-literal": True}, "params": {"type": "array"}},
    "required": ["sql"],
}

CATALOGUE = Catalogue(
    services={
        "razorpay": {"payment_received": Task("trigger", {"properties": {}}, PAYMENT)},
        "timer": {"schedule": Task("trigger", SCHEDULE, {"type": "object", "properties": {}})},
        "whatsapp": {
            "send_message": Task(
                "action",
                MESSAGE,
                {"type": "object", "properties": {"sid": {"type": "string"}}},
                effect="unsafe",
                connection_kind="twilio",
                messages_people=True,
            )
        },
        "log": {"write": Task("action", {"properties": {"text": {}}}, None, effect="keyed")},
        "database": {"query": Task("action", QUERY, None)},
    },
    connections={"account": "twilio", "mail": "smtp"},
    approvers={"boss": 1, "accountants": 3},
    time_zones=frozenset({"UTC", "Asia/Kolkata"}),
)


def node(node_id: str, node_type: str, params: Any = None, **data: Any) -> dict[str, Any]:
    return {"id": node_id, "type": node_type, "data": {"params": params or {}, **data}}


def trigger(node_id: str = "paid") -> dict[str, Any]:
    return node(node_id, "trigger", service="razorpay", task="payment_received")


def log(node_id: str, text: Any = "done", **data: Any) -> dict[str, Any]:
    return node(node_id, "action", {"text": text}, service="log", task="write", **data)


def send(node_id: str = "send", **params: Any) -> dict[str, Any]:
    return node(
        node_id,
        "action",
        {"phone_number": "+911234567890", "message": "Thanks", **params},
        service="whatsapp",
        task="send_message",
        connection="account",
    )


def query(sql: str, *values: Any) -> dict[str, Any]:
    params = {"sql": sql, "params": list(values)}
    return node("rows", "action", params, service="database", task="query")


def edges(*ways: str) -> list[dict[str, Any]]:
    """`a>b`, or `a>b:branch`."""
    found: list[dict[str, Any]] = []
    for place, way in enumerate(ways):
        ends, _, branch = way.partition(":")
        source, _, target = ends.partition(">")
        found.append({"id": f"e{place}", "source": source, "target": target})
        if branch:
            found[-1]["branch"] = branch
    return found


def made(nodes: list[dict[str, Any]], *ways: str, **settings: Any) -> Blueprint:
    found = blueprint_from(
        {"schema": 1, "name": "w", "nodes": nodes, "edges": edges(*ways), "settings": settings}
    )
    assert isinstance(found, Blueprint), found
    return found


def of_code(code: str, blueprint: Blueprint, **options: Any) -> list[Problem]:
    catalogue = options.pop("catalogue", CATALOGUE)
    return [one for one in problems(blueprint, catalogue, **options) if one.code == code]
