"""A transcript as the chat's messages: plain dicts, newest last, folded to a window."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, NotRequired, TypedDict

from ui.transcript import Answer, Failure, Item, Note, Part, Question, Step, Transcript

#: More messages than this make the browser slower than the feed (every update repaints all).
WINDOW: Final = 60
#: Characters of a tool's arguments or result shown in the log; the report shows the rest.
PREVIEW_CHARACTERS: Final = 1_600

STATUS_WORDS: Mapping[str, str] = {
    "failed": "failed",
    "cancelled": "stopped",
    "waiting": "asked you",
}


class StepMetadata(TypedDict):
    """What makes a chat message a step: its title, place in the tree, state and seconds.

    `pending` is shown open and turning, `done` closed, and a step without a status open.
    """

    title: str
    id: str
    status: NotRequired[str]
    parent_id: NotRequired[str]
    duration: NotRequired[float]


class ChatMessage(TypedDict):
    """One message as the chat component takes it."""

    role: str
    content: str
    metadata: NotRequired[StepMetadata]


def messages(
    state: Transcript,
    window: int = WINDOW,
    questions: Mapping[str, str] | None = None,
    mark: Callable[[Item], str] = lambda _: "",
) -> list[ChatMessage]:
    """The last `window` messages; `questions` holds the full text of what was asked, by run.

    `mark` says what stands before an item's text.
    """
    items = folded(state, window)[-window:]
    shown = {item.id for item in items}
    made: list[ChatMessage] = []
    for item in items:
        if message := _message(item, shown, questions or {}):
            made.append({**message, "content": mark(item) + message["content"]})
    _leave_open(made, items, state.run_id)
    return made


def _leave_open(made: list[ChatMessage], items: Sequence[Item], run_id: str | None) -> None:
    """Keep the newest run's own step open, so that one still sees who handed over to whom."""
    roots = {
        item.id
        for item in items
        if isinstance(item, Step) and item.parent_id is None and item.run_id == run_id
    }
    for message in made:
        step = message.get("metadata")
        if step and step["id"] in roots and step.get("status") == "done":
            del step["status"]


def hidden_count(state: Transcript, window: int = WINDOW) -> int:
    """How many messages stand before the window."""
    return max(0, len(folded(state, window)) - window)


def folded(state: Transcript, window: int) -> list[Item]:
    """All items; when they exceed the window, steps of older finished runs become one each."""
    items = [item for item in state.items if not _is_empty(item)]
    for run_id in _older_runs(items, state):
        if len(items) <= window:
            break
        steps = [i for i in items if isinstance(i, Step) and i.run_id == run_id]
        inner = [step for step in steps if step.parent_id is not None]
        if not inner:
            continue
        summary = Part("folded", "thought", f"{len(inner)} steps, folded to keep the page quick.")
        items = [
            _with_part(item, summary) if item in steps else item
            for item in items
            if item not in inner
        ]
    return items


def _older_runs(items: Sequence[Item], state: Transcript) -> Iterator[str]:
    for run_id in dict.fromkeys(item.run_id for item in items):
        if run_id != state.run_id and run_id in state.ended_runs:
            yield run_id


def _with_part(item: Item, part: Part) -> Item:
    return replace(item, parts=(part,)) if isinstance(item, Step) else item


def _is_empty(item: Item) -> bool:
    return isinstance(item, Answer) and not item.text.strip()


def _message(item: Item, shown: set[str], questions: Mapping[str, str]) -> ChatMessage | None:
    match item:
        case Question():
            asked = questions.get(item.run_id) or item.text
            return {"role": "user", "content": asked} if asked else None
        case Answer():
            return {"role": "assistant", "content": item.text}
        case Note():
            return {"role": "assistant", "content": f'<span class="gp-note">{item.text}</span>'}
        case Failure():
            return {"role": "assistant", "content": f"**This did not work.** {item.text}"}
        case Step():
            return _step(item, shown)


def _step(step: Step, shown: set[str]) -> ChatMessage:
    metadata: StepMetadata = {
        "title": step_title(step),
        "id": step.id,
        "status": "pending" if step.status == "pending" else "done",
    }
    if step.parent_id is not None and step.parent_id in shown:
        metadata["parent_id"] = step.parent_id
    if step.duration_ms is not None:
        metadata["duration"] = round(step.duration_ms / 1000, 2)
    body = _call_body(step) if step.kind == "tool" else _agent_body(step)
    return {"role": "assistant", "content": body, "metadata": metadata}


def step_title(step: Step) -> str:
    """The step's name, and in words how it ended unless it simply did."""
    words = STATUS_WORDS.get(step.status)
    return f"{step.title} · {words}" if words else step.title


def _agent_body(step: Step) -> str:
    texts = [part.text.strip() for part in step.parts if part.text.strip()]
    if step.usage:
        tokens = step.usage.input_tokens + step.usage.output_tokens
        texts.append(f'<span class="gp-note">{step.usage.model} · {tokens:,} tokens</span>')
    return "\n\n".join(texts)


def _call_body(step: Step) -> str:
    blocks: list[str] = []
    if step.args:
        blocks.append(f"Asked with\n{_fenced(step.args)}")
    if step.error:
        blocks.append(f"**Failed.** {step.error}")
    elif step.result not in (None, ""):
        blocks.append(f"Answered\n{_fenced(step.result)}")
    return "\n\n".join(blocks)


def _fenced(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)
    if isinstance(value, str):
        try:
            text = json.dumps(json.loads(value), indent=2, ensure_ascii=False)
        except json.JSONDecodeError:
            text = value
    if len(text) > PREVIEW_CHARACTERS:
        text = text[:PREVIEW_CHARACTERS].rstrip() + "\n…"
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}json\n{text}\n{fence}"
