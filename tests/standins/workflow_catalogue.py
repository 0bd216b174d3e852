"""A catalogue of services as `GET /integrations` gives it, and the same as validation reads it."""

from typing import Any, Final

from domain.blueprints.catalogue import Catalogue, Task

_TEXT: Final = {"type": "string"}
_CUSTOMER: Final = {
    "type": "object",
    "properties": {"name": _TEXT, "phone": _TEXT, "email": _TEXT},
}
_SAMPLE: Final = {
    "amount": 1500,
    "currency": "INR",
    "customer": {"name": "Asha Rao", "phone": "+919876543210", "email": "asha@example.com"},
    "lines": [{"sku": "tea", "count": 2}, {"sku": "cup", "count": 1}],
}


def _object(required: tuple[str, ...] = (), **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


def _action(name: str, title: str, about: str, **more: Any) -> dict[str, Any]:
    task = {"name": name, "title": title, "description": about, "effect": "unsafe", **more}
    return {"kind": "action", "phrases": [], "optional_kinds": [], "sample": None, **task}


def _trigger(name: str, title: str, about: str, **more: Any) -> dict[str, Any]:
    task = {"name": name, "title": title, "description": about, "effect": "read", **more}
    common = {"kind": "trigger", "phrases": [], "optional_kinds": [], "messages_people": False}
    return {**common, "connection_kind": None, "params": _object(), **task}


INTEGRATIONS: Final[list[dict[str, Any]]] = [
    {
        "service": "razorpay",
        "title": "Razorpay",
        "description": "Payments",
        "aliases": ["upi"],
        "connection_kinds": [],
        "tasks": [
            _trigger(
                "payment_received",
                "Payment received",
                "A customer has paid",
                result=_object(
                    amount={"type": "number"},
                    currency=_TEXT,
                    customer=_CUSTOMER,
                    lines={"type": "array", "items": {"type": "object"}},
                ),
                sample=_SAMPLE,
            )
        ],
    },
    {
        "service": "manual",
        "title": "By hand",
        "description": "Started by a person",
        "aliases": [],
        "connection_kinds": [],
        "tasks": [
            _trigger(
                "start",
                "Started by hand",
                "Somebody starts it",
                result={"type": "object"},
                sample={},
            )
        ],
    },
    {
        "service": "whatsapp",
        "title": "WhatsApp",
        "description": "Messages",
        "aliases": ["twilio"],
        "connection_kinds": [],
        "tasks": [
            _action(
                "send_message",
                "Send a message",
                "Writes to a phone",
                params=_object(
                    ("phone_number", "message"),
                    phone_number={"type": "string", "title": "Phone number"},
                    message={"type": "string", "title": "Message", "x-multiline": True},
                    media_url={"anyOf": [_TEXT, {"type": "null"}], "title": "Picture"},
                ),
                result=_object(sid=_TEXT, status=_TEXT),
                connection_kind="twilio",
                messages_people=True,
            )
        ],
    },
    {
        "service": "google_sheets",
        "title": "Google Sheets",
        "description": "Tables",
        "aliases": ["spreadsheet"],
        "connection_kinds": [],
        "tasks": [
            _action(
                "append_row",
                "Append a row",
                "Adds a row to a table",
                params=_object(
                    ("spreadsheet_id", "values"),
                    spreadsheet_id={"type": "string", "title": "Spreadsheet"},
                    values={"type": "array", "items": _TEXT, "title": "Values"},
                    position={"enum": ["top", "bottom"], "title": "Where", "default": "bottom"},
                    count={"type": "integer", "minimum": 1, "maximum": 9, "title": "Copies"},
                    is_header={"type": "boolean", "title": "Is a header"},
                ),
                result=_object(updated_range=_TEXT),
                connection_kind=None,
                messages_people=False,
            )
        ],
    },
]

CONNECTIONS: Final = [
    {
        "connection_id": "6a1f0d1e-0000-4000-8000-000000000001",
        "name": "Shop's WhatsApp",
        "kind": "twilio",
        "status": "active",
    }
]


def catalogue() -> Catalogue:
    """What blueprints are checked against."""
    services: dict[str, dict[str, Task]] = {}
    for service in INTEGRATIONS:
        tasks = services.setdefault(service["service"], {})
        for task in service["tasks"]:
            tasks[task["name"]] = Task(
                kind=task["kind"],
                params=task["params"],
                result=task["result"],
                effect=task["effect"],
                connection_kind=task["connection_kind"],
                messages_people=task["messages_people"],
            )
    kinds = {str(each["connection_id"]): str(each["kind"]) for each in CONNECTIONS}
    return Catalogue(services, connections=kinds, approvers={"owner": 1}, sample=_SAMPLE)
