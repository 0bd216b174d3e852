"""The service with every provider beside it, and what a user does with a template there."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any, TypeVar, cast

import httpx
from psycopg import conninfo
from pydantic import SecretStr

from server.app import create_api
from server.composition import open_services
from server.services import Services
from server.settings import Settings
from server.triggers.ticker import Ticker
from server.workflows.due import DueTicker
from storage.notifications import Listener
from tests.server.workflows.world import Json, Site, eventually
from tests.standins import google_server, mail_server, razorpay_server, slack_server, twilio_server
from tests.standins.database_door import DatabaseDoor, open_door
from tests.standins.echo_server import EchoServer
from tests.standins.google_server import GoogleServer
from tests.standins.http_server import HttpServer, running_http_server
from tests.standins.mail_server import MailServer, running_mail_server
from tests.standins.razorpay_server import RazorpayServer
from tests.standins.slack_server import SlackServer
from tests.standins.twilio_server import TwilioServer
from tests.storage.owner import as_owner

SECRET = "the-secret-of-the-endpoint"
DATABASE_PASSWORD = "shop-password-0123"
CUSTOMER = "+919876543210"
PUBLIC_URL = "https://flows.example.com"
SCHEME = {"kind": "hmac", "header": "X-Signature"}
_SCHEMES: Mapping[str, Json] = {"webhook": SCHEME, "stripe": {"kind": "stripe"}}


_Server = TypeVar("_Server", bound=HttpServer)


@dataclass
class Providers:
    """All that is outside."""

    twilio: TwilioServer
    google: GoogleServer
    razorpay: RazorpayServer
    slack: SlackServer
    echo: EchoServer
    mail: MailServer
    door: DatabaseDoor


@dataclass
class Shop:
    """A user's service and providers."""

    services: Services
    site: Site
    outside: Providers
    #: By kind.
    connections: dict[str, str] = field(default_factory=dict)
    #: The addresses of endpoints by service.
    hooks: dict[str, str] = field(default_factory=dict)
    #: The workflows of this test.
    lively: list[str] = field(default_factory=list)

    async def post(self, path: str, **body: Any) -> Any:
        """What a request is answered."""
        answer = await self.site.api.post(path, json=body)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    async def live(self, template_id: str, **filled: Any) -> str:
        """The id of a live workflow from a template; `filled` has values of `node__param`."""
        begun = await self.post(f"/workflow-templates/{template_id}/import")
        url = f"/workflows/{begun['workflow_id']}"
        blueprint = (await self.site.api.get(url)).json()["blueprint"]
        given = {tuple(name.split("__")): value for name, value in filled.items()}
        slots = {(one["node_id"], one["field"].rpartition(".")[2]) for one in begun["slots"]}
        assert slots <= given.keys(), "each slot is filled in"
        for node in blueprint["nodes"]:
            for (node_id, name), value in given.items():
                if node["id"] == node_id:
                    node["data"]["params"][name] = value
        await self.connect(blueprint)
        body = {"name": blueprint["name"], "blueprint": blueprint}
        saved = await self.site.api.put(url, json=body, headers={"If-Match": "1"})
        assert saved.is_success, saved.text
        await self.post(f"{url}/activate")
        self.lively.append(url)
        return begun["workflow_id"]

    async def made_live(self, blueprint: Json) -> str:
        """The id of a live workflow that is this document."""
        workflow_id = await self.site.live(blueprint)
        self.lively.append(f"/workflows/{workflow_id}")
        return workflow_id

    async def connect(self, blueprint: Json) -> None:
        """Give each step that needs one the connection of its service."""
        kinds: dict[tuple[str, str], str | None] = {}
        for service in (await self.site.api.get("/integrations")).json():
            for task in service["tasks"]:
                kinds[service["service"], task["name"]] = task["connection_kind"]
        for node in blueprint["nodes"]:
            data = node["data"]
            kind = kinds.get((data["service"], data["task"]))
            if node["type"] == "action" and kind:
                data["connection"] = self.connections[kind]

    async def hook(self, service: str, scheme: str | None = None) -> str:
        """The address of the endpoint of a service, as its provider knows it."""
        key = scheme or service
        if key not in self.hooks:
            body: Json = {"service": service, "secret": SECRET}
            if key in _SCHEMES:
                body["webhook_scheme"] = _SCHEMES[key]
            made = await self.post("/webhook-endpoints", **body)
            self.hooks[key] = made["url"]
        return self.hooks[key]

    async def deliver(self, url: str, body: bytes, headers: Mapping[str, str]) -> None:
        """A provider tells of something."""
        path = httpx.URL(url).path
        answer = await self.site.api.post(path, content=body, headers=dict(headers))
        assert answer.status_code == 200, answer.text

    async def ended(self, workflow_id: str, *statuses: str) -> Json:
        """The newest execution once it has ended, or stands as is said."""
        found: list[Json] = []

        async def is_there() -> bool:
            answer = await self.site.api.get(f"/workflows/{workflow_id}/runs")
            found[:] = answer.json()
            wanted = statuses or ("success", "error", "timeout", "cancelled")
            return bool(found) and found[0]["status"] in (*wanted, "error")

        await eventually(is_there)
        detail = await self.site.execution(found[0]["run_id"])
        assert detail["status"] in (statuses or ("success",)), detail
        return detail

    async def tick(self, workflow_id: str) -> None:
        """The schedule's moment of last week has not been seen to yet."""
        async with as_owner(self.services.database) as connection:
            await connection.execute(
                "UPDATE schedules SET planned_at = planned_at - interval '7 days',"
                " next_at = next_at - interval '7 days' WHERE workflow_id = %s",
                [workflow_id],
            )
        services = self.services
        listener = Listener(services.database.url)
        ticker = Ticker(services.database, services.workflows.starter, services.manager, listener)
        while await ticker.tick():
            pass

    async def pass_wait(self, workflow_id: str) -> None:
        """What the newest execution waits for has come."""
        detail = await self.ended(workflow_id, "waiting")
        async with as_owner(self.services.database) as connection:
            await connection.execute(
                "UPDATE waits SET due_at = now() - interval '1 second' WHERE thread_id = %s",
                [detail["thread_id"]],
            )
        services = self.services
        listener = Listener(services.database.url)
        await DueTicker(services.database, services.waiting, listener).look()

    def posted(self, channel: str) -> list[str]:
        """The texts in a channel."""
        return [one["text"] for one in self.outside.slack.messages[channel]]

    def mails(self) -> list[tuple[list[str], EmailMessage]]:
        """What was handed in."""
        return self.outside.mail.messages

    def sent(self) -> list[tuple[str, str]]:
        """WhatsApp messages, as receiver and text."""
        return [
            (one["to"].removeprefix("whatsapp:"), one["body"]) for one in self.outside.twilio.sent()
        ]

    async def close_down(self) -> None:
        """Nothing that the next test sends starts a workflow of this one."""
        while self.lively:
            await self.post(f"{self.lively.pop()}/deactivate")

    def forget(self) -> None:
        """Empty what the providers hold, for the next template."""
        outside = self.outside
        outside.twilio.messages.clear()
        outside.twilio.wrote(CUSTOMER, timedelta(hours=1))
        outside.mail.messages.clear()
        outside.razorpay.links.clear()
        outside.razorpay.refunds.clear()
        outside.google.sheets.clear()
        outside.slack.messages.clear()
        outside.echo.asked.clear()
        outside.echo.troubles.clear()


