"""How runs are answered to LangGraph's clients: as they are, as streams, and as results."""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from functools import partial
from typing import Final
from urllib.parse import urlencode
from uuid import UUID, uuid4

from fastapi import HTTPException

from domain.errors import NotFound
from domain.identity import UserContext
from domain.runs import Run
from graphs.stream_rows import RESULT
from server.live_response import Liveness, LiveResponse
from server.protocol.frames import ModeFilter, checked_modes
from server.protocol.readers import RunPlace, Start, run_reader, run_start
from server.protocol.requests import RunBody
from server.protocol.results import Results
from server.runs.refusals import refuse_workflows
from server.services import Services
from server.sse import event_response

#: How often a silent answer shows that it lives, seconds: clients learn from it how long a silence
#: may be.
SILENCE_S: Final = 5.0


class RunAnswers:
    """Starts runs for one user and answers what became of them."""

    def __init__(self, services: Services, user: UserContext) -> None:
        self._services = services
        self._user = user
        self._results = Results(services.feed, services.events, services.threads)

    async def start(
        self, body: RunBody, thread_id: UUID | None, modes: list[str]
    ) -> tuple[Run, int]:
        """Start a run; also the number behind which all is that it will say."""
        if body.webhook is not None:
            raise HTTPException(
                501, "Webhooks of runs are not there yet. Leave out `webhook` and wait for the run."
            )
        if body.has_two_contexts:
            raise HTTPException(
                400, "Send either `context` or `config.configurable`, not both: they are one."
            )
        if thread_id is None and body.resumes:
            raise HTTPException(
                400, "A run without a thread has nothing to answer. Resume the run's own thread."
            )
        request = body.request(thread_id, modes)
        if not body.resumes:
            forked = thread_id if request.checkpoint else None
            await refuse_workflows(self._services, self._user, body.assistant_id, forked)
        if thread_id:
            # Before the run can write.
            after = await self._services.events.head(thread_id)
        else:
            after, new_thread_id = 0, uuid4()
            request = request.on_new_thread(new_thread_id)
            self._services.feed.expect(new_thread_id)
        return await self._services.manager.start(self._user, request), after

    async def found(self, run_id: UUID, thread_id: UUID | None = None) -> Run:
        """A run of the user, on this thread if one is given; raises `NotFound`."""
        run = await self._services.runs.get(self._user, run_id)
        if thread_id and run.thread_id != thread_id:
            raise NotFound("run", str(run_id))
        return run

    async def stream_new(self, body: RunBody, thread_id: UUID | None) -> LiveResponse:
        """Start a run and stream it."""
        modes = body.modes()
        run, after = await self.start(body, thread_id, modes)
        content = self._read(run, Start(after), modes)
        return self._stream(run, modes, content, depends=body.on_disconnect == "cancel")

    async def stream(
        self, run: Run, modes: Sequence[str], last_event_id: str | None, *, depends: bool
    ) -> LiveResponse:
        """Stream a run from where its reader stands; no modes are those of its creation."""
        place = RunPlace(run.thread_id, run.run_id)
        await self._returned(run)
        start = await run_start(self._services.events, place, last_event_id)
        wanted = checked_modes(modes) or creation_modes(run)
        return self._stream(run, wanted, self._read(run, start, wanted), depends=depends)

    async def wait_new(self, body: RunBody, thread_id: UUID | None) -> LiveResponse:
        """Start a run and wait for its result."""
        # Nobody streams it, unless it is asked for.
        run, after = await self.start(body, thread_id, body.modes(default=()))
        return self._wait(run, after, depends=body.on_disconnect == "cancel")

    async def join(self, run: Run, *, depends: bool) -> LiveResponse:
        """Wait for the result of a run."""
        await self._returned(run)
        return self._wait(run, await self.before_end(run), depends=depends)

    async def before_end(self, run: Run) -> int:
        """A number behind which the run's end lies, whenever it comes."""
        head = await self._services.events.head(run.thread_id)
        end = await self._services.events.end_of_run(run.thread_id, run.run_id)
        return end.seq - 1 if end else head

    def result(self, run: Run, after: int) -> LiveResponse:
        """The result of a run whose end lies behind `after`."""
        return self._wait(run, after, depends=False)

    def _read(self, run: Run, start: Start, modes: Sequence[str]) -> AsyncGenerator[bytes]:
        place = RunPlace(run.thread_id, run.run_id)
        return run_reader(self._services.feed, place, start, ModeFilter(frozenset(modes)))

    def _stream(
        self, run: Run, modes: Sequence[str], content: AsyncGenerator[bytes], *, depends: bool
    ) -> LiveResponse:
        query = urlencode([("stream_mode", mode) for mode in modes])
        headers = {
            **content_location(run),
            "Location": f"{path_of(run)}/stream" + (f"?{query}" if query else ""),
        }
        content, left = self._dependent(run, content, depends=depends)
        return event_response(content, self._services.stopping, SILENCE_S, headers, left)

    def _wait(self, run: Run, after: int, *, depends: bool) -> LiveResponse:
        headers = {**content_location(run), "Location": f"{path_of(run)}/join"}
        content = self._results.wait(self._user, RunPlace(run.thread_id, run.run_id), after)
        content, left = self._dependent(run, content, depends=depends)
        # Readers of JSON skip the space before it.
        liveness = Liveness(self._services.stopping, SILENCE_S, b"\n")
        return LiveResponse(content, liveness, "application/json", headers, left)

    def _dependent(
        self, run: Run, content: AsyncGenerator[bytes], *, depends: bool
    ) -> tuple[AsyncGenerator[bytes], Callable[[], None] | None]:
        if not depends:
            return content, None
        departures = self._services.departures
        left = partial(departures.left, self._user, run.run_id)
        return departures.followed(run.run_id, content), left

    async def _returned(self, run: Run) -> None:
        if run.is_open and run.kwargs.get("on_disconnect") == "cancel":
            await self._services.departures.returned(run.run_id)


def path_of(run: Run) -> str:
    """Where a run is."""
    return f"/threads/{run.thread_id}/runs/{run.run_id}"


def content_location(run: Run) -> Mapping[str, str]:
    """The header by which clients learn of a run's ids."""
    return {"Content-Location": path_of(run)}


def creation_modes(run: Run) -> list[str]:
    """The stream modes that a run was made with."""
    return [mode for mode in run.kwargs.get("stream_mode") or () if mode != RESULT]
