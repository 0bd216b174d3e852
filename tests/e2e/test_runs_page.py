"""The Runs page against the real service: the list, traces, logs, states, retries, looks."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest
from playwright.async_api import Page, expect

from tests.e2e import run_samples
from tests.e2e.conftest import PHONE, OpenPage, violations
from tests.e2e.service import Service, open_to_postgres

LINES = 80


@dataclass(frozen=True)
class World:
    """The service with one run of every kind."""

    service: Service
    api: httpx.AsyncClient
    other: str
    chat: str
    done: str
    failed: str
    waiting: str
    looped: str

    def page(self, query: str = "") -> str:
        """An address of the page."""
        return f"{self.service.url}/app/runs{query}"


@pytest.fixture(scope="module")
async def world(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """One service for the module; what tests add has names of its own."""
    service = Service(open_to_postgres(tmp_path_factory.mktemp("runs")))
    await service.start()
    async with httpx.AsyncClient(base_url=service.url, timeout=60) as api:
        await run_samples.post(api, "/usage/imports/sample", {"model": "gpt-4o"})
        assert (await api.post("/chat", json={"message": "Analyze my AI costs"})).is_success
        chat = (await api.get("/runs")).json()["entries"][0]["run_id"]
        other = await run_samples.thanks(api)
        done = await run_samples.executed(api, other, "success", amount=150)
        broken = await run_samples.hand_over(api, other)
        failed = await run_samples.executed(api, broken, "error", amount=1)
        waiting = await run_samples.executed(api, await run_samples.refund(api), "waiting")
        lines = [{"count": n % 9} for n in range(LINES)]
        stock = await run_samples.stock(api)
        looped = await run_samples.executed(api, stock, "success", lines=lines)
        yield World(service, api, other, chat, done, failed, waiting, looped)
    await service.stop()


async def test_an_empty_list_says_what_will_be_there(
    empty_service: Service, open_page: OpenPage
) -> None:
    page = await open_page(f"{empty_service.url}/app/runs")
    await expect(page.locator(".gp-empty")).to_contain_text("Everything that runs appears here")
    await expect(page.get_by_role("link", name="Ask something in the chat")).to_be_visible()


async def test_everything_that_ran_is_listed_and_narrowed_by_the_address(
    world: World, open_page: OpenPage
) -> None:
    page = await open_page(world.page())
    rows = page.get_by_test_id("run-row")
    await expect(rows.filter(has_text="Analyze my AI costs")).to_contain_text("Chat")
    await expect(rows.filter(has_text="Stock check").first).to_contain_text("Done")
    await expect(rows.filter(has_text="Order to ERP").first).to_contain_text("Failed")
    await expect(rows.filter(has_text="Refund with approval").first).to_contain_text("Waiting")
    await expect(rows.filter(has_text="Another workflow").first).to_be_visible()
    await page.get_by_label("Status", exact=True).select_option("Failed")
    await expect(rows.filter(has_text="Stock check")).to_have_count(0)
    await expect(rows.filter(has_text="Order to ERP").first).to_be_visible()
    await page.wait_for_url("**status=error**")
    await page.reload()
    await expect(rows.filter(has_text="Order to ERP").first).to_be_visible()
    await expect(page.get_by_label("Status", exact=True)).to_have_value("error")
    await page.get_by_label("Search titles").fill("no such run")
    await page.get_by_label("Search titles").press("Enter")
    await expect(page.locator(".gp-empty")).to_contain_text("No run fits")
    await page.get_by_role("link", name="Show all runs").click()
    await expect(rows.filter(has_text="Stock check").first).to_be_visible()
    # Back leads to the list as it was.
    await page.go_back()
    await expect(page.locator(".gp-empty")).to_contain_text("No run fits")


async def test_a_trace_is_a_tree_that_one_looks_into_by_keyboard(
    world: World, open_page: OpenPage
) -> None:
    page = await open_page(world.page())
    await page.get_by_role("link", name="Analyze my AI costs").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Analyze my AI costs")
    spans = page.get_by_test_id("span")
    tool = spans.filter(has_text="Price usage").last
    await expect(tool).to_have_attribute("data-state", "done")
    await spans.first.locator(".gp-span-name").first.focus()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    panel = page.get_by_test_id("span-panel")
    await expect(panel.get_by_role("heading", name="Data", exact=True)).to_be_visible()
    await tool.locator(".gp-span-name").click()
    await expect(panel).to_contain_text("$144.40")
    await page.reload()
    await expect(panel).to_contain_text("$144.40")
    fold = spans.first.get_by_role("button", name="What is inside Data")
    await fold.click()
    await expect(tool).to_be_hidden()
    assert await violations(page) == []
    await expect(page.get_by_role("link", name="Open the conversation")).to_be_visible()


async def test_loop_items_are_shown_in_part_until_somebody_asks(
    world: World, open_page: OpenPage
) -> None:
    page = await open_page(world.page(f"?id={world.looped}"))
    items = page.get_by_test_id("span").filter(has_text="Item ")
    await expect(items).to_have_count(21)  # Twenty and the loop around them.
    await page.get_by_role("link", name=f"Show all {LINES} items").click()
    await expect(items).to_have_count(LINES + 1)
    await expect(page.get_by_role("link", name="Show fewer")).to_be_visible()


async def test_a_trace_follows_a_run_to_its_end(world: World, open_page: OpenPage) -> None:
    workflow_id = await run_samples.until_event(world.api, "paid")
    run_id = await run_samples.executed(world.api, workflow_id, "waiting")
    page = await open_page(world.page(f"?id={run_id}"))
    facts = page.get_by_test_id("run-facts")
    await expect(facts).to_contain_text("Waiting")
    pause = page.get_by_test_id("span").filter(has_text="Pause")
    await expect(pause).to_have_attribute("data-state", "waiting")
    await run_samples.post(world.api, "/workflows/events/paid", {"data": {}})
    await expect(facts).to_contain_text("Done")
    await expect(pause).to_have_attribute("data-state", "done")
    await expect(page.get_by_test_id("span").filter(has_text="After")).to_be_visible()
    await expect(page.get_by_test_id("waterfall")).to_contain_text("waiting")


async def test_the_log_has_pages_types_and_whole_events(world: World, open_page: OpenPage) -> None:
    page = await open_page(world.page(f"?id={world.looped}&view=events"))
    rows = page.get_by_test_id("event-row")
    await expect(rows).to_have_count(100)
    await expect(rows.first).to_contain_text("agent_started")
    await page.get_by_role("link", name="Later").click()
    await expect(rows.last).to_contain_text("end")
    await page.get_by_role("link", name="Earlier").click()
    await expect(rows.first.locator("td").first).to_have_text("1")
    await page.get_by_role("link", name="Step ended").click()
    await expect(rows.first).to_contain_text("tool_completed")
    await expect(rows.filter(has_text="tool_executing")).to_have_count(0)
    await rows.nth(1).get_by_role("link").click()
    panel = page.get_by_test_id("event-panel")
    await expect(panel).to_contain_text("rows[0]/low")
    assert "event=" in page.url
    assert await violations(page) == []


async def test_a_state_is_looked_at_changed_and_gone_on_from(
    world: World, open_page: OpenPage
) -> None:
    page = await open_page(world.page(f"?id={world.done}&view=state"))
    checkpoints = page.get_by_test_id("checkpoint")
    await checkpoints.filter(has_text="next: large").get_by_role("link").click()
    view = page.get_by_test_id("checkpoint-view")
    await expect(view).to_contain_text("trigger_data")
    assert await violations(page) == []
    await view.get_by_role("link", name="Change values first").click()
    editor = view.get_by_label("The state to go on with, as JSON")
    state = await editor.input_value()
    await editor.fill(state.replace("150", "15,"))
    await view.get_by_role("button", name="Run from here with these values").click()
    await expect(page.get_by_role("alert")).to_contain_text("This is not JSON")
    # What was typed is still there.
    await expect(editor).to_have_value(state.replace("150", "15,"))
    await editor.fill(state.replace("150", "15"))
    await view.get_by_role("button", name="Run from here with these values").click()
    await expect(page.get_by_test_id("waterfall")).to_be_visible()
    entry = await run_samples.reached(world.api, world.done, "success")
    assert len(entry["runs"]) == 2
    large = page.get_by_test_id("span").filter(has_text="Large")
    await large.locator(".gp-span-name").click()
    await expect(page.get_by_test_id("span-panel")).to_contain_text("false")


async def test_a_failed_execution_is_tried_again_with_its_repeats_known(
    world: World, open_page: OpenPage
) -> None:
    page = await open_page(world.page(f"?id={world.failed}"))
    await expect(page.get_by_role("alert")).to_contain_text("neither true nor false")
    await page.get_by_role("link", name="Retry").click()
    plan = page.get_by_test_id("retry-plan")
    await expect(plan).to_contain_text("from where it failed")
    await expect(plan).to_contain_text("Nothing that was sent is sent a second time.")
    await plan.get_by_role("link", name="From the start instead").click()
    await expect(plan).to_contain_text("goldenpath.start_workflow")
    assert await violations(page) == []
    again = plan.get_by_role("button", name="Try again")
    await again.click()
    # Not before the repeat is acknowledged.
    await expect(plan).to_be_visible()
    await plan.get_by_role("checkbox").check()
    await again.click()
    await expect(page.get_by_test_id("run-facts")).to_contain_text("Tried again")
    await expect(page.get_by_role("link", name="The run before")).to_be_visible()
    assert world.failed not in page.url
    # The one before is done with, and says so.
    await page.goto(world.page(f"?id={world.failed}&retry=auto"))
    refused = page.get_by_test_id("retry-refused")
    await expect(refused).to_contain_text("was tried again already")


async def test_a_run_that_waits_for_its_turn_is_cancelled(
    world: World, open_page: OpenPage
) -> None:
    body = {"assistant_id": "supervisor", "input": {"messages": []}, "after_seconds": 3600}
    thread = await run_samples.post(world.api, "/threads", {"metadata": {"title": "Tomorrow"}})
    threads = f"/threads/{thread['thread_id']}/runs"
    run = await run_samples.post(world.api, threads, body)
    page = await open_page(world.page(f"?id={run['run_id']}"))
    await expect(page.get_by_test_id("run-facts")).to_contain_text("Waiting")
    cancel = page.locator(".gp-head").get_by_role("button")
    await cancel.get_by_text("Cancel", exact=True).click()
    await cancel.get_by_text("Cancel it?").click()
    await expect(page.get_by_test_id("run-facts")).to_contain_text("Cancelled")


async def test_a_question_is_asked_again(world: World, open_page: OpenPage) -> None:
    page = await open_page(world.page(f"?id={world.chat}"))
    await page.get_by_role("button", name="Ask again").click()
    await page.wait_for_function(f"!location.search.includes('{world.chat}')")
    await expect(page.get_by_test_id("run-facts")).to_contain_text("Done")


async def test_what_an_agent_asks_is_answered_in_place(
    empty_service: Service, open_page: OpenPage
) -> None:
    async with httpx.AsyncClient(base_url=empty_service.url, timeout=60) as api:
        assert (await api.post("/chat", json={"message": "Analyze my AI costs"})).is_success
    page = await open_page(f"{empty_service.url}/app/runs")
    await page.get_by_role("link", name="Analyze my AI costs").click()
    question = page.locator(".gp-question")
    await expect(question).to_contain_text("Usage data is needed")
    await question.get_by_role("button", name="Use the sample usage").click()
    await expect(page.get_by_test_id("run-facts")).to_contain_text("Answer")
    await expect(page.get_by_test_id("run-facts")).to_contain_text("Done")
    await expect(question).to_have_count(0)


async def test_an_approval_leads_to_the_inbox(world: World, open_page: OpenPage) -> None:
    page = await open_page(world.page(f"?id={world.waiting}&span=ask"))
    panel = page.get_by_test_id("span-panel")
    await expect(panel).to_contain_text("Refund INR 4,200?")
    inbox = panel.get_by_role("link", name="Answer in the approvals inbox")
    assert "/app/approvals?id=" in str(await inbox.get_attribute("href"))


@pytest.mark.parametrize("run_id", ["0b3f0d9e-5f4e-4b8a-9d53-0c8f6d1f2a11", "no-id", "<b>x</b>"])
async def test_a_run_of_nobody_or_somebody_else_is_not_there(
    world: World, open_page: OpenPage, run_id: str
) -> None:
    page = await open_page(world.page(f"?id={run_id}"))
    await expect(page.get_by_test_id("not-there")).to_contain_text("There is no such run")
    await expect(page.get_by_role("heading", level=1)).to_have_text("This run is not there")
    await page.get_by_role("link", name="Show all runs").click()
    await expect(page.get_by_test_id("run-row").first).to_be_visible()


async def looks(page: Page) -> None:
    """Nothing scrolls sideways, and axe has nothing to say."""
    assert await violations(page) == []
    assert not await page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert await page.locator("h1").count() == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("phone", [False, True])
async def test_both_themes_are_accessible_at_every_width(
    world: World, open_page: OpenPage, scheme: str, phone: bool
) -> None:
    options = {"color_scheme": scheme} | ({"viewport": PHONE} if phone else {})
    page = await open_page(world.page(), **options)
    await expect(page.get_by_test_id("run-row").first).to_be_visible()
    await looks(page)
    for query, sign in (
        (f"?id={world.looped}&span=rows", "span-panel"),
        (f"?id={world.waiting}&view=state", "checkpoint-view"),
    ):
        await page.goto(world.page(query))
        await expect(page.get_by_test_id(sign)).to_be_visible()
        await looks(page)
