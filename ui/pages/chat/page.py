"""The chat page: conversations, the live log of one, its questions and its report."""

from typing import Final

import gradio as gr

from ui.markup import live, skeleton
from ui.pages.chat import views
from ui.pages.chat.handlers import ChatHandlers
from ui.pages.chat.interrupt_form import interrupt_forms
from ui.pages.chat.painting import NEW_TITLE, ChatParts, FollowRequest, Tab
from ui.pages.chat.thread_views import thread_tools
from ui.pages.shell import QUIET, menu_button, places

USAGE_FILES: Final = [".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".gz"]
#: Streams at the same time; the default of one would make them wait for each other.
FOLLOWERS: Final = 100
TAKE_ZONE: Final = "(tab) => [tab, Intl.DateTimeFormat().resolvedOptions().timeZone]"
TAKE_MESSAGE: Final = "(message) => [message, { text: '', files: [] }]"


def build_chat(blocks: gr.Blocks, api_url: str, root: str) -> None:
    """Lay the page out and wire it; called inside `blocks`."""
    parts = _layout(api_url, root)
    handlers = ChatHandlers(api_url, parts)
    tab = gr.State(Tab())
    everything = [
        getattr(parts, name) for name in ChatParts.__dataclass_fields__ if name != "composer"
    ]
    parts.request.change(
        handlers.follow,
        inputs=[parts.request, tab],
        outputs=everything,
        trigger_mode="multiple",
        concurrency_limit=FOLLOWERS,
        **QUIET,
    )
    sent = gr.MultimodalTextbox(visible="hidden", file_count="multiple")
    # Emptied in the browser at once: what is typed next must not be lost to a late answer.
    parts.composer.submit(
        None,
        inputs=[parts.composer],
        outputs=[sent, parts.composer],
        js=TAKE_MESSAGE,
        trigger_mode="multiple",
        **QUIET,
    ).then(
        handlers.send,
        inputs=[sent, parts.request, parts.interrupts],
        outputs=[parts.composer, parts.tray, parts.request],
        trigger_mode="multiple",
        concurrency_limit=FOLLOWERS,
        **QUIET,
    )
    live_blocks = (
        parts.tools,
        parts.threads,
        parts.empty,
        parts.earlier,
        parts.queue,
        parts.status,
        parts.tray,
        parts.turns,
    )
    for block in live_blocks:
        block.action(
            handlers.act,
            inputs=[parts.request, tab],
            outputs=[parts.request, parts.threads, parts.tray],
            trigger_mode="multiple",
            concurrency_limit=FOLLOWERS,
            **QUIET,
        )
    zone = gr.Textbox(visible="hidden")
    blocks.load(
        handlers.load,
        inputs=[tab, zone],
        js=TAKE_ZONE,
        outputs=[parts.tools, parts.threads, parts.foot, parts.request],
        **QUIET,
    )


def _layout(api_url: str, root: str) -> ChatParts:
    request, interrupts = gr.State(FollowRequest()), gr.State(())
    with gr.Row(elem_classes="gp-shell"):
        with gr.Column(elem_classes="gp-side"):
            places("Chat", root)
            tools = live(thread_tools(), name="gp-thread-tools")
            threads = live(skeleton(4), name="gp-thread-list")
            foot = live(name="gp-foot")
        with gr.Column(elem_classes="gp-main"):
            head = live(views.heading(NEW_TITLE, menu_button()), name="gp-head")
            empty = live(name="gp-empty")
            earlier = live(name="gp-earlier")
            turns = live(name="gp-turns")
            chat = gr.Chatbot(
                elem_id="gp-chat",
                show_label=False,
                label="Conversation",
                container=False,
                height="100%",
                layout="panel",
                buttons=[],
                feedback_options=None,
                group_consecutive_messages=False,
                latex_delimiters=[],
                sanitize_html=True,
            )
            with gr.Column(elem_classes="gp-dock"):
                interrupt_forms(api_url, request, interrupts)
                queue = live(name="gp-queue")
                status = live(name="gp-status")
                tray = live(name="gp-tray")
                composer = gr.MultimodalTextbox(
                    elem_id="gp-composer",
                    show_label=False,
                    label="Message",
                    placeholder="Ask about your AI costs, or attach a usage export",
                    file_types=USAGE_FILES,
                    file_count="multiple",
                    sources=["upload"],
                    container=False,
                    max_plain_text_length=20_000,
                    autofocus=True,
                )
        with gr.Column(elem_classes="gp-panel"):
            panel = live(name="gp-report")
    return ChatParts(
        request=request,
        interrupts=interrupts,
        tools=tools,
        threads=threads,
        foot=foot,
        head=head,
        empty=empty,
        earlier=earlier,
        chat=chat,
        queue=queue,
        status=status,
        tray=tray,
        composer=composer,
        panel=panel,
        turns=turns,
    )
