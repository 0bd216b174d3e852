"""What one does with questions and answers: edit, try again, judge, copy; and the shortcuts."""

from collections.abc import AsyncIterator

import httpx
import pytest
from playwright.async_api import Locator, Page, expect

from tests.e2e.conftest import PHONE, OpenPage, ask, open_to_postgres, violations
from tests.e2e.service import Service


@pytest.fixture(scope="module")
async def service(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Service]:
    running = Service(open_to_postgres(tmp_path_factory.mktemp("turns")))
    await running.start()
    yield running
    await running.stop()


def chat(page: Page) -> Locator:
    return page.locator("#gp-chat")


async def asked(page: Page, text: str) -> None:
    """Send a message and wait for what can be done with its answer."""
    before = await chat(page).get_by_role("button", name="Good answer").count()
    await ask(page, text)
    await expect(chat(page).get_by_role("button", name="Good answer")).to_have_count(before + 1)
    await expect(page.get_by_test_id("status")).to_have_count(0)


async def test_an_edited_question_begins_a_branch_and_the_old_one_stays(
    service: Service, open_page: OpenPage
) -> None:
    page = await open_page(f"{service.url}/app/")
    await asked(page, "Hello from the first branch")
    await asked(page, "And a second question")
    await chat(page).get_by_role("button", name="Edit").first.click()
    box = page.get_by_role("textbox", name="Your question")
    await expect(box).to_have_value("Hello from the first branch")
    await box.fill("Hello from the other branch")
    await box.press("Enter")
    await expect(chat(page).get_by_text("Hello from the other branch")).to_be_visible()
    await expect(chat(page).get_by_text("2 / 2")).to_be_visible()
    await expect(chat(page).get_by_text("And a second question")).to_have_count(0)
    await expect(page.get_by_test_id("status")).to_have_count(0)
    await chat(page).get_by_role("button", name="Previous version").click()
    await expect(chat(page).get_by_text("And a second question")).to_be_visible()
    await expect(chat(page).get_by_text("1 / 2")).to_be_visible()
    await page.wait_for_url("**branch=*")
    await page.reload()
    await expect(chat(page).get_by_text("Hello from the first branch")).to_be_visible()
    # What is asked here goes on here, with what was said here.
    await asked(page, "A third question")
    await expect(chat(page).get_by_text("And a second question")).to_be_visible()
    await expect(chat(page).get_by_text("Hello from the other branch")).to_have_count(0)
    thread_id = page.url.split("thread=")[1].split("&")[0]
    async with httpx.AsyncClient(base_url=service.url) as client:
        values = (await client.get(f"/threads/{thread_id}/state")).json()["values"]
    said = [each["content"] for each in values["messages"] if each["type"] == "human"]
    assert said == ["Hello from the first branch", "And a second question", "A third question"]


async def test_an_answer_is_tried_again_as_another_version(
    service: Service, open_page: OpenPage
) -> None:
    page = await open_page(f"{service.url}/app/")
    await asked(page, "Hello once")
    await chat(page).get_by_role("button", name="Try again").click()
    await expect(chat(page).get_by_text("2 / 2")).to_be_visible()
    await expect(chat(page).get_by_text("Hello once")).to_have_count(1)
    await expect(chat(page).get_by_role("button", name="Good answer")).to_be_visible()
    await expect(chat(page).get_by_role("button", name="Next version")).to_be_disabled()


async def test_an_opinion_with_a_comment_is_there_after_a_reload(
    service: Service, open_page: OpenPage
) -> None:
    page = await open_page(f"{service.url}/app/")
    await asked(page, "Hello, judge")
    bad = chat(page).get_by_role("button", name="Bad answer")
    await bad.click()
    comment = chat(page).get_by_role("textbox", name="Comment")
    await comment.fill("<b>Too short</b>")
    await comment.press("Enter")
    await expect(chat(page).get_by_text("“<b>Too short</b>”")).to_be_visible()
    await expect(bad).to_have_attribute("aria-pressed", "true")
    await page.reload()
    await expect(bad).to_have_attribute("aria-pressed", "true")
    await expect(chat(page).get_by_text("“<b>Too short</b>”")).to_be_visible()
    assert await violations(page) == []
    await bad.click()
    await expect(bad).to_have_attribute("aria-pressed", "false")
    await expect(chat(page).get_by_text("Too short")).to_have_count(0)


