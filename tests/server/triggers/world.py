"""Live workflows, put into the tables as activating does, and requests of providers."""

import hashlib
import hmac
import json
from typing import Any
from uuid import UUID, uuid4

import httpx

from domain.identity import LOCAL_USER, UserContext
from server.composition import Services
from storage.database import Database
from storage.json_columns import to_json
from storage.workflow_triggers import LiveTrigger, swap_triggers
from tests.storage.owner import as_owner
from tools.triggers.razorpay import body_of

SECRET = "the-secret-of-razorpay"


async def live_workflow(
    database: Database, *triggers: LiveTrigger, user: UserContext = LOCAL_USER
) -> UUID:
    """A live workflow with these triggers."""
    workflow_id = uuid4()
    async with as_owner(database) as connection:
        await connection.execute(
            "INSERT INTO workflows (workflow_id, tenant_id, user_id, name, draft_version,"
            " active_version) VALUES (%s, %s, %s, 'a workflow', 1, 1)",
            [workflow_id, user.tenant_id, user.user_id],
        )
        nodes = [
            {
                "id": each.node_id,
                "type": "trigger",
                "data": {"service": each.service, "task": each.task},
            }
            for each in triggers
        ]
        blueprint = {"schema": 1, "name": "a workflow", "nodes": nodes, "edges": []}
        await connection.execute(
            "INSERT INTO workflow_versions (workflow_id, version, tenant_id, user_id, blueprint,"
            " saved_by) VALUES (%s, 1, %s, %s, %s, %s)",
            [workflow_id, user.tenant_id, user.user_id, to_json(blueprint), user.user_id],
        )
        await swap_triggers(connection, user, (workflow_id, 1), triggers)
    return workflow_id


def paid(node_id: str = "paid", **params: Any) -> LiveTrigger:
    return LiveTrigger(node_id, "razorpay", "payment_received", params)


def payment(payment_id: str = "pay_1", **more: Any) -> bytes:
    return json.dumps(body_of("payment.captured", id=payment_id, **more)).encode()


def signed(body: bytes, secret: str = SECRET) -> dict[str, str]:
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {"X-Razorpay-Signature": signature, "Content-Type": "application/json"}


async def endpoint(api: httpx.AsyncClient, **body: Any) -> dict[str, Any]:
    """A new endpoint; of Razorpay unless said otherwise."""
    answer = await api.post(
        "/webhook-endpoints", json={"service": "razorpay", "secret": SECRET, **body}
    )
    assert answer.status_code == 201, answer.text
    made = answer.json()
    made["path"] = httpx.URL(made["url"]).path
    return made


async def deliveries(api: httpx.AsyncClient, **search: Any) -> list[dict[str, Any]]:
    answer = await api.get("/deliveries", params=search)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def post(api: httpx.AsyncClient, path: str, body: bytes, **more: Any) -> httpx.Response:
    """A delivery, signed unless its headers are given."""
    return await api.post(path, content=body, headers=more.get("headers") or signed(body))


async def runs(services: Services) -> list[dict[str, Any]]:
    """All runs of everybody, oldest first."""
    async with as_owner(services.database) as connection:
        cursor = await connection.execute("SELECT * FROM runs ORDER BY number")
        return await cursor.fetchall()
