"""Three people: one who has one of everything, a colleague of hers, and a stranger."""

import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
from psycopg import sql
from pydantic import SecretStr

from domain.identity import UserContext
from domain.workflows.waiting import ApprovalRequest, WaitRequest
from server.app import create_app
from server.composition import open_services
from server.settings import Settings
from storage.database import Database
from storage.waiting import WaitingRepository
from tests.server.auth.world import HOST, SECRET, Person, Site
from tests.storage.owner import as_owner
from tests.storage.workflow_rows import document, failed_execution, output_of

#: In everything that she made, so that a trace of it is found wherever it shows.
CANARY = "xylographer"


@dataclass(frozen=True)
class World:
    """The service and the people."""

    site: Site
    document: dict[str, Any]
    alice: Person
    carol: Person
    bob: Person
    #: Hers, by the names that paths and bodies call them.
    ids: dict[str, str]

    def trace_of_alice(self, text: str, sent: str) -> str | None:
        """What of hers an answer shows that the request did not bring."""
        hers = [CANARY, self.alice.email, *(value for value in self.ids.values() if "-" in value)]
        return next((each for each in hers if each in text and each not in sent), None)

    async def state_of_alice(self) -> dict[str, str]:
        """All her rows, as text by table."""
        return await rows_of(self.site.services.database, self.alice)


async def rows_of(database: Database, person: Person) -> dict[str, str]:
    """A person's rows of every table that says whose its rows are."""
    found: dict[str, str] = {}
    async with as_owner(database) as connection:
        cursor = await connection.execute(
            "SELECT table_name FROM information_schema.columns"
            " WHERE table_schema = 'goldenpath' AND column_name = 'user_id' ORDER BY table_name"
        )
        for row in await cursor.fetchall():
            table = row["table_name"]
            query = sql.SQL("SELECT t::text AS row FROM {} t WHERE user_id::text = %s").format(
                sql.Identifier(table)
            )
            rows = await (await connection.execute(query, [person.user_id])).fetchall()
            found[table] = "\n".join(sorted(each["row"] for each in rows))
    return found


@asynccontextmanager
async def open_world(url: str, folder: Path) -> AsyncIterator[World]:
    """The service in mode `accounts` with a worker, and everybody's things in place."""
    settings = Settings(
        database_url=SecretStr(url),
        data_dir=folder,
        auth="accounts",
        registration="open",
        secret_key=SecretStr(SECRET),
        password_hash_mb=19,
        # Who asks for everything asks often.
        strangers_per_min=100_000,
        requests_per_min=100_000,
        runs_per_min=100_000,
    )
    async with open_services(settings, with_worker=True) as services:
        app = create_app(services, HOST)
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url=HOST, timeout=60) as api:
            site = Site(services, api)
            alice = await site.person("alice")
            carol = await site.member(alice, "member", "carol")
            bob = await site.person("bob")
            ids = await _one_of_everything(site, alice) | await _asked(site, alice)
            yield World(site, app.openapi(), alice, carol, bob, ids)


