"""The part of the service's API that the canvas uses, in memory, with a plain page around it.

Versions, conflicts and problems are the true ones: blueprints pass the domain's own validation.
"""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

import uvicorn
from fastapi import FastAPI, Header, Request, WebSocket, WebSocketDisconnect
from fastapi.responses import HTMLResponse, JSONResponse, Response
from fastapi.staticfiles import StaticFiles

from domain.blueprints.condition_checks import checked_condition
from domain.blueprints.documents import blueprint_from
from domain.blueprints.validation import problems
from domain.workflows.trials import checked_trial, upto
from storage.workflows import document_of
from tests.standins.workflow_catalogue import CONNECTIONS, INTEGRATIONS, catalogue
from tests.standins.workflow_runs import MemoryRun, Runner

_STATIC: Final = Path(__file__).parents[2] / "ui/static/canvas"
_PAGE: Final = """<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>Builder</title>
<link rel="icon" href="data:,"><link rel="stylesheet" href="/static/canvas.css">
<style>html,body{margin:0;height:100%%}body.dark{background:#101012;color:#eee}
main{height:100vh;display:flex;flex-direction:column}h1{position:absolute;left:-999px}
#at{flex:1;min-height:0}</style></head><body class="%s"><main><h1>Workflows</h1>
<div id="at"></div></main><script type="module">
import { mount, mountApi } from "/static/canvas.js";
const wanted = new URL(location).searchParams;
const at = document.getElementById("at");
if (wanted.has("data")) {
  const { blueprint, catalogue } = await (await fetch("/plain")).json();
  window.began = performance.now();
  window.builder = mount(at, { blueprint, catalogue, view: "canvas" });
} else window.builder = await mountApi(at, { base: "", id: "w1" });
</script></body></html>"""


@dataclass(slots=True)
class WorkflowApi:
    """One workflow, its versions and its runs."""

    blueprint: dict[str, Any]
    url: str = ""
    versions: list[dict[str, Any]] = field(default_factory=list)
    active: int | None = None
    proposal: dict[str, Any] | None = None
    runs: list[MemoryRun] = field(default_factory=list)
    sockets: set[WebSocket] = field(default_factory=set)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    #: What the trigger has brought, newest first.
    samples: list[dict[str, Any]] = field(default_factory=list)
    runner: Runner = field(init=False)

    def __post_init__(self) -> None:
        """The first version, and who does the runs."""
        self.versions.append(self.blueprint)
        self.runner = Runner(self.tell)

    @property
    def draft(self) -> dict[str, Any]:
        """The newest version."""
        return self.versions[-1]

    async def tell(self) -> None:
        """Say to all monitors that something happened."""
        for each in list(self.sockets):
            await each.send_json({"type": "tool_completed"})

    def problems_of(self, data: object, *, is_activating: bool = False) -> list[dict[str, Any]]:
        """What is wrong with it, by the domain's own rules."""
        found = blueprint_from(data)
        if not isinstance(found, list):
            found = problems(found, catalogue(), is_activating=is_activating)
        return [asdict(problem) for problem in found]

    def start(self, body: dict[str, Any]) -> MemoryRun:
        """Begin a run; with `until` or `pinned` a test."""
        version = body["version"]
        document = self.versions[version - 1]
        blueprint = blueprint_from(document)
        assert not isinstance(blueprint, list)
        trial = checked_trial(blueprint, body.get("until"), body.get("pinned") or {})
        if trial and trial.until:
            document = document_of(upto(blueprint, trial.until))
        run = MemoryRun("w1", version, document, body["payload"], trial=trial)
        self.runs.insert(0, run)
        task = asyncio.create_task(self.runner.run(run), name="run of the stand-in")
        self.tasks.add(task)
        return run


