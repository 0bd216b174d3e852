"""Gradio's own door, without the gate before it: nobody is let in."""

import httpx
import pytest
from fastapi import FastAPI, Request

from ui.app import mount_ui

PATHS = ["/app/", "/app/costs", "/app/config", "/app/gradio_api/queue/data?session_hash=x"]


async def nobody(request: Request) -> str | None:
    return None


async def ann(request: Request) -> str | None:
    return "ann"


@pytest.mark.parametrize("path", PATHS)
async def test_nobody_is_answered_401(path: str) -> None:
    app = FastAPI()
    mount_ui(app, "http://api", nobody)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://api") as client:
        assert (await client.get(path)).status_code == 401


async def test_somebody_sees_the_page() -> None:
    app = FastAPI()
    mount_ui(app, "http://api", ann)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://api") as client:
        assert (await client.get("/app/")).status_code == 200