async def _one_of_everything(site: Site, alice: Person) -> dict[str, str]:
    api, mine = site.api, alice.bearer

    async def made(path: str, body: Any) -> Any:
        answer = await api.post(path, json=body, headers=mine)
        assert answer.is_success, f"{path}: {answer.text}"
        return answer.json()

    async def known(path: str) -> Any:
        answer = await api.get(path, headers=mine)
        assert answer.is_success, f"{path}: {answer.text}"
        return answer.json()

    usage = await made("/usage/imports/sample", {"model": "gpt-4o"})
    body = {"message": f"Analyze my AI costs, {CANARY}"}
    chat = await api.post("/chat", json=body, headers=mine)
    events = [json.loads(line[6:]) for line in chat.text.splitlines() if line.startswith("data: ")]
    [end] = [event for event in events if event.get("type") == "end"]
    assert end["status"] == "success", end
    thread_id, run_id = end["thread_id"], end["run_id"]
    state = await known(f"/threads/{thread_id}/state")
    assistant = await made("/assistants", {"graph_id": "supervisor", "name": CANARY})
    key = await made("/account/keys", {"name": CANARY, "scopes": ["read"]})
    connection = await made(
        "/connections",
        {
            "name": CANARY,
            "kind": "api_key",
            "settings": {"base_url": "https://api.example.com"},
            "secrets": {"api_key": f"sk-{CANARY}-0123456789"},
        },
    )
    delivery = await _delivered(api, alice)
    invitation = await made("/invitations", {"role": "member"})
    blueprint = document(CANARY)
    workflow = await made("/workflows", {"name": CANARY, "blueprint": blueprint})
    template = await made(f"/workflows/{workflow['workflow_id']}/publish", {"title": CANARY})
    owner = UserContext(alice.user_id, alice.tenant_id)
    execution_id = await failed_execution(
        site.services.database, owner, UUID(workflow["workflow_id"])
    )
    sent = {"file": (f"{CANARY}.txt", CANARY.encode(), "text/plain")}
    file = (await api.post("/files", files=sent, headers=mine)).json()
    sessions = await known("/account/sessions")
    reports = await known("/reports")
    return {
        "thread_id": thread_id,
        "run_id": run_id,
        "checkpoint_id": state["checkpoint"]["checkpoint_id"],
        "assistant_id": assistant["assistant_id"],
        "import_id": _id(usage, "import_id"),
        "report_id": _id(reports, "report_id"),
        "key_id": _id(key, "key_id"),
        "connection_id": _id(connection, "connection_id"),
        "file_id": _id(file, "file_id"),
        "endpoint_id": _id(delivery, "endpoint_id"),
        "delivery_id": _id(delivery, "delivery_id"),
        "invitation_id": _id(invitation, "invitation_id"),
        "session_id": _id(sessions, "session_id"),
        "workflow_id": workflow["workflow_id"],
        "artifact_id": str(await output_of(site.services.database, owner, execution_id)),
        "template_id": template["template_id"],
        "execution_id": str(execution_id),
        "version": "1",
        "user_id": alice.user_id,
        "tenant_id": alice.tenant_id,
        # Nothing of hers yet: as unknown as what nobody has.
        "identity_id": str(uuid4()),
        "namespace": "data",
        # At the door only the signature says whose a request is; this address is nobody's.
        "service": "razorpay",
        "endpoint": str(uuid4()),
    }


async def _delivered(api: httpx.AsyncClient, alice: Person) -> Any:
    """A delivery at an endpoint of hers."""
    mine, secret = alice.bearer, f"secret-{CANARY}"
    body = {"service": "webhook", "name": CANARY, "secret": secret}
    endpoint = (await api.post("/webhook-endpoints", json=body, headers=mine)).json()
    sent = f'{{"text": "{CANARY}"}}'.encode()
    signature = hmac.new(secret.encode(), sent, "sha256").hexdigest()
    headers = {"X-Signature": signature, "Content-Type": "application/json"}
    answer = await api.post(httpx.URL(endpoint["url"]).path, content=sent, headers=headers)
    assert answer.is_success, answer.text
    return (await api.get("/deliveries", headers=mine)).json()


async def _asked(site: Site, alice: Person) -> dict[str, str]:
    """What she is asked, what a workflow of hers waits for, and what she was told."""
    database = site.services.database
    user = UserContext(alice.user_id, alice.tenant_id)
    thread_id = uuid4()
    await site.services.threads.create(user, thread_id, {})
    kept = WaitingRepository(database, with_mail=False)
    place: dict[str, Any] = {
        "root_run_id": uuid4(),
        "thread_id": thread_id,
        "workflow_id": uuid4(),
        "node_id": "gate",
    }
    approval_id = await kept.ask(
        user,
        ApprovalRequest(**place, path="gate", title=CANARY, approvers=(alice.user_id,)),
    )
    event = f"paid-{uuid4()}"
    await kept.wait(user, WaitRequest(**place, path="wait", event=event))
    [told] = await site.services.notices.list(user, 10, 0)
    return {
        "approval_id": str(approval_id),
        "event": event,
        "notification_id": str(told.notification_id),
        # Whoever has one may use it: so it is one that nobody has.
        "token": str(uuid4()),
    }


def _id(answer: Any, name: str) -> str:
    """The first id of that name in an answer, however deep."""
    if isinstance(answer, dict):
        if name in answer:
            return str(answer[name])
        answer = list(answer.values())
    if isinstance(answer, list):
        for each in answer:
            if found := _id(each, name):
                return found
    return ""