async def test_shortcuts_work_where_nothing_is_typed(service: Service, open_page: OpenPage) -> None:
    page = await open_page(f"{service.url}/app/")
    await asked(page, "Hello, keys")
    box = page.get_by_role("textbox", name="Message")
    await box.focus()
    await page.keyboard.press("ArrowUp")
    question = page.get_by_role("textbox", name="Your question")
    await expect(question).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(question).to_have_count(0)
    await page.keyboard.press("Control+k")
    search = page.get_by_role("searchbox", name="Search conversations")
    await expect(search).to_be_focused()
    await page.keyboard.type("?/")
    await expect(search).to_have_value("?/")
    await search.fill("")
    await search.blur()
    await page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Keyboard shortcuts")
    await expect(sheet).to_be_visible()
    assert await violations(page) == []
    await page.keyboard.press("Escape")
    await expect(sheet).to_be_hidden()
    await page.keyboard.press("/")
    await expect(box).to_be_focused()
    await expect(box).to_have_value("")
    await page.keyboard.press("Control+Shift+O")
    await expect(page.get_by_role("heading", level=1)).to_have_text("New conversation")


async def test_a_question_of_an_agent_is_answered_with_the_keyboard(
    service: Service, open_page: OpenPage
) -> None:
    page = await open_page(f"{service.url}/app/")
    await expect(page.get_by_role("textbox", name="Message")).to_be_focused()
    await page.keyboard.type("Analyze my AI costs")
    await page.keyboard.press("Enter")
    use = page.get_by_role("button", name="Use the sample usage")
    await expect(use).to_be_visible()
    for _ in range(20):
        await page.keyboard.press("Shift+Tab")
        if await use.evaluate("(button) => button === document.activeElement"):
            break
    await expect(use).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("report")).to_be_visible()


async def test_steps_are_hidden_until_they_are_wanted_again(
    service: Service, open_page: OpenPage
) -> None:
    page = await open_page(f"{service.url}/app/")
    await asked(page, "Hello, steps")
    step = chat(page).get_by_role("button", name="Supervisor")
    await expect(step).to_be_visible()
    toggle = page.get_by_role("button", name="Show steps")
    await toggle.click()
    await expect(toggle).to_have_attribute("aria-pressed", "false")
    await expect(step).to_be_hidden()
    await page.reload()
    await expect(chat(page).get_by_role("button", name="Good answer")).to_be_visible()
    await expect(step).to_be_hidden()
    await toggle.click()
    await expect(step).to_be_visible()


async def test_the_buttons_fit_a_phone(service: Service, open_page: OpenPage) -> None:
    page = await open_page(
        f"{service.url}/app/", viewport=PHONE, has_touch=True, color_scheme="dark"
    )
    await asked(page, "Hello, phone")
    for name in ("Edit", "Copy the answer", "Bad answer"):
        area = await chat(page).get_by_role("button", name=name).bounding_box()
        assert area
        assert min(area["width"], area["height"]) >= 44, name
    assert not await page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert await violations(page) == []


async def test_older_conversations_are_a_click_away(service: Service, open_page: OpenPage) -> None:
    async with httpx.AsyncClient(base_url=service.url) as client:
        for number in range(60):
            body = {"metadata": {"title": f"Talk {number}"}}
            (await client.post("/threads", json=body)).raise_for_status()
    page = await open_page(f"{service.url}/app/")
    rows = page.get_by_test_id("thread")
    await expect(rows).to_have_count(50)
    await expect(rows.filter(has_text="Talk 0")).to_have_count(0)
    await page.get_by_role("button", name="Show more").click()
    await expect(rows.filter(has_text="Talk 0")).to_have_count(1)
    await expect(page.get_by_role("list", name="Today")).to_be_visible()
