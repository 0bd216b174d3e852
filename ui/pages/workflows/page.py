"""The Workflows page: the list, the gallery of templates, and the canvas of one workflow."""

from typing import Final

import gradio as gr

from ui.markup import PAGE_SCRIPT, STATIC, STATIC_PATH, heading, skeleton, static_version
from ui.pages import shell
from ui.pages.shell import QUIET
from ui.pages.workflows.handlers import WorkflowsHandlers, WorkflowsParts

_CANVAS: Final = STATIC / "canvas"
_CANVAS_VERSION: Final = static_version(_CANVAS / "canvas.js", _CANVAS / "canvas.css")
_SCRIPT: Final = f"{STATIC_PATH}/workflows.js?v={static_version(STATIC / 'workflows.js')}"

_LIST_SCRIPT: Final = (
    f"Promise.all([import('{PAGE_SCRIPT}'), import('{_SCRIPT}')]).then(([page, flows]) =>"
    " flows.attachList(page, element, props, trigger, watch)); /* 'action' */"
)


def build_workflows(blocks: gr.Blocks, api_url: str, root: str) -> None:
    """Lay the page out and wire it; called inside `blocks`."""
    canvas = f"{root}/static/canvas"
    script = (
        f"import('{_SCRIPT}').then((flows) => flows.attachBuilder("
        f"'{canvas}/canvas.js?v={_CANVAS_VERSION}', '{canvas}/canvas.css?v={_CANVAS_VERSION}'));"
    )
    with shell.page("Workflows", root, heading("Workflows", "…", shell.menu_button())) as frame:
        entries = gr.HTML(
            skeleton(6),
            html_template='<div class="gp-live"></div>',
            js_on_load=_LIST_SCRIPT,
            apply_default_css=False,
            elem_id="gp-entries",
            elem_classes=["gp-block"],
        )
        gr.HTML(
            "",
            html_template="<div></div>",
            js_on_load=script,
            apply_default_css=False,
            elem_classes=["gp-block"],
        )
    parts = WorkflowsParts(frame.foot, frame.head, entries)
    handlers = WorkflowsHandlers(api_url, parts)
    everything = [getattr(parts, name) for name in WorkflowsParts.__dataclass_fields__]
    blocks.load(handlers.load, outputs=everything, **QUIET)
    for block in (frame.head, entries):
        # Nothing that is pressed is lost, also while another answer is under way.
        block.action(handlers.act, outputs=everything, trigger_mode="multiple", **QUIET)
