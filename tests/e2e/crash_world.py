"""Workflows of all kinds under way in a real service, killed once and taken over by two."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, LiteralString, cast

import httpx
import psycopg
from psycopg.rows import DictRow, dict_row

from storage.database import SEARCH_PATH
from storage.embedded import EmbeddedPostgres, create_database
from tests.e2e.service import DEADLINE_S, Service
from tests.graphs.workflow.world import blueprint, node
from tests.standins.http_server import running_http_server
from tests.standins.provider_server import ProviderServer, Question, Reply
from tests.standins.razorpay_server import KEY_ID, KEY_SECRET, PAYMENT, RazorpayServer

ENVIRONMENT = {
    "GOLDENPATH_EGRESS_ALLOW": "127.0.0.1",
    "GOLDENPATH_SECRET_KEY": "k" * 40,
    # Not so short that a busy machine loses leases, and with them attempts.
    "GOLDENPATH_WORKER_BEAT_S": "0.5",
    "GOLDENPATH_WORKER_LEASE_S": "5",
    "GOLDENPATH_RUN_ATTEMPTS": "100",
}
#: Amounts whose answers are held back, so that their items are under way when it is killed.
HELD = {10_300, 10_600, 20_200}
LATER = {"retry_count": 5, "retry_delay": 100}
#: Moments that were missed while nobody was there, in minutes.
MISSED = 10


class Shop(ProviderServer):
    """Takes orders, and knows no keys."""

    def reply(self, question: Question) -> Reply:
        return Reply(201, {"number": len(self.asked)})


@dataclass
class World:
    """The processes, the providers, and what was started there."""

    url: str
    service: Service
    other: Service
    api: httpx.AsyncClient
    razorpay: RazorpayServer
    shop: Shop
    account: str = ""
    started: dict[str, dict[str, Any]] = field(default_factory=dict)
    schedules: dict[str, str] = field(default_factory=dict)

    async def live(self, name: str, nodes: list[dict[str, Any]], *ways: Any) -> str:
        """The id of a live workflow."""
        drawn = blueprint(nodes, ways).model_dump(mode="json")
        if nodes[0]["type"] == "trigger":
            del drawn["nodes"][0]
        made = await self.post("/workflows", name=name, blueprint=drawn)
        await self.post(f"/workflows/{made['workflow_id']}/activate")
        return made["workflow_id"]

    async def execute(self, name: str, nodes: list[dict[str, Any]], *ways: Any) -> None:
        """Start a new workflow."""
        workflow_id = await self.live(name, nodes, *ways)
        self.started[name] = await self.post(f"/workflows/{workflow_id}/execute", payload={})

    async def post(self, path: str, **body: Any) -> Any:
        answer = await self.api.post(path, json=body)
        assert answer.is_success, answer.text
        return answer.json()

    async def execution(self, name: str, *statuses: str) -> dict[str, Any]:
        """An execution once it has one of these statuses."""
        found: dict[str, Any] = {}

        async def stands() -> bool:
            path = f"/workflows/runs/{self.started[name]['run_id']}"
            found.update((await self.api.get(path)).json())
            return found["status"] in statuses

        await until(stands, lambda: f"{name} is {found}")
        return found

    async def asked(self, name: str) -> list[dict[str, Any]]:
        """The questions of a waiting execution."""
        await self.execution(name, "waiting")
        path = f"/threads/{self.started[name]['thread_id']}"
        thread = (await self.api.get(path)).json()
        return [one for group in thread["interrupts"].values() for one in group]

    async def outputs(self, name: str) -> dict[str, Any]:
        """What each step gave back, when all is done."""
        await self.execution(name, "success")
        path = f"/threads/{self.started[name]['thread_id']}"
        return (await self.api.get(path)).json()["values"]["outputs"]

    def razor(self, node_id: str, task: str, handling: Any = None, **params: Any) -> Any:
        """A step at Razorpay."""
        return step(node_id, "razorpay", task, handling, self.account, **params)

    def rows(self, query: LiteralString) -> list[dict[str, Any]]:
        """What the database says, or does."""
        options = f"-c search_path={SEARCH_PATH}"
        with psycopg.Connection[DictRow].connect(
            self.url, options=options, row_factory=dict_row
        ) as connection:
            cursor = connection.execute(query)
            return cursor.fetchall() if cursor.description else []


def step(
    node_id: str,
    service: str,
    task: str,
    handling: Any = None,
    connection: str | None = None,
    **params: Any,
) -> Any:
    data = {"service": service, "task": task, "params": params, "connection": connection}
    return {"id": node_id, "type": "action", "data": {**data, "error_handling": handling or {}}}


async def until(
    condition: Callable[[], Any], said: Callable[[], str] = lambda: "it did not come"
) -> None:
    """Wait until something holds."""
    try:
        async with asyncio.timeout(DEADLINE_S):
            while not await condition():  # noqa: ASYNC110
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise AssertionError(said()) from None


@asynccontextmanager
async def killed_in_the_middle(folder: Path) -> AsyncIterator[World]:
    """All of it under way, killed, and taken over."""
    postgres = EmbeddedPostgres(folder)
    url = create_database(postgres.start(min_free_mb=50), "crash")
    environment = {**ENVIRONMENT, "DATABASE_URL": url}
    service, other = (Service(folder / name, environment) for name in ("one", "other"))
    async with AsyncExitStack() as stack:
        razorpay = await stack.enter_async_context(running_http_server(kind=RazorpayServer))
        shop = await stack.enter_async_context(running_http_server(kind=Shop))
        await service.start()
        client = httpx.AsyncClient(base_url=service.url, timeout=DEADLINE_S)
        api = await stack.enter_async_context(client)
        found = World(url, service, other, api, cast(RazorpayServer, razorpay), cast(Shop, shop))
        await _begin(found)
        await service.kill()
        _missed(found)
        found.razorpay.holds_back = found.shop.holds_back = lambda question: False
        await asyncio.gather(service.start(), other.start())
        yield found
        await service.stop()
        await other.stop()
    postgres.stop()


async def _begin(world: World) -> None:
    """Start all, and let it come to where it is killed."""
    razorpay = {"key_id": KEY_ID, "base_url": world.razorpay.url}
    account = await world.post(
        "/connections",
        name="Razorpay",
        kind="razorpay",
        settings=razorpay,
        secrets={"key_secret": KEY_SECRET},
    )
    world.account = account["connection_id"]
    world.razorpay.holds_back = _is_held
    world.shop.holds_back = lambda question: True
    world.razorpay.troubles_at[f"/v1/payments/{PAYMENT}"] = [
        *(Reply(503), Reply(stalls=True), Reply(503))
    ]
    await _begin_effects(world)
    await _begin_loops(world)
    look = world.razor("look", "fetch_payment", LATER, payment_id=PAYMENT)
    await world.execute("put_off", [look], ("begin", "look"))
    await world.asked("put_off")
    # Its second attempt begins, and is under way.
    world.rows("UPDATE waits SET due_at = now()")
    world.rows("SELECT pg_notify('goldenpath_due', '0')")
    for missed in ("skip", "once", "all"):
        params = {"cron": "* * * * *", "missed": missed, "overlap": "allow"}
        at = node("at", "trigger")
        at["data"] = {"service": "timer", "task": "schedule", "params": params}
        tell = step("tell", "file", "write_text", name="note.txt", text="It is time.")
        world.schedules[missed] = await world.live(missed, [at, tell], ("at", "tell"))

    def stand() -> tuple[int, int, int]:
        troubles = world.razorpay.troubles_at[f"/v1/payments/{PAYMENT}"]
        return len(world.razorpay.held_back), len(world.shop.held_back), len(troubles)

    async def is_under_way() -> bool:
        return stand() == (6, 1, 1)

    await until(is_under_way, lambda: f"held back, and troubles left: {stand()}")


def _is_held(question: Question) -> bool:
    if question.method != "POST":
        return False
    amount = question.json.get("amount")
    return amount in HELD or question.json.get("notes", {}).get("held") == "yes"


async def _begin_effects(world: World) -> None:
    """One call of each kind, all of them done by their provider and not answered."""
    held = {"held": "yes"}
    nodes = [
        world.razor("refund", "refund", payment_id=PAYMENT, amount_minor=500, notes=held),
        world.razor(
            "link", "create_payment_link", amount_minor=1000, description="A book", notes=held
        ),
        step("order", "webhook", "request", url=f"{world.shop.url}/orders", body={"book": 1}),
    ]
    await world.execute("effects", nodes, *(("begin", each["id"]) for each in nodes))


async def _begin_loops(world: World) -> None:
    """Loops in loops, and a workflow in a loop, with items that are under way."""
    amounts = [[10_000 + 100 * place for place in range(8)], [20_000 + 100 * n for n in range(3)]]
    link = world.razor("link", "create_payment_link", description="x", amount_minor="{{item}}")
    await world.execute(
        "loops",
        [
            node("groups", "loop", items=amounts, concurrency=2),
            node("rows", "loop", items="{{item}}", concurrency=3),
            link,
        ],
        *(("begin", "groups"), ("groups", "rows", "each"), ("rows", "link", "each")),
    )
    amount = "{{trigger_data.amount}}"
    order = world.razor(
        "order", "create_order", amount_minor=amount, notes={"held": "{{trigger_data.held}}"}
    )
    inside = await world.live("inside", [order], ("begin", "order"))
    given = {"amount": "{{item.amount}}", "held": "{{item.held}}"}
    items = [{"amount": 300 + n, "held": "yes" if n == 1 else "no"} for n in range(4)]
    await world.execute(
        "within",
        [
            node("rows", "loop", items=items, concurrency=2),
            node("sub", "agent", assistant=inside, input=given),
        ],
        *(("begin", "rows"), ("rows", "sub", "each")),
    )


def _missed(world: World) -> None:
    """Moments passed while nobody was there."""
    world.rows(
        "UPDATE schedules SET planned_at = date_trunc('minute', now()) - interval '10 minutes',"
        " next_at = date_trunc('minute', now()) - interval '10 minutes'"
    )
