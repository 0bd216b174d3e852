"""Typed client of the service's HTTP API; the only way the pages reach anything."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx

from ui.api_models import (
    Connection,
    ConnectionKind,
    Feedback,
    Health,
    ReportEntry,
    Run,
    Thread,
    UsageImport,
)
from ui.event_fields import EventJson
from ui.sse import sse_events

#: A busy service may take a while; nothing should take for ever.
TIMEOUT: Final = httpx.Timeout(30, connect=5)
UPLOAD_TIMEOUT: Final = httpx.Timeout(600, connect=5)
#: The feed's heartbeats are 15 s apart; silence of three of them is a dead connection.
FEED_TIMEOUT: Final = httpx.Timeout(45, connect=5)
#: Waits before connecting to the feed again, in seconds; the last one repeats.
RECONNECT_DELAYS_S: Final = (0.1, 0.5, 1.0, 2.0, 5.0)
#: The graph that a chat message runs.
CHAT_ASSISTANT: Final = "supervisor"
SERVER_ERROR: Final = 500
#: More supersteps than a run of the chat has.
MOST_CHECKPOINTS: Final = 1000


class ApiError(Exception):
    """The service refused or could not be reached; the text is for people."""

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True)
class ThreadPage:
    """Some of the threads, newest first, and how many there are."""

    threads: list[Thread]
    total: int


@dataclass(frozen=True, slots=True)
class ApiClient:
    """Calls the service at `base_url` with the caller's own credential headers."""

    base_url: str
    headers: Mapping[str, str]

    async def conversations(self, query: str = "", limit: int = 50) -> ThreadPage:
        """The newest conversations, or those whose title matches."""
        fields = list(Thread.model_fields)
        params: dict[str, Any] = {"limit": limit, "kind": "chat", "select": fields}
        if query:
            params["q"] = query
        response = await self.send("GET", "/threads", params=params)
        items = [Thread.model_validate(item) for item in response.json()]
        return ThreadPage(items, int(response.headers.get("X-Pagination-Total", len(items))))

    async def thread(self, thread_id: str) -> Thread:
        """One thread."""
        return Thread.model_validate((await self.send("GET", f"/threads/{thread_id}")).json())

    async def create_thread(self, title: str) -> Thread:
        """Start a conversation."""
        body = {"metadata": {"title": title}}
        return Thread.model_validate((await self.send("POST", "/threads", json=body)).json())

    async def rename_thread(self, thread_id: str, title: str) -> None:
        """Give a thread another title."""
        body = {"metadata": {"title": title}}
        await self.send("PATCH", f"/threads/{thread_id}", json=body)

    async def delete_thread(self, thread_id: str) -> None:
        """Delete a thread and everything said in it."""
        await self.send("DELETE", f"/threads/{thread_id}")

    async def runs(self, thread_id: str, limit: int = 50) -> list[Run]:
        """The runs of a thread, newest first."""
        params = {"limit": limit}
        response = await self.send("GET", f"/threads/{thread_id}/runs", params=params)
        return [Run.model_validate(item) for item in response.json()]

    async def ask(
        self,
        thread_id: str,
        message: str,
        *,
        checkpoint_id: str = "",
        metadata: Mapping[str, Any] | None = None,
    ) -> Run:
        """Start a run for a message; behind a run that is going on, it waits its turn.

        From a checkpoint it begins another branch.
        """
        body: dict[str, Any] = {
            "assistant_id": CHAT_ASSISTANT,
            "input": {"messages": [{"role": "user", "content": message}]},
            # Nothing in the log but the events that the page shows.
            "stream_mode": ["agent_events"],
            "metadata": dict(metadata or {}),
        }
        if checkpoint_id:
            body["checkpoint"] = {"checkpoint_id": checkpoint_id}
        response = await self.send("POST", f"/threads/{thread_id}/runs", json=body)
        return Run.model_validate(response.json())

    async def run(self, run_id: str) -> Run:
        """One run."""
        return Run.model_validate((await self.send("GET", f"/runs/{run_id}")).json())

    async def checkpoints_of(self, thread_id: str, run_id: str) -> list[dict[str, Any]]:
        """What a run has saved, newest first, without the values."""
        body = {
            "metadata": {"run_id": run_id},
            "limit": MOST_CHECKPOINTS,
            "select": ["metadata", "checkpoint_id", "parent_checkpoint_id"],
        }
        return (await self.send("POST", f"/threads/{thread_id}/history", json=body)).json()

    async def feedback(self, thread_id: str) -> dict[str, Feedback]:
        """What was thought of a thread's runs, by run."""
        given = (await self.send("GET", f"/threads/{thread_id}/feedback")).json()
        return {each["run_id"]: Feedback.model_validate(each) for each in given}

    async def give_feedback(self, run_id: str, score: int, comment: str) -> None:
        """Say what one thinks of a run; 0 takes it back."""
        body = {"score": score, "comment": comment or None}
        await self.send("POST", f"/runs/{run_id}/feedback", json=body)

    async def cancel(self, run_id: str) -> None:
        """Ask a run to stop; its `end` event says when it has."""
        await self.send("POST", f"/runs/{run_id}/cancel")

    async def answer(self, run_id: str, interrupt_id: str, value: Any) -> Run:
        """Answer what an agent asked; the run goes on as a new run of the thread."""
        body = {"answers": {interrupt_id: value}}
        return Run.model_validate(
            (await self.send("POST", f"/runs/{run_id}/resume", json=body)).json()
        )

    async def import_usage(
        self, path: Path, file_name: str, file_format: str = "auto", model: str | None = None
    ) -> UsageImport:
        """Upload a usage export."""
        data = {"format": file_format} | ({"model": model} if model else {})
        with path.open("rb") as content:
            response = await self.send(
                "POST",
                "/usage/imports",
                data=data,
                files={"file": (file_name, content)},
                timeout=UPLOAD_TIMEOUT,
            )
        return UsageImport.model_validate(response.json())

    async def import_sample(self, model: str) -> UsageImport:
        """Import the bundled sample as calls of `model`."""
        response = await self.send(
            "POST", "/usage/imports/sample", json={"model": model}, timeout=UPLOAD_TIMEOUT
        )
        return UsageImport.model_validate(response.json())

    async def usage_imports(self) -> list[UsageImport]:
        """The uploads so far, newest first."""
        response = await self.send("GET", "/usage/imports")
        return [UsageImport.model_validate(item) for item in response.json()]

    async def usage_import(self, import_id: str) -> UsageImport:
        """One upload with its first rejected rows."""
        response = await self.send("GET", f"/usage/imports/{import_id}")
        return UsageImport.model_validate(response.json())

    async def delete_import(self, import_id: str) -> None:
        """Take an upload back with all its rows."""
        await self.send("DELETE", f"/usage/imports/{import_id}")

    async def usage_summary(self) -> dict[str, Any]:
        """Spend by time and dimension, anomalies, charts."""
        return (await self.send("GET", "/usage/summary")).json()

    async def reports(self) -> list[ReportEntry]:
        """The reports, newest first."""
        response = await self.send("GET", "/reports")
        return [ReportEntry.model_validate(item) for item in response.json()]

    async def report(self, report_id: str) -> dict[str, Any]:
        """One report: its content as data and as Markdown."""
        return (await self.send("GET", f"/reports/{report_id}")).json()

    async def connections(self) -> list[Connection]:
        """The connections by name."""
        response = await self.send("GET", "/connections")
        return [Connection.model_validate(item) for item in response.json()]

    async def connection(self, connection_id: str) -> Connection:
        """One connection."""
        response = await self.send("GET", f"/connections/{connection_id}")
        return Connection.model_validate(response.json())

    async def connection_kinds(self) -> list[ConnectionKind]:
        """The kinds of connections that there are."""
        response = await self.send("GET", "/connections/kinds")
        return [ConnectionKind.model_validate(item) for item in response.json()]

    async def add_connection(self, body: Mapping[str, Any]) -> None:
        """Keep credentials."""
        await self.send("POST", "/connections", json=dict(body))

    async def change_connection(self, connection_id: str, body: Mapping[str, Any]) -> None:
        """Change a connection."""
        await self.send("PATCH", f"/connections/{connection_id}", json=dict(body))

    async def delete_connection(self, connection_id: str) -> None:
        """Delete a connection with its credentials."""
        await self.send("DELETE", f"/connections/{connection_id}")

    async def health(self) -> Health:
        """How the service is; a degraded one answers too."""
        return Health.model_validate((await self.send("GET", "/health/ready")).json())

    async def events(self, thread_id: str, after: int = 0) -> AsyncGenerator[EventJson, None]:
        """Every event of a thread after `after`, then the live ones; survives lost connections.

        Ends only when the caller stops; raises ApiError when the thread is not there.
        """
        attempt = 0
        while True:
            try:
                async for event in self._feed(thread_id, after):
                    after = max(after, int(event.get("seq", 0)))
                    attempt = 0
                    yield event
            except httpx.TransportError:
                pass  # Lost: go on behind the last event that was seen.
            await asyncio.sleep(RECONNECT_DELAYS_S[min(attempt, len(RECONNECT_DELAYS_S) - 1)])
            attempt += 1

    async def _feed(self, thread_id: str, after: int) -> AsyncIterator[EventJson]:
        url = f"{self.base_url}/threads/{thread_id}/events"
        headers = {**self.headers, "Accept": "text/event-stream", "Last-Event-ID": str(after)}
        async with (
            httpx.AsyncClient(timeout=FEED_TIMEOUT, trust_env=False) as client,
            client.stream("GET", url, params={"after": after}, headers=headers) as response,
        ):
            if response.status_code < SERVER_ERROR:
                await _refuse(response)
                async for event in sse_events(response.aiter_lines()):
                    yield event

    async def send(self, method: str, path: str, **options: Any) -> httpx.Response:
        """One call; raises ApiError for every answer that is an error."""
        options.setdefault("timeout", TIMEOUT)
        try:
            # A proxy from the environment must never stand between the pages and their server.
            async with httpx.AsyncClient(trust_env=False) as client:
                response = await client.request(
                    method, f"{self.base_url}{path}", headers=dict(self.headers), **options
                )
        except httpx.TimeoutException as error:
            raise ApiError("The service did not answer in time. Try again in a moment.") from error
        except httpx.TransportError as error:
            raise ApiError(
                "The service cannot be reached. Check that it is running, then try again."
            ) from error
        await _refuse(response)
        return response


async def _refuse(response: httpx.Response) -> None:
    """Raise the server's own sentence for an answer that is an error."""
    if not response.is_error:
        return
    await response.aread()
    try:
        detail: Any = response.json().get("detail")
    except (ValueError, AttributeError):
        detail = None
    if not isinstance(detail, str):
        detail = f"The service answered with an error ({response.status_code}). Try again."
    raise ApiError(detail, response.status_code)