def _connections(outside: Providers, database: str) -> list[tuple[str, Json, Json]]:
    """Kind, settings and secrets of each connection."""
    twilio = {
        "account_sid": twilio_server.SID,
        "sender": twilio_server.SENDER,
        "base_url": outside.twilio.url,
    }
    mail = {
        "host": "localhost",
        "port": str(outside.mail.port),
        "security": "starttls",
        "username": mail_server.USERNAME,
        "sender": "Shop <orders@example.com>",
    }
    postgres = {
        "host": "127.0.0.1",
        "port": str(outside.door.port),
        "database": database,
        "username": database,
        "encryption": "disable",
    }
    key_file = google_server.key_file(outside.google.token_uri)
    razorpay = {"key_id": razorpay_server.KEY_ID, "base_url": outside.razorpay.url}
    return [
        ("twilio", twilio, {"auth_token": twilio_server.TOKEN}),
        ("smtp", mail, {"password": mail_server.PASSWORD}),
        ("postgres", postgres, {"password": DATABASE_PASSWORD}),
        ("slack", {"base_url": outside.slack.url}, {"bot_token": slack_server.TOKEN}),
        ("razorpay", razorpay, {"key_secret": razorpay_server.KEY_SECRET}),
        (
            "google_service_account",
            {"base_url": outside.google.url},
            {"service_account": key_file},
        ),
    ]


@asynccontextmanager
async def open_shop(
    url: str, database: str, folder: Path, tls: Any, **limits: int
) -> AsyncIterator[Shop]:
    """All of it; `database` is the name of the shop's own database, and of its user."""
    settings = Settings.model_validate(
        {
            "database_url": SecretStr(url),
            "data_dir": folder,
            "secret_key": SecretStr("k" * 40),
            "egress_allow": "127.0.0.1, localhost",
            "public_url": PUBLIC_URL,
            **limits,
        }
    )
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        outside = Providers(
            twilio=await _running(stack, TwilioServer),
            google=await _running(stack, GoogleServer),
            razorpay=await _running(stack, RazorpayServer),
            slack=await _running(stack, SlackServer),
            echo=await _running(stack, EchoServer),
            mail=await enter(running_mail_server(tls)),
            door=await enter(open_door(_server_of(url))),
        )
        services = await enter(open_services(settings, with_worker=True))
        transport = httpx.ASGITransport(create_api(services, "http://api"))
        client = httpx.AsyncClient(transport=transport, base_url="http://api", timeout=30)
        shop = Shop(services, Site(services, await enter(client)), outside)
        for kind, given, secrets in _connections(outside, database):
            made = await shop.post(
                "/connections", name=kind, kind=kind, settings=given, secrets=secrets
            )
            shop.connections[kind] = made["connection_id"]
        yield shop


async def _running(stack: AsyncExitStack, kind: type[_Server]) -> _Server:
    return cast(_Server, await stack.enter_async_context(running_http_server(kind=kind)))


def _server_of(url: str) -> str:
    return conninfo.make_conninfo(url, dbname="postgres")


def json_bytes(body: Any) -> bytes:
    """As a provider sends it."""
    return json.dumps(body).encode()
