"""Builds the pages and mounts them at /app: offline, private, and without Gradio's own chrome."""

import warnings
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import gradio as gr
from fastapi import FastAPI, Request
from fastapi.responses import FileResponse, Response
from fastapi.staticfiles import StaticFiles
from gradio.components.navbar import Navbar
from starlette.routing import Mount

from ui.guard import Guard, Identify
from ui.markup import PAGE_SCRIPT, STATIC, STATIC_PATH, static_version
from ui.pages.account import build_account
from ui.pages.analytics import build_analytics
from ui.pages.approvals import build_approvals
from ui.pages.chat import build_chat
from ui.pages.connections import build_connections
from ui.pages.costs import build_costs
from ui.pages.runs import build_runs
from ui.pages.workflows import build_workflows
from ui.theme import Goldenpath

MOUNT_PATH: Final = "/app"
STYLES_PATH: Final = f"{STATIC_PATH}.css"
#: In this order: what stands later wins.
STYLES: Final = tuple(
    Path(__file__).parent / "styles" / f"{name}.css"
    for name in (
        *("frame", "parts", "chat", "turns", "reports", "page", "account"),
        *("workflows", "runs", "approvals", "analytics", "narrow"),
    )
)
#: The canvas bundle has an address below the pages' own; Gradio would take it for its own files.
CANVAS_PATH: Final = f"{MOUNT_PATH}/static/canvas"
#: Each open page follows its thread with one streaming event; the default of one would queue them.
MOST_FOLLOWERS: Final = 100
#: Uploads are handed on at once; what is left of them goes after an hour.
KEEP_UPLOADS_S: Final = 3600


def build_app(api_url: str) -> gr.Blocks:
    """All pages over the API at `api_url`, not yet mounted."""
    with gr.Blocks(
        title="goldenpath",
        analytics_enabled=False,
        fill_width=True,
        delete_cache=(KEEP_UPLOADS_S, KEEP_UPLOADS_S),
    ) as blocks:
        Navbar(visible=False, main_page_name="Chat")
        build_chat(blocks, api_url, MOUNT_PATH)
    with blocks.route("Workflows", "workflows"):
        build_workflows(blocks, api_url, MOUNT_PATH)
    with blocks.route("Runs", "runs"):
        build_runs(blocks, api_url, MOUNT_PATH)
    with blocks.route("Approvals", "approvals"):
        build_approvals(blocks, api_url, MOUNT_PATH)
    with blocks.route("Analytics", "analytics"):
        build_analytics(blocks, api_url, MOUNT_PATH)
    with blocks.route("Costs", "costs"):
        build_costs(blocks, api_url, MOUNT_PATH)
    with blocks.route("Connections", "connections"):
        build_connections(blocks, api_url, MOUNT_PATH)
    with blocks.route("Account", "account"):
        build_account(blocks, api_url, MOUNT_PATH)
    blocks.queue(default_concurrency_limit=MOST_FOLLOWERS, api_open=False)
    return blocks


#: Who a request's pages are shown to, or None; then they are refused with 401.
PageUser = Callable[[Request], Awaitable[str | None]]


@dataclass(frozen=True, slots=True)
class Access:
    """Who may see the pages, and how much they may send."""

    #: Who asks; None is nobody.
    identify: Identify
    #: The same as Gradio asks it: its own door behind the guard.
    page_user: PageUser
    upload_mb: int = 100
    #: Where pages lead who is nobody.
    sign_in_path: str | None = None


def mount_ui(app: FastAPI, api_url: str, access: Access) -> None:
    """Mount the pages at /app; they reach the service at `api_url` like any other client."""
    app.add_api_route("/manifest.json", _manifest, include_in_schema=False)
    app.add_api_route("/favicon.ico", _favicon, include_in_schema=False)
    app.add_api_route(STYLES_PATH, _styles, include_in_schema=False)
    app.mount(CANVAS_PATH, StaticFiles(directory=STATIC / "canvas"), name="ui-canvas")
    app.mount(STATIC_PATH, StaticFiles(directory=STATIC), name="ui-static")
    with warnings.catch_warnings():
        # Said of every application with several pages, also when SSR is off as here.
        warnings.filterwarnings("ignore", message="SSR mode is not supported with multi-page")
        _mount(app, build_app(api_url), access)
    [mount] = [route for route in app.routes if getattr(route, "path", "") == MOUNT_PATH]
    assert isinstance(mount, Mount)
    mount.app = Guard(mount.app, access.identify, access.sign_in_path)


def _mount(app: FastAPI, blocks: gr.Blocks, access: Access) -> None:
    gr.mount_gradio_app(
        app,
        blocks,
        path=MOUNT_PATH,
        footer_links=[],
        run_history=False,
        show_error=False,
        max_file_size=f"{access.upload_mb}mb",
        ssr_mode=False,
        enable_monitoring=False,
        pwa=False,
        mcp_server=False,
        theme=Goldenpath(),
        head=_head(),
        auth_dependency=access.page_user,
    )


def _manifest() -> dict[str, str]:
    """Gradio's page asks for it, whatever its mount."""
    return {"name": "goldenpath", "start_url": f"{MOUNT_PATH}/", "display": "browser"}


def _favicon() -> FileResponse:
    """Browsers ask for it before they have read the page."""
    return FileResponse(STATIC / "favicon.png")


def _styles() -> Response:
    text = "\n".join(path.read_text("utf-8") for path in STYLES)
    return Response(text, media_type="text/css")


def _head() -> str:
    version = static_version(*STYLES, *filter(Path.is_file, STATIC.iterdir()))
    return (
        '<meta name="color-scheme" content="light dark">'
        f'<link rel="icon" type="image/png" href="{STATIC_PATH}/favicon.png?v={version}">'
        f'<link rel="stylesheet" href="{STYLES_PATH}?v={version}">'
        f'<script type="module" src="{PAGE_SCRIPT}"></script>'
        f'<script type="module" src="{STATIC_PATH}/runs.js?v={version}"></script>'
        f'<script type="module" src="{STATIC_PATH}/chat.js?v={version}"></script>'
    )
