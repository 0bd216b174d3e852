"""From a thread's snapshot to what the chat page's components show."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import gradio as gr

from ui.api_models import Feedback
from ui.branches import branches_of, on_branch
from ui.following import Snapshot
from ui.messages import WINDOW, hidden_count, messages
from ui.pages.chat import views
from ui.pages.chat.turns import last_answers, mark_of, turns_html
from ui.pages.shell import Update, menu_button

NEW_TITLE: Final = "New conversation"
#: How many conversations are listed at first, and how many more at a time.
LISTED: Final = 50


@dataclass(frozen=True, slots=True)
class FollowRequest:
    """Which thread to show (none: the empty state) and how much of it."""

    thread_id: str = ""
    window: int = WINDOW
    #: A run whose branch to show; none is the newest.
    branch: str = ""
    #: Two requests for the same thread are still two requests.
    nonce: str = ""


class Tab:
    """What a browser tab shows: one of these a tab, shared by all its handlers and streams."""

    def __init__(self) -> None:
        #: The newest `FollowRequest`'s nonce; streams of older ones stop.
        self.nonce = ""
        #: What the list of conversations is narrowed to.
        self.search = ""
        #: How many conversations are listed at most.
        self.listed = LISTED
        #: The reader's time zone, as the browser names it.
        self.zone = ""


@dataclass(frozen=True, slots=True)
class ChatParts:
    """The components that handlers write to."""

    request: gr.State
    interrupts: gr.State
    tools: gr.HTML
    threads: gr.HTML
    foot: gr.HTML
    head: gr.HTML
    empty: gr.HTML
    earlier: gr.HTML
    chat: gr.Chatbot
    queue: gr.HTML
    status: gr.HTML
    tray: gr.HTML
    composer: gr.MultimodalTextbox
    panel: gr.HTML
    turns: gr.HTML


def blank(parts: ChatParts) -> Update:
    """The page without a thread."""
    return {
        parts.head: views.heading(NEW_TITLE, menu_button(), thread_id=""),
        parts.empty: views.empty_state(),
        parts.earlier: "",
        parts.chat: [],
        parts.queue: "",
        parts.status: "",
        parts.panel: "",
        parts.interrupts: (),
        parts.turns: "",
    }


class Painter:
    """Turns snapshots of one thread into updates, each with only what has changed."""

    def __init__(self, parts: ChatParts, wanted: FollowRequest) -> None:
        self._parts = parts
        self._window = wanted.window
        self._branch = wanted.branch
        #: What was thought of the runs.
        self.feedback: Mapping[str, Feedback] = {}
        self._painted: Update = {}
        self._report_id: str | None = None
        #: The report that came up with the last snapshot, if a new one did.
        self.newly_reported: str | None = None

    def paint(self, snapshot: Snapshot) -> Update:
        """What has to change for the page to show the snapshot."""
        wanted, report_id = self._wanted(snapshot)
        update = {
            part: value
            for part, value in wanted.items()
            if part not in self._painted or self._painted[part] != value
        }
        if not report_id and (self._report_id or not self._painted):
            update[self._parts.panel] = ""
        self.newly_reported = report_id if report_id != self._report_id else None
        self._painted, self._report_id = wanted, report_id
        return update

    def _wanted(self, snapshot: Snapshot) -> tuple[Update, str | None]:
        """What the parts show, and the report beside them."""
        parts = self._parts
        branches = branches_of(snapshot.runs)
        # What goes on is always shown.
        is_newest = not snapshot.is_at_rest or not self._branch
        leaf = branches.leaf("" if is_newest else self._branch)
        is_newest = leaf == branches.leaf("")
        state = on_branch(snapshot.state, branches, leaf)
        ends = last_answers(state)
        log = messages(state, self._window, snapshot.questions, lambda item: mark_of(item, ends))
        if not state.items:  # Asked, and not begun yet.
            log = [{"role": "user", "content": text} for text in _asked(snapshot)]
        status = views.status_line(state, snapshot.runs)
        if not status and is_newest and state.end_status in ("error", "timeout"):
            status = views.retry_line(snapshot.newest_question)
        update: Update = {
            parts.head: views.heading(
                snapshot.thread.title,
                menu_button(),
                thread_id=snapshot.thread.thread_id,
                branch="" if is_newest else leaf,
                has_report=bool(state.report_id),
            ),
            parts.empty: "" if log or snapshot.runs else views.empty_state(),
            parts.earlier: views.earlier(hidden_count(state, self._window)),
            parts.chat: log,
            parts.queue: views.queue_list(state, snapshot.runs),
            parts.status: status,
            parts.interrupts: state.interrupts if snapshot.is_at_rest and is_newest else (),
            parts.turns: turns_html(snapshot, branches, branches.path(leaf), self.feedback),
        }
        return update, state.report_id


def _asked(snapshot: Snapshot) -> list[str]:
    waiting = [run for run in snapshot.runs if run.is_open]
    return [snapshot.questions.get(waiting[-1].run_id, "")] if waiting else []
