"""Following a thread: its log and its runs, as one snapshot after another until it rests."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from typing import Any, Final, cast

from ui.api_client import ApiClient
from ui.api_models import Run, Thread
from ui.batches import batches
from ui.event_fields import answer_text, question_text
from ui.reducer import reduce_all
from ui.transcript import Transcript

#: How long a feed may be silent before the runs are looked at again.
QUIET_S: Final = 2.0


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A thread at one moment."""

    thread: Thread
    state: Transcript = field(default_factory=Transcript)
    #: Newest first.
    runs: tuple[Run, ...] = ()

    @property
    def questions(self) -> dict[str, str]:
        """The full text of what was asked, by run."""
        texts = {run.run_id: asked_text(run) for run in self.runs}
        return {run_id: text for run_id, text in texts.items() if text}

    @property
    def is_at_rest(self) -> bool:
        """Nothing is going on or waiting its turn, and the log has been read to its end."""
        if any(run.is_open for run in self.runs) or self.state.is_running:
            return False
        # Runs that were cancelled before they began have nothing in the log.
        return not self.runs or self.state.end_status is not None

    @property
    def newest_question(self) -> str:
        """What was asked last."""
        texts = (question_text(run.kwargs.get("input")) for run in self.runs)
        return next((text for text in texts if text), "")


def asked_text(run: Run) -> str:
    """What a person said to start a run: a message, or the answer to a question."""
    if text := question_text(run.kwargs.get("input")):
        return text
    command: Any = run.kwargs.get("command")
    answers: Any = cast(dict[str, Any], command).get("resume") if command else None
    if not isinstance(answers, dict):
        return ""
    return "\n\n".join(answer_text(value) for value in cast(dict[str, Any], answers).values())


async def snapshots(client: ApiClient, thread_id: str) -> AsyncIterator[Snapshot]:
    """The thread now and after every change, until it rests; raises ApiError when it is gone."""
    runs = tuple(await client.runs(thread_id))
    shown = Snapshot(await client.thread(thread_id), runs=runs)
    if not runs:
        yield shown
        return
    events = client.events(thread_id)
    changes = batches(events, QUIET_S)
    try:
        async for batch in changes:
            state = reduce_all(shown.state, batch)
            shown = replace(shown, state=state)
            if not batch or _runs_changed(shown):
                shown = replace(
                    shown,
                    runs=tuple(await client.runs(thread_id)),
                    thread=await client.thread(thread_id),
                )
            yield shown
            if shown.is_at_rest and (not batch or _has_every_end(shown)):
                return
    finally:
        await changes.aclose()
        await events.aclose()


def _runs_changed(shown: Snapshot) -> bool:
    """A run began or ended that the list of runs does not know as such yet."""
    known = {run.run_id: run.is_open for run in shown.runs}
    state = shown.state
    if state.run_id is None:
        return False
    pending = {run.run_id for run in shown.runs if run.status == "pending"}
    began = state.run_id not in known or state.run_id in pending
    ended = state.end_status is not None and known.get(state.run_id, True)
    return began or ended


def _has_every_end(shown: Snapshot) -> bool:
    return {run.run_id for run in shown.runs} <= shown.state.ended_runs
