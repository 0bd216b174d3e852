"""Runs on the canvas: live states, counts on edges, what a step was given, answers in place."""

import asyncio
import json

from playwright.async_api import Page, expect

from tests.ui.canvas.blueprints import payment
from tests.ui.canvas.conftest import OpenCanvas

SMALL = {"amount": 5, "customer": {"name": "Bo", "phone": "+4670"}}


async def run(page: Page, sample: object = None) -> None:
    await page.get_by_role("button", name="Test", exact=True).click()
    if sample is not None:
        await page.get_by_label("Sample", exact=True).fill(json.dumps(sample))
    await page.get_by_role("button", name="Run this draft").click()


async def test_states_arrive_while_it_runs(open_canvas: OpenCanvas) -> None:
    page, api = await open_canvas(payment())
    api.runner.held["thank"] = asyncio.Event()
    await run(page)
    thank = page.get_by_test_id("node-thank")
    await expect(thank).to_have_attribute("data-state", "running")
    await expect(thank).to_contain_text("Running")
    await expect(page.get_by_test_id("node-is_large")).to_have_attribute("data-state", "done")
    await expect(page.get_by_test_id("node-ask")).to_have_attribute("data-state", "queued")
    api.runner.held["thank"].set()
    await expect(thank).to_have_attribute("data-state", "done")
    await expect(page.get_by_test_id("node-ask")).to_have_attribute("data-state", "skipped")
    await expect(page.get_by_test_id("edge-is_large_true_thank")).to_contain_text("true · 1")
    await expect(page.get_by_test_id("edge-is_large_false_ask")).to_contain_text("false · 0")
    await page.get_by_test_id("run-panel").get_by_role("button", name="Send a message").click()
    shown = page.get_by_test_id("node-run")
    await expect(shown).to_contain_text("Thank you, Asha Rao!")
    await expect(shown).to_contain_text('"sid": "SM1"')


async def test_a_failure_says_what_and_how_often(open_canvas: OpenCanvas) -> None:
    page, api = await open_canvas(payment())
    api.runner.failing["thank"] = "The phone number is not on WhatsApp."
    await run(page)
    thank = page.get_by_test_id("node-thank")
    await expect(thank).to_have_attribute("data-state", "failed")
    await expect(thank).to_contain_text("3 attempts")
    await expect(page.get_by_test_id("run-panel")).to_contain_text("is not on WhatsApp")


async def test_an_approval_is_answered_in_place(open_canvas: OpenCanvas) -> None:
    page, api = await open_canvas(payment())
    await run(page, SMALL)
    ask = page.get_by_test_id("node-ask")
    await expect(ask).to_have_attribute("data-state", "waiting")
    await page.get_by_test_id("run-panel").get_by_role("button", name="Approval").click()
    answer = page.get_by_test_id("answer")
    await expect(answer).to_contain_text("Thank small payers too?")
    await answer.get_by_label("Comment", exact=True).fill("Of course")
    await answer.get_by_role("button", name="Approve", exact=True).click()
    await expect(page.get_by_test_id("node-note")).to_have_attribute("data-state", "done")
    await expect(ask).to_have_attribute("data-state", "done")
    assert api.runs[0].nodes[1]["output"] == {"decision": "approved", "comment": "Of course"}


async def test_earlier_runs_are_shown_again(open_canvas: OpenCanvas) -> None:
    page, api = await open_canvas(payment())
    await run(page)
    status = page.get_by_test_id("run-status")
    await expect(status).to_have_attribute("data-status", "success")
    await page.get_by_role("button", name="Clear").click()
    await expect(page.get_by_test_id("node-thank")).to_have_attribute("data-state", "idle")
    await page.get_by_test_id("run-panel").get_by_role("button", name="Version 1").click()
    await expect(page.get_by_test_id("node-thank")).to_have_attribute("data-state", "done")
    assert len(api.runs) == 1
