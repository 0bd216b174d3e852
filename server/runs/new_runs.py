"""The rows that requests become."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

from domain.runs import Run, Thread
from graphs.stream_parts import short_input
from server.runs.answers import checked_answers, resumed_answers
from server.runs.requests import RunRequest
from storage.runs import NewRun

#: How much of the first question becomes a thread's title.
_TITLE_CHARS = 60

#: What nobody waits for goes after what somebody does.
_BACKGROUND = -1


def new_run(thread_id: UUID, request: RunRequest, whose: tuple[str, str]) -> NewRun:
    """The run to write; `whose` are the ids of assistant and graph."""
    title = _title(request.input)
    return NewRun(
        run_id=request.new_run_id or uuid4(),
        thread_id=thread_id,
        assistant_id=whose[0],
        graph_id=whose[1],
        kwargs=request.kwargs(),
        metadata=dict(request.metadata),
        thread_metadata={**({"title": title} if title else {}), **request.thread_metadata},
        multitask_strategy=request.multitask_strategy,
        priority=_BACKGROUND if request.is_background else 0,
        after_s=request.after_s,
    )


def resumed_run(run: Run, answers: Mapping[str, Any]) -> NewRun:
    """The run that goes on where another has paused."""
    request = RunRequest(
        assistant_id=run.assistant_id,
        command={"resume": dict(answers)},
        config=run.kwargs.get("config") or {},
        context=run.kwargs.get("context"),
        metadata=run.metadata,
    )
    return new_run(run.thread_id, request, (run.assistant_id, run.graph_id))


def with_answers(thread: Thread, request: RunRequest) -> RunRequest:
    """The request with its answers by id, checked against what the thread asks."""
    command = dict(request.command or {})
    answers = resumed_answers(thread.interrupts, command["resume"])
    command["resume"] = checked_answers(thread.interrupts, answers)
    return replace(request, command=command)


def _title(values: Any) -> str | None:
    text = short_input(values)
    if not text:
        return None
    line = " ".join(text.split())
    return line if len(line) <= _TITLE_CHARS else line[: _TITLE_CHARS - 1].rstrip() + "…"
