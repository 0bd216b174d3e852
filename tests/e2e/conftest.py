"""The real service, a real browser, and pages that fail on any error or outside request."""

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from tests.e2e.service import Service, open_to_postgres

CHROMIUM_FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1360, "height": 860}
#: The words of Gradio's client for a stream that ended with its page.
ENDED = ("AbortError: signal is aborted", "Connection errored out")
#: Forms: one that is refused is shown again, with a status that Chromium takes for a fault.
FORMS = ("/sign-in", "/register")
#: Generous: the machine may be busy; a state that comes at all comes in a second.
DEADLINE_MS = 15_000


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One Chromium for all tests."""
    expect.set_options(timeout=DEADLINE_MS)
    async with async_playwright() as playwright:
        path = os.environ.get("CHROMIUM", "/usr/bin/chromium")
        opened = await playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        yield opened
        await opened.close()


@pytest.fixture
async def empty_service(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Service]:
    """A service that nobody has used yet."""
    running = Service(open_to_postgres(tmp_path_factory.mktemp("empty")))
    await running.start()
    yield running
    await running.stop()


@pytest.fixture(scope="session")
async def sample_service(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Service]:
    """A service that has the sample usage."""
    running = Service(open_to_postgres(tmp_path_factory.mktemp("sample")))
    await running.start()
    async with httpx.AsyncClient(base_url=running.url, timeout=60) as client:
        imported = await client.post("/usage/imports/sample", json={"model": "gpt-4o"})
        imported.raise_for_status()
    yield running
    await running.stop()


class Watch:
    """What went wrong in a browser context, and where it wanted to go."""

    def __init__(self, url: str, expected: Sequence[str] = ()) -> None:
        self._host = urlsplit(url).netloc
        self._expected = expected
        self._seen: list[str] = []

    @property
    def problems(self) -> list[str]:
        """All but what was expected."""
        return [p for p in self._seen if not any(words in p for words in self._expected)]

    def follow(self, page: Page) -> None:
        """Listen to a page."""
        page.on("console", self._console)
        page.on("pageerror", lambda error: self._seen.append(f"page error: {error}"))
        page.on("request", self._request)
        page.on("framenavigated", lambda _: self._forgive_ended_streams())

    def _console(self, message: Any) -> None:
        is_form = urlsplit(message.location.get("url", "")).path in FORMS
        if message.type == "error" and not is_form:
            self._seen.append(f"console: {message.text} {message.location}")

    def _forgive_ended_streams(self) -> None:
        """What Gradio's client says of a stream that a reload ends is no problem."""
        self._seen = [p for p in self._seen if not any(words in p for words in ENDED)]

    def _request(self, request: Any) -> None:
        address = urlsplit(request.url)
        if address.scheme in ("http", "https", "ws", "wss") and address.netloc != self._host:
            self._seen.append(f"external request: {request.url}")


async def ask(page: Page, text: str) -> None:
    """Send a message."""
    await page.get_by_role("textbox", name="Message").fill(text)
    await page.get_by_role("button", name="Send", exact=True).click()


async def violations(page: Page) -> list[str]:
    """What axe has to say against a page, and where."""
    found = (await Axe().run(page)).response["violations"]
    return [f"{v['id']}: {[n['target'] for n in v['nodes']][:4]}" for v in found]


OpenPage = Callable[..., Awaitable[Page]]


@pytest.fixture
async def open_page(browser: Browser) -> AsyncIterator[OpenPage]:
    """Opens pages in fresh contexts; the test fails on errors and external requests of any."""
    contexts: list[BrowserContext] = []
    watches: list[Watch] = []

    async def open_at(
        url: str, script: str = "", expected: Sequence[str] = (), **options: Any
    ) -> Page:
        """Problems with these words in them are what a test is about."""
        known: dict[str, Any] = {"viewport": DESK, **options}
        context = await browser.new_context(**known)
        context.set_default_timeout(DEADLINE_MS)
        watch = Watch(url, expected)
        contexts.append(context)
        watches.append(watch)
        page = await context.new_page()
        await page.add_init_script(script)
        watch.follow(page)
        await page.goto(url)
        await page.get_by_role("heading", level=1).wait_for()
        return page

    yield open_at
    problems = [problem for watch in watches for problem in watch.problems]
    for context in contexts:
        await context.close()
    assert problems == []
