"""The canvas over its stand-in of the API, in a browser that takes no error and goes nowhere."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest
from playwright.async_api import Page

from tests.e2e.conftest import DESK, OpenPage, browser, open_page
from tests.standins.workflow_api import WorkflowApi, running_workflow_api

__all__ = ["DESK", "browser", "open_page"]

OpenCanvas = Callable[..., Awaitable[tuple[Page, WorkflowApi]]]


@pytest.fixture
async def open_canvas(open_page: OpenPage) -> AsyncIterator[OpenCanvas]:
    """Opens the builder of a blueprint; gives the page and the API behind it."""
    async with AsyncExitStack() as stack:

        async def open_with(
            blueprint: dict[str, Any], query: str = "", **options: Any
        ) -> tuple[Page, WorkflowApi]:
            api = await stack.enter_async_context(running_workflow_api(blueprint))
            page = await open_page(f"{api.url}/?{query}", **options)
            # Before the API goes: what it polls would fail.
            stack.push_async_callback(page.close)
            await page.get_by_test_id("canvas").wait_for()
            return page, api

        yield open_with
