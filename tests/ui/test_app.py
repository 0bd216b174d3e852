"""How Gradio is mounted: nothing of it that shows what it should not."""

import pytest
from fastapi import FastAPI, Request
from gradio.components import Chatbot, Markdown
from starlette.routing import Mount
from starlette.types import Scope

from domain.identity import UserContext
from ui.app import MOUNT_PATH, Access, build_app, mount_ui
from ui.guard import Guard


async def nobody(scope: Scope) -> UserContext | None:
    return None


async def no_page(request: Request) -> str | None:
    return None


# All in the loop: where none runs, Gradio makes one and leaves it.
@pytest.fixture(scope="module")
async def app() -> FastAPI:
    mounted = FastAPI()
    mount_ui(mounted, "http://api", Access(nobody, no_page, upload_mb=7))
    return mounted


async def test_the_guard_stands_before_it(app: FastAPI) -> None:
    [mount] = [route for route in app.routes if getattr(route, "path", "") == MOUNT_PATH]
    assert isinstance(mount, Mount)
    assert isinstance(mount.app, Guard)
    blocks = mount.app.inside.get_blocks()  # type: ignore[attr-defined]
    assert not blocks.show_error
    assert blocks.allowed_paths == []
    assert blocks.max_file_size == 7 * 1024 * 1024
    assert blocks.delete_cache == (3600, 3600)
    assert not blocks.api_open
    assert not blocks.run_history


async def test_what_models_write_is_no_html() -> None:
    blocks = build_app("http://api")
    shown = [block for block in blocks.blocks.values() if isinstance(block, Chatbot | Markdown)]
    assert shown
    assert all(block.sanitize_html for block in shown)
