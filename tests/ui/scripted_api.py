"""A small server that speaks the service's HTTP API from memory, for tests of the pages' client.

The event log is whatever a test appends; feeds replay and follow it, and can be cut on demand.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, StreamingResponse


@dataclass
class ScriptedThread:
    """One thread and its log."""

    thread_id: str
    metadata: dict[str, Any]
    status: str = "idle"
    log: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    runs: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    grown: asyncio.Condition = field(default_factory=asyncio.Condition)

    def body(self) -> dict[str, Any]:
        """The thread as the API answers it."""
        moment = "2026-01-05T09:00:00.000Z"
        return {
            "thread_id": self.thread_id,
            "status": self.status,
            "metadata": self.metadata,
            "created_at": moment,
            "updated_at": moment,
        }


@dataclass
class ScriptedService:
    """The state behind the scripted API."""

    threads: dict[str, ScriptedThread] = field(default_factory=dict[str, ScriptedThread])
    #: After this many events each feed connection is dropped; None never.
    cut_after: int | None = None
    #: What each feed connection asked to start behind.
    resumed_after: list[int] = field(default_factory=list[int])
    cancelled: list[str] = field(default_factory=list[str])
    answers: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])

    async def append(self, thread_id: str, *events: dict[str, Any]) -> None:
        """Give events the next numbers and wake the readers."""
        thread = self.threads[thread_id]
        async with thread.grown:
            for event in events:
                thread.log.append({"seq": len(thread.log) + 1, "thread_id": thread_id, **event})
            thread.grown.notify_all()


def scripted_app(service: ScriptedService) -> FastAPI:
    """The API over a scripted service."""
    app = FastAPI()

    @app.get("/threads")
    async def threads(q: str = "", limit: int = 50) -> JSONResponse:
        found = [t.body() for t in service.threads.values() if q in str(t.metadata.get("title"))]
        return JSONResponse(found[:limit], headers={"X-Pagination-Total": str(len(found))})

    @app.post("/threads")
    async def create(request: Request) -> dict[str, Any]:
        body = await request.json()
        thread = ScriptedThread(str(uuid4()), body.get("metadata", {}))
        service.threads[thread.thread_id] = thread
        return thread.body()

    @app.patch("/threads/{thread_id}", response_model=None)
    async def rename(thread_id: str, request: Request) -> dict[str, Any] | JSONResponse:
        if thread_id not in service.threads:
            return JSONResponse({"detail": f"There is no thread {thread_id}."}, 404)
        service.threads[thread_id].metadata |= (await request.json())["metadata"]
        return service.threads[thread_id].body()

    @app.get("/threads/{thread_id}/runs")
    async def runs(thread_id: str) -> list[dict[str, Any]]:
        return service.threads[thread_id].runs

    @app.post("/threads/{thread_id}/runs")
    async def start(thread_id: str, request: Request) -> dict[str, Any]:
        run = {
            "run_id": str(uuid4()),
            "thread_id": thread_id,
            "status": "pending",
            "created_at": "2026-01-05T09:00:00.000Z",
            "kwargs": await request.json(),
        }
        service.threads[thread_id].runs.insert(0, run)
        return run

    @app.post("/runs/{run_id}/cancel", status_code=202)
    async def cancel(run_id: str) -> dict[str, str]:
        service.cancelled.append(run_id)
        return {}

    @app.get("/threads/{thread_id}/events", response_model=None)
    async def events(thread_id: str, request: Request) -> StreamingResponse | JSONResponse:
        if thread_id not in service.threads:
            return JSONResponse({"detail": f"There is no thread {thread_id}."}, 404)
        after = int(request.headers.get("Last-Event-ID", "0"))
        service.resumed_after.append(after)
        frames = _frames(service, service.threads[thread_id], after)
        return StreamingResponse(frames, media_type="text/event-stream")

    return app


async def _frames(
    service: ScriptedService, thread: ScriptedThread, after: int
) -> AsyncIterator[str]:
    yield ": heartbeat\n\n"
    sent = 0
    while True:
        async with thread.grown:
            while len(thread.log) <= after:
                await thread.grown.wait()
        for event in thread.log[after:]:
            if service.cut_after is not None and sent >= service.cut_after:
                return
            after, sent = event["seq"], sent + 1
            yield f"id: {after}\nevent: {event['type']}\ndata: {json.dumps(event)}\n\n"