class _Server(uvicorn.Server):
    """Says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()


@asynccontextmanager
async def running_workflow_api(blueprint: dict[str, Any]) -> AsyncIterator[WorkflowApi]:
    """The API on a free port for as long as the context lasts."""
    api = WorkflowApi(blueprint)
    config = uvicorn.Config(
        _app(api), port=0, log_level="error", lifespan="off", ws="websockets-sansio"
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve(), name="stand-in of the workflow API")
    async with asyncio.timeout(20):
        await server.ready.wait()
    api.url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    yield api
    for task in api.tasks:
        task.cancel()
    await asyncio.gather(*api.tasks, return_exceptions=True)
    server.should_exit = True
    server.force_exit = True
    await serving


def _app(api: WorkflowApi) -> FastAPI:
    app = FastAPI()
    app.mount("/static", StaticFiles(directory=_STATIC))
    app.state.api = api

    @app.get("/")
    async def _page(dark: bool = False) -> HTMLResponse:
        return HTMLResponse(_PAGE % ("dark" if dark else ""))

    @app.get("/plain")
    async def _plain() -> dict[str, Any]:
        return {"blueprint": api.draft, "catalogue": INTEGRATIONS}

    @app.get("/integrations")
    async def _integrations() -> list[dict[str, Any]]:
        return INTEGRATIONS

    @app.get("/connections")
    async def _connections() -> list[dict[str, str]]:
        return CONNECTIONS

    @app.post("/workflows/expressions/check")
    async def _check(request: Request) -> dict[str, Any]:
        body = await request.json()
        found = checked_condition(body["condition"], body["names"], body["sample"])
        return asdict(found)

    @app.post("/assistants/search")
    async def _assistants() -> list[dict[str, Any]]:
        return [{"assistant_id": "a1", "name": "Data analyst", "graph_id": "data"}]

    @app.get("/workflows/samples")
    async def _samples(service: str, task: str) -> list[dict[str, Any]]:
        return api.samples if (service, task) == ("razorpay", "payment_received") else []

    _workflow_routes(app, api)
    _version_routes(app, api)
    _run_routes(app, api)
    _answer_routes(app, api)
    return app


def _workflow_routes(app: FastAPI, api: WorkflowApi) -> None:
    @app.post("/workflows/draft")
    async def _draft() -> dict[str, Any]:
        return {
            "blueprint": api.proposal,
            "problems": [],
            "assumptions": ["The customer's phone is in the payment."],
            "questions": [],
        }

    @app.get("/workflows/w1")
    async def _get() -> dict[str, Any]:
        return {
            "blueprint": api.draft,
            "draft_version": len(api.versions),
            "active_version": api.active,
            "rights": "owner",
        }

    @app.put("/workflows/w1")
    async def _put(request: Request, if_match: str = Header()) -> Response:
        body = await request.json()
        if int(if_match) != len(api.versions):
            detail = {"message": "Somebody else has saved.", "version": len(api.versions)}
            return JSONResponse(detail, 409)
        api.versions.append(body["blueprint"])
        found = api.problems_of(api.draft)
        return JSONResponse({"workflow_id": "w1", "version": len(api.versions), "problems": found})

    @app.post("/workflows/w1/validate")
    async def _validate(request: Request) -> dict[str, Any]:
        body = await request.json()
        return {"problems": api.problems_of(body.get("blueprint") or api.draft)}

    @app.post("/workflows/w1/activate")
    async def _activate(request: Request) -> Response:
        version = (await request.json())["version"]
        found = api.problems_of(api.versions[version - 1], is_activating=True)
        if any(problem["severity"] == "error" for problem in found):
            words = "This version has errors, and a live workflow must have none."
            return JSONResponse({"message": words, "problems": found}, 422)
        api.active = version
        return JSONResponse({"workflow_id": "w1", "version": version, "problems": found})

    @app.post("/workflows/w1/deactivate")
    async def _deactivate() -> dict[str, Any]:
        api.active = None
        return {"workflow_id": "w1", "status": "off"}


def _version_routes(app: FastAPI, api: WorkflowApi) -> None:
    @app.get("/workflows/w1/versions")
    async def _versions() -> list[dict[str, Any]]:
        return [
            {
                "version": number,
                "name": api.versions[number - 1]["name"],
                "saved_by": "ann",
                "note": None,
                "created_at": "2026-01-05T09:00:00Z",
                "is_active": number == api.active,
            }
            for number in range(len(api.versions), 0, -1)
        ]

    @app.get("/workflows/w1/versions/{number}")
    async def _version(number: int) -> dict[str, Any]:
        return {"version": number, "blueprint": api.versions[number - 1]}

    @app.post("/workflows/w1/restore")
    async def _restore(request: Request) -> dict[str, Any]:
        number = (await request.json())["version"]
        api.versions.append(api.versions[number - 1])
        return {"version": len(api.versions), "problems": api.problems_of(api.draft)}


def _run_routes(app: FastAPI, api: WorkflowApi) -> None:
    def run_of(identity: str) -> MemoryRun:
        return next(run for run in api.runs if run.run_id == identity)

    @app.post("/workflows/w1/execute", status_code=202)
    async def _execute(request: Request) -> dict[str, Any]:
        body = await request.json()
        run = api.start(body)
        return {"run_id": run.run_id, "thread_id": run.thread_id, "version": run.version}

    @app.get("/workflows/w1/runs")
    async def _runs() -> list[dict[str, Any]]:
        return [run.shape() for run in api.runs]

    @app.get("/workflows/runs/{run_id}")
    async def _run(run_id: str) -> dict[str, Any]:
        return run_of(run_id).shape()

    @app.websocket("/workflows/w1/monitor")
    async def _monitor(watcher: WebSocket) -> None:
        await watcher.accept()
        api.sockets.add(watcher)
        try:
            while True:
                await watcher.receive_text()
        except WebSocketDisconnect:
            api.sockets.discard(watcher)


def _answer_routes(app: FastAPI, api: WorkflowApi) -> None:
    @app.post("/workflows/runs/{run_id}/cancel", status_code=202)
    async def _cancel(run_id: str) -> dict[str, Any]:
        [run] = [each for each in api.runs if each.run_id == run_id]
        await api.runner.cancel(run)
        return run.shape()

    @app.post("/approvals/{approval_id}/vote")
    async def _vote(approval_id: str, request: Request) -> dict[str, Any]:
        for run in api.runs:
            if approval_id in run.answers:
                run.answers[approval_id].set_result(await request.json())
        return {"status": "approved"}
