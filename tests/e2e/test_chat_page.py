"""The chat page against the real service: ask, answer, report, reload, list, looks."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, expect

from tests.e2e.conftest import PHONE, OpenPage, ask, violations
from tests.e2e.service import Service

SAMPLES = Path(__file__).parents[2] / "storage" / "samples" / "azure_llm_inference_2023"
ASK = "Analyze my AI costs"


def answer(page: Page) -> Locator:
    return page.locator("#gp-chat").get_by_text("cost $144.40").first


async def test_the_first_question_offers_the_sample_and_ends_in_a_report(
    empty_service: Service, open_page: OpenPage
) -> None:
    page = await open_page(f"{empty_service.url}/app/")
    await page.get_by_role("button", name=ASK).click()
    question = page.locator(".gp-question")
    await expect(question.get_by_role("heading", name="Usage data is needed")).to_be_visible()
    await expect(question).to_contain_text("Data asks")
    await expect(page.get_by_test_id("thread")).to_contain_text("Asks you")
    assert await violations(page) == []
    await question.get_by_role("button", name="Use the sample usage").click()
    await expect(answer(page)).to_be_visible()
    await expect(question).to_have_count(0)
    report = page.get_by_test_id("report")
    await expect(report).to_contain_text("$144.40")
    await expect(report.locator("svg[role=img]").first).to_be_visible()
    assert "thread=" in page.url


async def test_an_upload_answers_the_question_and_shows_its_rows(
    empty_service: Service, open_page: OpenPage
) -> None:
    page = await open_page(f"{empty_service.url}/app/")
    await ask(page, ASK)
    question = page.locator(".gp-question")
    await expect(question).to_be_visible()
    # The file names no model, so the first try is refused in words.
    await question.locator("input[type=file]").set_input_files(SAMPLES / "code.csv")
    await question.get_by_role("button", name="Upload and go on").click()
    await expect(question.get_by_role("alert")).to_contain_text("model")
    model = question.get_by_role("combobox", name="Model, if the file names none")
    await model.fill("gpt-4o")
    await model.press("Enter")
    await question.get_by_role("button", name="Upload and go on").click()
    await expect(page.locator("#gp-chat").get_by_text("8,819 calls").first).to_be_visible()
    await expect(page.get_by_test_id("report")).to_contain_text("$47.61")


async def test_a_deep_link_a_reload_and_a_second_tab_show_the_same(
    sample_service: Service, open_page: OpenPage
) -> None:
    page = await open_page(f"{sample_service.url}/app/")
    await ask(page, ASK)
    await expect(answer(page)).to_be_visible()
    await expect(page.get_by_test_id("status")).to_have_count(0)
    # Steps close when they are done, with a short animation; the run's own stays open.
    await expect(page.locator("#gp-chat [aria-expanded=true]")).to_have_count(1)
    log = page.locator("#gp-chat [role=log]")
    shown = await log.inner_text()
    await page.reload()
    await expect(answer(page)).to_be_visible()
    await expect(log).to_have_text(shown, use_inner_text=True)
    other = await open_page(page.url)
    await expect(answer(other)).to_be_visible()
    await expect(other.locator("#gp-chat [role=log]")).to_have_text(shown, use_inner_text=True)


async def test_steps_are_a_tree_that_opens(sample_service: Service, open_page: OpenPage) -> None:
    page = await open_page(f"{sample_service.url}/app/")
    await ask(page, ASK)
    await expect(answer(page)).to_be_visible()
    await expect(page.get_by_test_id("status")).to_have_count(0)
    chat = page.locator("#gp-chat")
    await expect(page.locator("#gp-chat [aria-expanded=true]")).to_have_count(1)
    for agent in ("Data", "Optimization", "Report"):
        await expect(chat.get_by_role("button", name=agent).first).to_be_visible()
    await chat.get_by_role("button", name="Optimization").first.click()
    await expect(chat.get_by_role("button", name="Simulate savings").first).to_be_visible()


async def test_threads_are_searched_renamed_and_deleted(
    sample_service: Service, open_page: OpenPage
) -> None:
    page = await open_page(f"{sample_service.url}/app/")
    await ask(page, "Hello, who are you?")
    mine = page.get_by_test_id("thread").filter(has_text="Hello, who are you?")
    await expect(mine).to_have_count(1)
    await expect(page.get_by_test_id("status")).to_have_count(0)
    await mine.hover()
    await mine.get_by_role("button", name="Rename Hello, who are you?").click()
    await page.get_by_role("textbox", name="Title of the conversation").fill("Introductions")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Introductions")
    await ask(page, "Thank you")
    await expect(page.locator("#gp-chat").get_by_text("Thank you")).to_be_visible()
    await expect(page.get_by_test_id("status")).to_have_count(0)
    await page.get_by_role("button", name="New conversation").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("New conversation")
    await ask(page, "Something else")
    other = page.get_by_test_id("thread").filter(has_text="Something else")
    await expect(other).to_have_count(1)
    # The search holds while runs change the list.
    await page.get_by_role("searchbox", name="Search conversations").fill("introd")
    renamed = page.get_by_test_id("thread").filter(has_text="Introductions")
    await expect(renamed).to_have_count(1)
    await expect(other).to_have_count(0)
    await ask(page, "Hello again")
    await expect(page.locator("#gp-chat").get_by_text("Hello again")).to_be_visible()
    await expect(page.get_by_test_id("status")).to_have_count(0)
    await expect(renamed).to_have_count(1)
    await expect(other).to_have_count(0)
    await renamed.locator("a").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Introductions")
    await renamed.hover()
    await renamed.locator("[data-action=delete]").click()
    await renamed.get_by_text("Delete?").click()
    await expect(renamed).to_have_count(0)
    await expect(page.get_by_role("heading", level=1)).to_have_text("New conversation")
    assert "thread=" not in page.url


async def test_an_unknown_thread_is_said_in_words(
    sample_service: Service, open_page: OpenPage
) -> None:
    nowhere = "00000000-0000-4000-8000-000000000000"
    page = await open_page(f"{sample_service.url}/app/?thread={nowhere}")
    await expect(page.get_by_role("alert")).to_contain_text("There is no thread")


async def test_a_file_in_the_composer_is_imported_with_a_preview(
    sample_service: Service, open_page: OpenPage, tmp_path: Path
) -> None:
    usage = tmp_path / "usage.csv"
    usage.write_text(
        "timestamp,model,input_tokens,output_tokens\n"
        "2026-01-05T09:00:00Z,gpt-4o,1200,80\n"
        "not a time,gpt-4o,10,10\n"
    )
    page = await open_page(f"{sample_service.url}/app/")
    await page.locator("#gp-composer input[type=file]").set_input_files(usage)
    await expect(page.locator("#gp-composer").get_by_label("File thumbnail")).to_be_visible()
    await page.get_by_role("button", name="Send", exact=True).click()
    card = page.get_by_test_id("import")
    await expect(card).to_contain_text("1 row imported")
    await expect(card).to_contain_text("1 rejected")
    await expect(card.get_by_role("cell", name="1200")).to_be_visible()
    await card.get_by_text("1 rejected row").click()
    await expect(card.get_by_role("cell", name="not a time").last).to_be_visible()


async def test_the_playbook_model_says_what_it_is(
    sample_service: Service, open_page: OpenPage
) -> None:
    page = await open_page(f"{sample_service.url}/app/")
    badge = page.get_by_test_id("model")
    await expect(badge).to_have_text("Built-in playbook model")
    await badge.click()
    await expect(page.get_by_text("Set OPENAI_API_KEY")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("phone", [False, True])
async def test_both_themes_are_accessible_at_every_width(
    sample_service: Service, open_page: OpenPage, scheme: str, phone: bool
) -> None:
    options = {"color_scheme": scheme} | ({"viewport": PHONE, "has_touch": True} if phone else {})
    page = await open_page(f"{sample_service.url}/app/", **options)
    # While it is being put together, Gradio says "Loading" outside of every landmark.
    await expect(page.locator(".gp-empty")).to_be_visible()
    await expect(page.get_by_text("Loading")).to_have_count(0)
    assert await violations(page) == []
    await ask(page, ASK)
    await expect(answer(page)).to_be_visible()
    await expect(page.get_by_test_id("status")).to_have_count(0)
    if phone:
        await page.get_by_role("button", name="Report", exact=True).click()
    await expect(page.get_by_test_id("report")).to_be_visible()
    assert await violations(page) == []
    wide = await page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert not wide, "the page scrolls sideways"
    assert await page.locator("h1").count() == 1


async def test_a_chosen_theme_is_remembered(sample_service: Service, open_page: OpenPage) -> None:
    page = await open_page(f"{sample_service.url}/app/", color_scheme="light")
    body = page.locator("body")
    await page.get_by_role("button", name="Switch between light and dark").click()
    await expect(body).to_have_class(re.compile(r"\bdark\b"))
    await page.goto(f"{sample_service.url}/app/")
    await expect(page.locator(".gp-empty")).to_be_visible()
    await expect(body).to_have_class(re.compile(r"\bdark\b"))


async def test_everything_works_with_the_keyboard(
    sample_service: Service, open_page: OpenPage
) -> None:
    page = await open_page(f"{sample_service.url}/app/")
    box = page.get_by_role("textbox", name="Message")
    await expect(box).to_be_focused()
    await page.keyboard.type(ASK)
    await page.keyboard.press("Enter")
    await expect(answer(page)).to_be_visible()


async def test_the_downloads_of_a_report_are_files(
    sample_service: Service, open_page: OpenPage
) -> None:
    page = await open_page(f"{sample_service.url}/app/")
    await ask(page, ASK)
    report = page.get_by_test_id("report")
    await expect(report).to_be_visible()
    await report.get_by_text("Download").click()
    async with page.expect_download() as wanted:
        await report.get_by_role("link", name="Markdown").click()
    path = await (await wanted.value).path()
    assert path.read_text().startswith("# ")
