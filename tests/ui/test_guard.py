"""Nobody reaches another's session, upload or file through Gradio, whatever they know."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.routing import Mount

from tests.ui.guarded_app import Person, as_file, guarded_app, serving
from ui.guard import Guard

SECRET = "ann's usage\n"


@dataclass(frozen=True, slots=True)
class World:
    """An application and who visits it."""

    app: FastAPI
    url: str
    ann: Person
    eve: Person
    nobody: Person


@pytest.fixture
async def world() -> AsyncIterator[World]:
    app = guarded_app()
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(serving(app))
        people = [Person(url, name) for name in ("ann", "eve", None)]
        for person in people:
            await stack.enter_async_context(person.http)
        yield World(app, url, *people)


async def test_a_session_belongs_to_who_began_it(world: World) -> None:
    assert (await world.ann.join("mine", "hello")).status_code == 200
    refused = [
        await world.eve.follow("mine"),
        await world.eve.join("mine", "hello"),
        await world.eve.http.post(
            "/cancel", json={"session_hash": "mine", "fn_index": 0, "event_id": "x"}
        ),
        await world.eve.http.get("/heartbeat/mine"),
        # Nobody's yet.
        await world.eve.follow("another"),
    ]
    assert [answer.status_code for answer in refused] == [403] * 5
    assert "HELLO" in (await world.ann.follow("mine")).text
    assert (await world.eve.join("hers", "hi")).status_code == 200
    assert "HI" in (await world.eve.follow("hers")).text


async def test_nobody_gets_nothing(world: World) -> None:
    path = await world.ann.upload("usage.csv", SECRET.encode())
    await world.ann.join("mine", "hello")
    answers = [
        await world.nobody.join("mine", "hello"),
        await world.nobody.follow("mine"),
        await world.nobody.http.get("/heartbeat/mine"),
        await world.nobody.http.get(f"/file={path}"),
        await world.nobody.http.post("/upload", files={"files": ("a.csv", b"a")}),
        await world.nobody.http.get("/upload_progress?upload_id=x"),
        await world.nobody.http.get("/info"),
        await world.nobody.http.get("../config"),
    ]
    assert [answer.status_code for answer in answers] == [401] * len(answers)


async def test_a_page_leads_nobody_to_the_sign_in(world: World) -> None:
    led = await world.nobody.http.get("../?thread=a&b=c")
    assert led.status_code == 303
    assert led.headers["location"] == "/sign-in?next=%2Fapp%2F%3Fthread%3Da%26b%3Dc"
    shown = await world.ann.http.get("../")
    assert (shown.status_code, "text/html" in shown.headers["content-type"]) == (200, True)
    assert (await world.nobody.http.get("../theme.css")).status_code == 200


async def test_a_heartbeat_is_for_who_is_signed_in(world: World) -> None:
    async with world.ann.http.stream("GET", "/heartbeat/mine") as beating:
        assert beating.status_code == 200
        async for line in beating.aiter_lines():
            assert line == "data: ALIVE"
            break


async def test_an_upload_is_served_to_its_owner_only(world: World) -> None:
    path = await world.ann.upload("usage.html", b"<script>alert(1)</script>")
    served = await world.ann.http.get(f"/file={path}")
    assert (served.status_code, served.content) == (200, b"<script>alert(1)</script>")
    assert served.headers["content-disposition"].startswith("attachment")
    assert "html" not in served.headers["content-type"]
    folder, _, name = path.rpartition("/")
    for way in (path, f"{folder}/./{name}", f"{folder}/../{folder.rpartition('/')[2]}/{name}"):
        assert (await world.eve.http.get(f"/file={way}")).status_code == 403
        assert (await world.eve.http.head(f"/file={way}")).status_code == 403
    for other in ("/etc/passwd", "http://127.0.0.1:9/", "https://example.com/a", f"{folder}/"):
        assert (await world.ann.http.get(f"/file={other}")).status_code == 403


async def test_nobody_works_with_the_file_of_another(world: World) -> None:
    path = await world.ann.upload("usage.csv", SECRET.encode())
    for hidden in (as_file(path), {"deep": [as_file(path)]}, as_file("http://127.0.0.1:9/a.csv")):
        assert (await world.eve.join("hers", hidden, function=1)).status_code == 403
    assert (await world.ann.join("mine", as_file(path), function=1)).status_code == 200
    assert "ann's usage" in (await world.ann.follow("mine")).text


async def test_who_sends_the_same_file_has_it_too(world: World) -> None:
    first = await world.ann.upload("usage.csv", SECRET.encode())
    assert (await world.eve.http.get(f"/file={first}")).status_code == 403
    assert await world.eve.upload("usage.csv", SECRET.encode()) == first
    for person in (world.ann, world.eve):
        assert (await person.http.get(f"/file={first}")).text == SECRET


async def test_the_progress_of_an_upload_is_its_owners(world: World) -> None:
    sent = {"files": ("usage.csv", b"a")}
    made = await world.ann.http.post("/upload?upload_id=mine", files=sent)
    assert made.status_code == 200
    assert (await world.eve.http.get("/upload_progress?upload_id=mine")).status_code == 403
    taken = await world.eve.http.post("/upload?upload_id=mine", files=sent)
    assert taken.status_code == 403
    assert (await world.ann.http.get("/upload_progress?upload_id=mine")).status_code == 200


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"session_hash": 1}', b'{"data": []}'])
async def test_what_names_no_session_is_refused(world: World, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    joined = await world.ann.http.post("/queue/join", content=body, headers=headers)
    assert joined.status_code == 400
    cancelled = await world.ann.http.post("/cancel", content=body, headers=headers)
    assert cancelled.status_code == 403


#: What of Gradio's own routes is let through at all, besides pages and what they are made of.
OPEN = {
    *("/gradio_api/queue/join", "/gradio_api/cancel", "/gradio_api/upload", "/gradio_api/reset"),
    *("/gradio_api/queue/data", "/gradio_api/upload_progress", "/gradio_api/queue/status"),
    *("/gradio_api/info", "/gradio_api/app_id", "/gradio_api/startup-events"),
    *("/gradio_api/theme.css", "/gradio_api/heartbeat/{session_hash}"),
    "/gradio_api/file={path_or_url:path}",
}


def gradio_routes(app: FastAPI) -> set[tuple[str, str]]:
    """Method and path of everything that Gradio has."""
    [mount] = [route for route in app.routes if getattr(route, "path", "") == "/app"]
    assert isinstance(mount, Mount)
    assert isinstance(mount.app, Guard)
    inside = mount.app.inside
    assert isinstance(inside, FastAPI)
    found: set[tuple[str, str]] = set()
    waiting: list[tuple[str, Any]] = [("", route) for route in inside.routes]
    while waiting:
        prefix, route = waiting.pop()
        inner = getattr(route, "routes", None) or getattr(
            getattr(route, "original_router", None), "routes", None
        )
        path = prefix + getattr(route, "path", getattr(route, "prefix", ""))
        if inner:
            waiting += [(path, each) for each in inner]
        found |= {(method, path) for method in getattr(route, "methods", None) or ()}
    return found


async def test_whatever_else_gradio_has_is_closed(world: World) -> None:
    routes = gradio_routes(world.app)
    closed = {
        (method, path)
        for method, path in routes
        if path.rstrip("/") not in OPEN
        and (method not in ("GET", "HEAD", "OPTIONS") or path.startswith("/gradio_api"))
    }
    assert len(closed) > 20
    async with httpx.AsyncClient(base_url=world.url, headers={"x-user": "ann"}) as client:
        for method, path in sorted(closed):
            place = path.replace("{", "").replace("}", "").replace(":path", "")
            answer = await client.request(method, f"/app{place}", json={"session_hash": "mine"})
            assert answer.status_code == 404, (method, path)
        for path in ("/monitoring", "/monitoring/summary", "/logout"):
            assert (await client.get(f"/app{path}")).status_code == 404
