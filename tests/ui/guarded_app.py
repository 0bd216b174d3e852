"""A real Gradio application behind the guard, on a real server; people are who they say."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import gradio as gr
import httpx
import uvicorn
from fastapi import FastAPI
from starlette.routing import Mount
from starlette.types import Scope

from domain.identity import UserContext
from ui.guard import Guard

DEADLINE_S = 20


async def by_header(scope: Scope) -> UserContext | None:
    """Whoever sends a name is it."""
    name = dict(scope["headers"]).get(b"x-user")
    return UserContext(name.decode(), "tenant") if name else None


def guarded_app() -> FastAPI:
    """A text that is shouted back, and a file that is read."""
    app = FastAPI()
    with gr.Blocks(analytics_enabled=False) as blocks:
        text, file, out = gr.Textbox(), gr.File(), gr.Textbox()
        gr.Button().click(str.upper, inputs=text, outputs=out)
        gr.Button().click(lambda path: Path(path).read_text(), inputs=file, outputs=out)
    blocks.queue()
    gr.mount_gradio_app(app, blocks, path="/app", ssr_mode=False, footer_links=[])
    [mount] = [route for route in app.routes if getattr(route, "path", "") == "/app"]
    assert isinstance(mount, Mount)
    mount.app = Guard(mount.app, by_header, "/sign-in")
    return app


@asynccontextmanager
async def serving(app: FastAPI) -> AsyncIterator[str]:
    """The application's address."""
    config = uvicorn.Config(app, log_level="warning", lifespan="on", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        async with asyncio.TaskGroup() as tasks:
            task = tasks.create_task(server.serve(sockets=[listening]))
            async with asyncio.timeout(DEADLINE_S):
                while not server.started:  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
            server.should_exit = True
            await asyncio.wait([task])


class Person:
    """Somebody's browser, as far as Gradio's script goes."""

    def __init__(self, url: str, name: str | None) -> None:
        headers = {"x-user": name} if name else {}
        self.http = httpx.AsyncClient(
            base_url=f"{url}/app/gradio_api", headers=headers, timeout=DEADLINE_S
        )

    async def join(self, session: str, value: Any, function: int = 0) -> httpx.Response:
        """Ask for what a button does."""
        body = {"data": [value], "fn_index": function, "session_hash": session}
        return await self.http.post("/queue/join", json=body)

    async def follow(self, session: str) -> httpx.Response:
        """What comes of it, once all has come."""
        return await self.http.get("/queue/data", params={"session_hash": session})

    async def upload(self, name: str, content: bytes) -> str:
        """Send a file; its path."""
        answer = await self.http.post("/upload", files={"files": (name, content)})
        assert answer.status_code == 200, answer.text
        return answer.json()[0]


def as_file(path: str) -> dict[str, Any]:
    """A file as Gradio's script names it."""
    return {"path": path, "meta": {"_type": "gradio.FileData"}}
