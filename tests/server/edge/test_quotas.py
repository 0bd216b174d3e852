"""What the HTTP API says of limits, and what counting costs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any
from uuid import uuid4

import httpx
import pytest
from starlette.types import ASGIApp

from domain.errors import NotSignedIn
from domain.identity import UserContext
from server.app import create_api
from server.edge.quota_headers import quota_headers
from server.edge.quotas import EXECUTES_WORKFLOWS, STARTS_RUNS, Quotas
from server.services import Services
from storage.rate_limits import Policy, Quota
from tests.server.counted_database import CountedDatabase

CHAT = {"message": "Hello"}


async def by_name(token: str | None) -> UserContext:
    """Whoever says a name is it."""
    if token is None:
        raise NotSignedIn
    return UserContext(token, "tenant")


def limited(services: Services, **settings: Any) -> Services:
    """The services with these limits, where people sign in."""
    changed = services.settings.model_copy(update={"auth": "jwt", **settings})
    return replace(services, settings=changed, quotas=Quotas(services.database, changed))


@asynccontextmanager
async def calling(app: ASGIApp, address: str = "198.51.100.1") -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app, client=(address, 5000))
    async with httpx.AsyncClient(transport=transport, base_url="http://api") as client:
        yield client


def as_user(name: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {name}"}


async def test_requests_are_counted_for_each_user(services: Services) -> None:
    app = create_api(limited(services, requests_per_min=3), "http://api", by_name)
    async with calling(app) as client:
        answers = [await client.get("/threads", headers=as_user("ann")) for _ in range(4)]
        other = await client.get("/threads", headers=as_user("bob"))
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert other.status_code == 200
    assert {answer.headers["ratelimit-policy"] for answer in answers} == {'"requests";q=3;w=60'}
    remaining = [answer.headers["ratelimit"].split(";")[1] for answer in answers]
    assert remaining == ["r=2", "r=1", "r=0", "r=0"]
    refused = answers[-1]
    wait_s = int(refused.headers["retry-after"])
    assert 0 < wait_s <= 20
    assert f"{wait_s} second" in refused.json()["detail"]


async def test_errors_say_it_too(services: Services) -> None:
    app = create_api(limited(services), "http://api", by_name)
    async with calling(app) as client:
        answers = [
            await client.post("/chat", json={}, headers=as_user("ann")),
            await client.get(
                "/threads/00000000-0000-0000-0000-000000000000", headers=as_user("ann")
            ),
        ]
    assert [answer.status_code for answer in answers] == [422, 404]
    assert all("ratelimit" in answer.headers for answer in answers)


async def test_runs_have_a_policy_of_their_own(services: Services) -> None:
    app = create_api(limited(services, runs_per_min=2), "http://api", by_name)
    async with calling(app) as client:
        started = [
            await client.post("/chat", json=CHAT, headers=as_user("ann")),
            await client.post("/runs", json={"assistant_id": "data"}, headers=as_user("ann")),
            await client.post("/chat", json=CHAT, headers=as_user("ann")),
        ]
        listed = await client.get("/threads", headers=as_user("ann"))
    assert [answer.status_code for answer in started] == [200, 200, 429]
    assert '"runs";q=2;w=60' in started[0].headers["ratelimit-policy"]
    assert '"runs";r=1;' in started[0].headers["ratelimit"]
    assert "new runs" in started[2].json()["detail"]
    assert (listed.status_code, "runs" in listed.headers["ratelimit"]) == (200, False)


async def test_nobody_is_counted_by_address(services: Services) -> None:
    app = create_api(limited(services, strangers_per_min=3), "http://api", by_name)
    async with calling(app) as client, calling(app, "203.0.113.7") as elsewhere:
        answers = [await client.get("/threads") for _ in range(4)]
        assert (await elsewhere.get("/threads")).status_code == 401
        # Who is somebody goes on.
        assert (await client.get("/threads", headers=as_user("ann"))).status_code == 200
    assert [answer.status_code for answer in answers] == [401, 401, 401, 429]
    assert "your address" in answers[-1].json()["detail"]


async def test_health_is_never_counted(services: Services) -> None:
    app = create_api(limited(services, requests_per_min=1, strangers_per_min=1), "http://api")
    async with calling(app) as client:
        answers = [await client.get(f"/health/{kind}") for kind in ("live", "ready") * 3]
    assert {answer.status_code for answer in answers} == {200}
    assert not any("ratelimit" in answer.headers for answer in answers)


@pytest.mark.parametrize(("auth", "statements"), [("local", 0), ("jwt", 1)])
async def test_counting_costs_one_statement_or_none(
    services: Services, database_url: str, auth: str, statements: int
) -> None:
    async with CountedDatabase(database_url) as counted:
        settings = services.settings.model_copy(update={"auth": auth})
        counting = replace(services, settings=settings, quotas=Quotas(counted, settings))
        async with calling(create_api(counting, "http://api", by_name)) as client:
            answer = await client.post("/chat", json=CHAT, headers=as_user("ann"))
        assert answer.status_code == 200
        assert counted.taken().total() == statements


@pytest.mark.parametrize("path", sorted(STARTS_RUNS))
async def test_every_route_that_starts_runs_counts_them(services: Services, path: str) -> None:
    app = create_api(limited(services), "http://api", by_name)
    known = {
        name
        for name, methods in app.openapi()["paths"].items()
        if "post" in methods and ("/runs" in name or name == "/chat")
    }
    start_nothing = ("/cancel", "/feedback")
    others = EXECUTES_WORKFLOWS | {name for name in known if name.endswith(start_nothing)}
    # What workflows wait for lets their runs go on.
    answers = {"/approvals/{approval_id}/vote", "/workflows/events/{event}"}
    assert known - others | answers == STARTS_RUNS
    nothing = str(uuid4())
    place = path.format(thread_id=nothing, run_id=nothing, approval_id=nothing, event=nothing)
    async with calling(app) as client:
        answer = await client.post(place, json={}, headers=as_user("ann"))
    assert '"runs";r=59' in answer.headers["ratelimit"]


def test_the_tighter_of_two_quotas_is_told() -> None:
    policy = Policy("requests", 10)
    quotas = [Quota(policy, True, 7, 20, 1), Quota(policy, True, 3, 40, 1)]
    expected = [
        (b"ratelimit-policy", b'"requests";q=10;w=60'),
        (b"ratelimit", b'"requests";r=3;t=40'),
    ]
    assert quota_headers(quotas) == expected
    assert quota_headers(reversed(quotas)) == expected
