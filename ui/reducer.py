"""Events to transcript, one at a time and pure: live view, reload and replay are the same code."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from ui.event_fields import (
    EventJson,
    duration_of,
    path_of,
    question_text,
    report_id_of,
    run_of,
    usage_of,
    words,
)
from ui.transcript import (
    Answer,
    Failure,
    Interrupt,
    Item,
    Note,
    Part,
    PartKind,
    Question,
    Step,
    StepStatus,
    Transcript,
)

STEP_STATUS: Mapping[str, StepStatus] = {
    "ok": "done",
    "error": "failed",
    "cancelled": "cancelled",
    "interrupted": "waiting",
}


def reduce(state: Transcript, event: EventJson) -> Transcript:
    """The transcript after one more event; a `seq` seen before and unknown types change nothing."""
    seq = int(event.get("seq", 0))
    if seq <= state.seq:
        return state
    handler = HANDLERS.get(str(event.get("type", "")))
    return replace(handler(state, event) if handler else state, seq=seq)


def reduce_all(state: Transcript, events: Iterable[EventJson]) -> Transcript:
    """The transcript after several events."""
    for event in events:
        state = reduce(state, event)
    return state


def _agent_started(state: Transcript, event: EventJson) -> Transcript:
    path, run_id, identifier = path_of(event), run_of(event), str(event["seq"])
    parent = _open_step(state, run_id, path[:-1])
    step = Step(
        id=identifier,
        run_id=run_id,
        path=path,
        kind="agent",
        title=str(event.get("title") or event.get("agent") or "Agent"),
        parent_id=parent.id if parent else None,
        started_at=str(event.get("at", "")),
        item=str(event["item"]) if event.get("item") else None,
    )
    if len(path) > 1:
        state = _without_asides(state, run_id)
        return replace(state, items=(*state.items, step))
    items = state.items
    if not any(isinstance(i, Question) and i.run_id == run_id for i in items):
        question = question_text(event.get("input"))
        items = (*items, Question(f"question-{identifier}", run_id, question))
    state = replace(state, items=(*items, step))
    if state.is_running and run_id != state.run_id:
        return state  # A queued run that is ended before its turn, see `_end`.
    return replace(
        state,
        interrupts=(),
        run_id=run_id,
        started_at=step.started_at,
        end_status=None,
    )


def _agent_thinking(state: Transcript, event: EventJson) -> Transcript:
    if event.get("model"):
        state = replace(state, model=str(event["model"]))
    if event.get("kind") == "thought":
        return _thought(state, event)
    if event.get("channel") == "answer":
        return _answer_delta(state, event)
    return _part_delta(state, event, "reasoning")


def _tool_executing(state: Transcript, event: EventJson) -> Transcript:
    run_id, call_id = run_of(event), str(event.get("call_id"))
    state = _without_asides(state, run_id)
    parent = _open_step(state, run_id, path_of(event))
    step = Step(
        id=str(event["seq"]),
        run_id=run_id,
        path=path_of(event),
        kind="tool",
        title=words(str(event.get("tool", "tool"))),
        parent_id=parent.id if parent else None,
        call_id=call_id,
        started_at=str(event.get("at", "")),
        args=event.get("args"),
    )
    earlier = _call(state, run_id, call_id)
    if earlier:  # The node ran again after a crash: the call is the same one.
        return _replace_item(state, earlier, replace(step, id=earlier.id))
    return replace(state, items=(*state.items, step))


def _tool_completed(state: Transcript, event: EventJson) -> Transcript:
    step = _call(state, run_of(event), str(event.get("call_id")))
    if step is None:
        return state
    error = event.get("error")
    done = replace(
        step,
        status="failed" if event.get("status") == "error" else "done",
        duration_ms=duration_of(event),
        result=event.get("result"),
        error=str(error) if error else None,
    )
    state = _replace_item(state, step, done)
    report_id = report_id_of(event.get("result"))
    return replace(state, report_id=report_id) if report_id else state


def _agent_completed(state: Transcript, event: EventJson) -> Transcript:
    step = _open_step(state, run_of(event), path_of(event))
    if step is None:
        return state
    done = replace(
        step,
        status=STEP_STATUS.get(str(event.get("status")), "done"),
        duration_ms=duration_of(event),
        result=event.get("result"),
        usage=usage_of(event.get("usage")),
    )
    return _replace_item(state, step, done)


def _interrupt(state: Transcript, event: EventJson) -> Transcript:
    identifier = str(event.get("id"))
    # Interrupts come at the end of a run; the innermost open agent is the one that asks.
    waiting = [
        step.title
        for step in state.items
        if isinstance(step, Step) and step.kind == "agent" and step.status == "pending"
    ]
    asked = Interrupt(
        id=identifier,
        run_id=run_of(event),
        asked_by=waiting[-1] if waiting else "The assistant",
        value=event.get("value"),
        response_schema=event.get("response_schema"),
    )
    others = tuple(i for i in state.interrupts if i.id != identifier)
    return replace(state, interrupts=(*others, asked))


def _error(state: Transcript, event: EventJson) -> Transcript:
    text = str(event.get("message") or event.get("error") or "The run failed.")
    return replace(
        state, items=(*state.items, Failure(f"failure-{event['seq']}", run_of(event), text))
    )


def _end(state: Transcript, event: EventJson) -> Transcript:
    run_id, status = run_of(event), str(event.get("status"))
    ended = state.ended_runs | {run_id}
    if state.is_running and run_id != state.run_id:
        # Cancelled while it waited for the run that is going on: it never did anything.
        items = tuple(item for item in state.items if item.run_id != run_id)
        return replace(state, items=items, ended_runs=ended)
    items = state.items
    if status in ("cancelled", "timeout"):
        words = "Stopped." if status == "cancelled" else "Stopped: the run took too long."
        items = (*items, Note(f"end-{event['seq']}", run_id, words))
    return replace(state, items=items, run_id=run_id, end_status=status, ended_runs=ended)


def _resumed(state: Transcript, event: EventJson) -> Transcript:
    note = Note(f"note-{event['seq']}", run_of(event), "Continued after a restart.")
    return replace(state, items=(*state.items, note))


def _gap(state: Transcript, event: EventJson) -> Transcript:
    note = Note(f"note-{event['seq']}", run_of(event), "Older events are no longer kept.")
    return replace(state, items=(*state.items, note))


def _thought(state: Transcript, event: EventJson) -> Transcript:
    key = str(event.get("message_id") or event["seq"])
    answer = _answer(state, run_of(event), key)
    if answer:  # What streamed as an answer turned out to be thinking aloud.
        state = replace(state, items=tuple(i for i in state.items if i is not answer))
    return _set_part(state, event, Part(key, "thought", str(event.get("text", ""))))


def _answer_delta(state: Transcript, event: EventJson) -> Transcript:
    key, run_id = str(event.get("message_id")), run_of(event)
    step = _open_step(state, run_id, path_of(event))
    if step is None:
        return state
    if any(part.key == f"{key}/answer" for part in step.parts):
        return _part_delta(state, event, "answer")
    model = str(event["model"]) if event.get("model") else None
    known = _answer(state, run_id, key)
    if known:
        changed = replace(known, text=_spliced(known.text, event), model=model or known.model)
        return _replace_item(state, known, changed)
    answer = Answer(key, run_id, step.id, model, _spliced("", event))
    return replace(state, items=(*state.items, answer))


def _part_delta(state: Transcript, event: EventJson, kind: PartKind) -> Transcript:
    step = _open_step(state, run_of(event), path_of(event))
    key = f"{event.get('message_id')}/{kind}"
    known = next((p for p in step.parts if p.key == key), None) if step else None
    return _set_part(state, event, Part(key, kind, _spliced(known.text if known else "", event)))


def _without_asides(state: Transcript, run_id: str) -> Transcript:
    """Move a run's answers into their agents' steps: more work follows, so none was the last."""
    for answer in [i for i in state.items if isinstance(i, Answer) and i.run_id == run_id]:
        items = tuple(i for i in state.items if i is not answer)
        state = replace(state, items=items)
        step = next((i for i in items if isinstance(i, Step) and i.id == answer.step_id), None)
        if step and answer.text:
            part = Part(f"{answer.id}/answer", "answer", answer.text)
            state = _replace_item(state, step, replace(step, parts=(*step.parts, part)))
    return state


def _answer(state: Transcript, run_id: str, key: str) -> Answer | None:
    for item in state.items:
        if isinstance(item, Answer) and item.id == key and item.run_id == run_id:
            return item
    return None


def _set_part(state: Transcript, event: EventJson, part: Part) -> Transcript:
    """Put a part into the open step of the event's path, replacing the one with its key."""
    step = _open_step(state, run_of(event), path_of(event))
    if step is None:
        return state
    # A whole thought also supersedes what streamed under the same message id.
    superseded = {part.key, f"{part.key}/answer"} if part.kind == "thought" else {part.key}
    parts = list(step.parts)
    position = next((n for n, p in enumerate(parts) if p.key in superseded), len(parts))
    parts = [p for p in parts if p.key not in superseded]
    parts.insert(position, part)
    return _replace_item(state, step, replace(step, parts=tuple(parts)))


def _spliced(text: str, event: EventJson) -> str:
    offset = event.get("offset")
    kept = text if offset is None else text[: int(offset)]
    return kept + str(event.get("text", ""))


def _replace_item(state: Transcript, old: Item, new: Item) -> Transcript:
    return replace(state, items=tuple(new if i is old else i for i in state.items))


def _open_step(state: Transcript, run_id: str, path: tuple[str, ...]) -> Step | None:
    for item in reversed(state.items):
        if not isinstance(item, Step) or item.kind != "agent" or item.status != "pending":
            continue
        if item.run_id == run_id and item.path == path:
            return item
    return None


def _call(state: Transcript, run_id: str, call_id: str) -> Step | None:
    for item in reversed(state.items):
        if isinstance(item, Step) and item.call_id == call_id and item.run_id == run_id:
            return item
    return None


HANDLERS: Mapping[str, Callable[[Transcript, EventJson], Transcript]] = {
    "agent_started": _agent_started,
    "agent_thinking": _agent_thinking,
    "tool_executing": _tool_executing,
    "tool_completed": _tool_completed,
    "agent_completed": _agent_completed,
    "interrupt": _interrupt,
    "error": _error,
    "end": _end,
    "resumed": _resumed,
    "gap": _gap,
}
