"""Tests of the draft: up to a step, with pinned outputs; cancelling, and runs of other versions."""

import asyncio

from playwright.async_api import Page, expect

from tests.ui.canvas.blueprints import payment
from tests.ui.canvas.conftest import OpenCanvas
from tests.ui.canvas.test_building import saved
from tests.ui.canvas.test_running import run


async def pinned_thanks(page: Page) -> None:
    """Run once, and pin what the message gave back."""
    await run(page)
    await expect(page.get_by_test_id("run-status")).to_have_attribute("data-status", "success")
    await page.get_by_test_id("run-panel").get_by_role("button", name="Send a message").click()
    output = page.get_by_test_id("node-run")
    await output.get_by_role("button", name="Pin its output").click()
    await expect(page.get_by_test_id("node-thank")).to_have_attribute("data-pinned", "true")


async def test_a_test_ends_at_the_step_that_was_chosen(open_canvas: OpenCanvas) -> None:
    page, api = await open_canvas(payment())
    await page.get_by_test_id("node-is_large").click(position={"x": 40, "y": 20})
    tools = page.get_by_role("toolbar", name="Step is_large")
    await tools.get_by_role("button", name="Run to here").click()
    panel = page.get_by_test_id("run-panel")
    await expect(panel.get_by_test_id("until")).to_contain_text("Ends at Condition")
    await panel.get_by_role("button", name="Run to here").click()
    await expect(page.get_by_test_id("node-is_large")).to_have_attribute("data-state", "done")
    await expect(page.get_by_test_id("node-thank")).to_have_attribute("data-state", "skipped")
    await expect(page.get_by_test_id("run-status")).to_contain_text("test up to is_large")
    [tried] = api.runs
    assert [each["node_id"] for each in tried.nodes] == ["is_large"]
    await panel.get_by_role("button", name="Run to the end instead").click()
    await panel.get_by_role("button", name="Run this draft").click()
    await expect(page.get_by_test_id("node-thank")).to_have_attribute("data-state", "done")


async def test_a_pinned_step_is_not_done_again(open_canvas: OpenCanvas) -> None:
    page, api = await open_canvas(payment())
    await pinned_thanks(page)
    # What would fail is not even tried.
    api.runner.failing["thank"] = "Refused"
    await page.get_by_role("button", name="Test", exact=True).click()
    panel = page.get_by_test_id("run-panel")
    await expect(panel.get_by_test_id("pins")).to_contain_text("Send a message is pinned")
    await panel.get_by_role("button", name="Run this draft").click()
    await expect(page.get_by_test_id("run-status")).to_contain_text("test with 1 pinned")
    await expect(page.get_by_test_id("run-status")).to_have_attribute("data-status", "success")
    assert api.runs[0].nodes[1]["output"] == {"sid": "SM1", "status": "queued"}


async def test_pins_stay_in_the_browser_and_out_of_the_draft(open_canvas: OpenCanvas) -> None:
    page, api = await open_canvas(payment())
    await pinned_thanks(page)
    assert api.draft == payment()
    await page.reload()
    await expect(page.get_by_test_id("node-thank")).to_have_attribute("data-pinned", "true")
    await page.get_by_test_id("node-thank").click(position={"x": 40, "y": 20})
    await page.keyboard.press("p")
    await expect(page.get_by_test_id("node-thank")).not_to_have_attribute("data-pinned", "true")


async def test_a_run_is_cancelled(open_canvas: OpenCanvas) -> None:
    page, api = await open_canvas(payment())
    api.runner.held["thank"] = asyncio.Event()
    await run(page)
    await expect(page.get_by_test_id("node-thank")).to_have_attribute("data-state", "running")
    await page.get_by_role("button", name="Cancel", exact=True).click()
    await expect(page.get_by_test_id("run-status")).to_have_attribute("data-status", "cancelled")
    api.runner.held["thank"].set()


async def test_an_earlier_run_is_shown_on_the_version_it_ran(open_canvas: OpenCanvas) -> None:
    page, api = await open_canvas(payment())
    await run(page)
    await expect(page.get_by_test_id("run-status")).to_have_attribute("data-status", "success")
    await page.get_by_role("button", name="Clear").click()
    await page.get_by_test_id("node-thank").click()
    await page.keyboard.press("Delete")
    await saved(page, api, 2)
    await page.get_by_role("button", name="Test", exact=True).click()
    await page.get_by_test_id("run-panel").get_by_role("button", name="Version 1").click()
    await expect(page.get_by_test_id("viewed")).to_contain_text("Version 1, as it ran")
    thank = page.get_by_test_id("node-thank")
    await expect(thank).to_have_attribute("data-state", "done")
    await page.get_by_test_id("run-panel").get_by_role("button", name="Send a message").click()
    await expect(page.get_by_test_id("node-run")).to_contain_text("Thank you, Asha Rao!")
    await page.get_by_test_id("canvas").focus()
    await page.keyboard.press("Delete")
    await expect(thank).to_be_visible()
    await page.get_by_role("button", name="Back to the draft").click()
    await expect(thank).to_have_count(0)
    assert len(api.versions) == 2
