"""The Runs page: all that ran, and the trace of one run."""

from typing import Any, Final

import gradio as gr

from ui.markup import heading, live, skeleton
from ui.pages import shell
from ui.pages.chat.interrupt_form import interrupt_forms
from ui.pages.chat.painting import FollowRequest
from ui.pages.runs.handlers import RunsHandlers, RunsParts, Tab, Wanted
from ui.pages.shell import QUIET

#: Streams at the same time; the default of one would make them wait for each other.
FOLLOWERS: Final = 100


def build_runs(blocks: gr.Blocks, api_url: str, root: str) -> None:
    """Lay the page out and wire it; called inside `blocks`."""
    request, answered, questions = gr.State(Wanted()), gr.State(FollowRequest()), gr.State(())
    tab = gr.State(Tab())
    with shell.page("Runs", root, heading("Runs", "…", shell.menu_button())) as frame:
        said = live(name="gp-said")
        top = live(name="gp-runs-top")
        with gr.Column(elem_classes="gp-runs-questions"):
            interrupt_forms(api_url, answered, questions)
        body = live(skeleton(8), name="gp-runs-body")
    parts = RunsParts(request, answered, questions, frame.foot, frame.head, said, top, body)
    handlers = RunsHandlers(api_url, parts)
    many: dict[str, Any] = {"trigger_mode": "multiple", "concurrency_limit": FOLLOWERS, **QUIET}
    request.change(
        handlers.follow,
        inputs=[request, tab],
        outputs=[parts.head, parts.top, parts.body, questions, answered],
        **many,
    )
    answered.change(handlers.answer, inputs=[answered, request], outputs=[said, request], **many)
    for block in (parts.head, parts.top, parts.body):
        block.action(handlers.act, inputs=[request, tab], outputs=[said, request], **many)
    blocks.load(handlers.load, outputs=[parts.foot, request], **QUIET)
