"""Runs that take their time, seen in the browser: stop, queue, reload mid-run, a failing model."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page, expect

from tests.e2e.conftest import OpenPage, ask, open_to_postgres
from tests.e2e.service import Service
from tests.standins.model_answers import Answer
from tests.standins.model_server import MODEL, ModelServer, running_model_server


@pytest.fixture(scope="module")
async def model() -> AsyncIterator[ModelServer]:
    with running_model_server() as server:
        yield server


@pytest.fixture(scope="module")
async def model_service(
    model: ModelServer, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Service]:
    """A service whose chat model is the stand-in."""
    settings = {
        "GOLDENPATH_MODEL": MODEL,
        "OPENAI_BASE_URL": model.base_url,
        "GOLDENPATH_MODEL_TIMEOUT_S": "60",
    }
    running = Service(open_to_postgres(tmp_path_factory.mktemp("model")), settings)
    await running.start()
    yield running
    await running.stop()


async def start_hanging(page: Page, model: ModelServer, text: str) -> None:
    """Ask something that the model does not answer until it is stopped."""
    model.clear()
    model.script(Answer(hangs=True))
    await ask(page, text)
    await expect(page.get_by_test_id("status")).to_contain_text("Supervisor")


async def test_stop_ends_the_run_and_says_so(
    model_service: Service, model: ModelServer, open_page: OpenPage
) -> None:
    page = await open_page(f"{model_service.url}/app/")
    await start_hanging(page, model, "Tell me something long")
    await page.get_by_role("button", name="Stop", exact=True).click()
    await expect(page.locator("#gp-chat").get_by_text("Stopped.")).to_be_visible()
    await expect(page.get_by_test_id("status")).to_have_count(0)


async def test_escape_stops_the_run(
    model_service: Service, model: ModelServer, open_page: OpenPage
) -> None:
    page = await open_page(f"{model_service.url}/app/")
    await start_hanging(page, model, "Tell me something by keyboard")
    await page.keyboard.press("Escape")
    await expect(page.locator("#gp-chat").get_by_text("Stopped.")).to_be_visible()
    await expect(page.get_by_test_id("status")).to_have_count(0)


async def test_a_reload_and_a_second_tab_in_the_middle_of_a_run_follow_it(
    model_service: Service, model: ModelServer, open_page: OpenPage
) -> None:
    page = await open_page(f"{model_service.url}/app/")
    await start_hanging(page, model, "Tell me something else")
    await page.reload()
    await expect(page.get_by_test_id("status")).to_contain_text("Supervisor")
    other = await open_page(page.url)
    await expect(other.get_by_test_id("status")).to_contain_text("Supervisor")
    await other.get_by_role("button", name="Stop", exact=True).click()
    for tab in (page, other):
        await expect(tab.locator("#gp-chat").get_by_text("Stopped.")).to_be_visible()
        await expect(tab.get_by_test_id("status")).to_have_count(0)


async def test_a_second_message_waits_as_queued_and_can_be_sent_now(
    model_service: Service, model: ModelServer, open_page: OpenPage
) -> None:
    page = await open_page(f"{model_service.url}/app/")
    await start_hanging(page, model, "A slow question")
    await ask(page, "Hello, and thanks")
    await ask(page, "Never mind this one")
    queued = page.get_by_test_id("queued")
    await expect(queued).to_have_count(2)
    await queued.filter(has_text="Never mind").get_by_role("button", name="Cancel").click()
    await expect(queued).to_have_count(1)
    await queued.get_by_role("button", name="Send now").click()
    await expect(queued).to_have_count(0)
    await expect(page.locator("#gp-chat").get_by_text("As a model I would say")).to_be_visible()
    await expect(page.locator("#gp-chat").get_by_text("Never mind")).to_have_count(0)


async def test_the_model_that_answers_is_named(
    model_service: Service, model: ModelServer, open_page: OpenPage
) -> None:
    model.clear()
    page = await open_page(f"{model_service.url}/app/")
    await expect(page.get_by_test_id("model")).to_have_text(MODEL)
    await ask(page, "Hello")
    await expect(page.locator("#gp-chat").get_by_text("As a model I would say")).to_be_visible()
