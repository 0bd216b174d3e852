"""The services that the benchmark's sentences speak of."""

import json
from pathlib import Path
from typing import Any, Final, cast

from domain.blueprints.catalogue import Catalogue
from domain.drafting.catalogue import DraftCatalogue, DraftService, DraftTask

_FILE: Final = Path(__file__).parent / "services.json"
_PAYMENT: Final = {
    "amount": "number",
    "amount_minor": "integer",
    "amount_text": "string",
    "currency": "string",
    "customer": {"name": "string", "phone": "string", "email": "string"},
    "payment": {"id": "string", "status": "string", "method": "string", "amount": "number"},
    "order_id": "string",
    "reason": "string",
    "raw": "object",
}
_SHORT: Final[dict[str, dict[str, Any]]] = {
    "any": {},
    "object": {"type": "object"},
    "array": {"type": "array"},
    "strings": {"type": "array", "items": {"type": "string"}},
    "objects": {"type": "array", "items": {"type": "object"}},
    "cron": {"type": "string", "format": "cron"},
    "time-zone": {"type": "string", "format": "time-zone"},
}


def catalogue() -> DraftCatalogue:
    """All of them."""
    services = [_service(one) for one in json.loads(_FILE.read_text("utf-8"))]
    zones = frozenset({"UTC", "Asia/Kolkata", "Europe/Berlin", "America/New_York"})
    checks = Catalogue({}, approvers={"finance": 2, "manager": 1}, time_zones=zones)
    return DraftCatalogue(tuple(services), time_zone="Asia/Kolkata", checks=checks)


def _service(data: dict[str, Any]) -> DraftService:
    tasks = tuple(_task(data, one) for one in data["tasks"])
    return DraftService(data["name"], data["title"], tuple(data["aliases"]), tasks)


def _task(service: dict[str, Any], data: dict[str, Any]) -> DraftTask:
    result = _PAYMENT if data["result"] == "payment" else data["result"]
    return DraftTask(
        service=service["name"],
        name=data["name"],
        kind=data["kind"],
        title=data["title"],
        params=_object(data["params"]) | {"required": data["required"]},
        result=_object(result) if result else {},
        phrases=tuple(data["phrases"]),
        effect=data.get("effect", "read"),
        connection_kind=service.get("connection"),
        messages_people=data.get("messages", False),
    )


def _object(fields: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": {name: _value(one) for name, one in fields.items()}}


def _value(kind: Any) -> dict[str, Any]:
    if isinstance(kind, dict):
        return _object(cast(dict[str, Any], kind))
    return _SHORT.get(kind.rstrip("?"), {"type": kind.rstrip("?")})
