"""The Workflows page."""

import gradio as gr

from ui.callers import client_for
from ui.markup import heading, live, skeleton
from ui.pages import shell
from ui.pages.shell import QUIET, Update


def build_workflows(blocks: gr.Blocks, api_url: str, root: str) -> None:
    """Lay the page out and wire it; called inside `blocks`."""
    with shell.page("Workflows", root, heading("Workflows", "…", shell.menu_button())) as frame:
        entries = live(skeleton(6), name="gp-entries")

    async def load(request: gr.Request) -> Update:
        return {frame.foot: await shell.foot(client_for(api_url, request)), entries: ""}

    blocks.load(load, outputs=[frame.foot, entries], **QUIET)
