"""Gradio's own door, without the guard before it: nobody is let in."""

from typing import cast

import httpx
import pytest
from fastapi import FastAPI, Request
from starlette.routing import Mount
from starlette.types import Scope

from domain.identity import LOCAL_USER, UserContext
from ui.app import MOUNT_PATH, Access, PageUser, mount_ui
from ui.guard import Guard

PATHS = ["/app/", "/app/costs", "/app/config", "/app/gradio_api/queue/data?session_hash=x"]


async def anybody(scope: Scope) -> UserContext | None:
    return LOCAL_USER


async def nobody(request: Request) -> str | None:
    return None


async def ann(request: Request) -> str | None:
    return "ann"


def client(page_user: PageUser) -> httpx.AsyncClient:
    """A client of pages whose guard is taken away."""
    app = FastAPI()
    mount_ui(app, "http://api", Access(anybody, page_user))
    [mount] = [route for route in app.routes if getattr(route, "path", "") == MOUNT_PATH]
    mount = cast(Mount, mount)
    mount.app = cast(Guard, mount.app).inside
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://api")


@pytest.mark.parametrize("path", PATHS)
async def test_nobody_is_answered_401(path: str) -> None:
    async with client(nobody) as http:
        assert (await http.get(path)).status_code == 401


async def test_somebody_sees_the_page() -> None:
    async with client(ann) as http:
        assert (await http.get("/app/")).status_code == 200
