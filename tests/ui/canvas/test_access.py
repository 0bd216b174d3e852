"""The builder without a pointer, on a phone, in both themes; and a large workflow."""

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from tests.e2e.conftest import PHONE
from tests.ui.canvas.blueprints import empty, large, payment
from tests.ui.canvas.conftest import OpenCanvas
from tests.ui.canvas.test_building import saved, ways
from tests.ui.canvas.test_conditions import switched
from tests.ui.canvas.test_running import run


async def serious(page: Page) -> list[str]:
    """What axe finds that keeps people out."""
    found = (await Axe().run(page)).response["violations"]
    return [
        f"{each['id']}: {[place['target'] for place in each['nodes']][:4]}"
        for each in found
        if each["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("dark", ["", "dark=true"])
@pytest.mark.parametrize("phone", [False, True])
async def test_every_face_is_accessible(open_canvas: OpenCanvas, dark: str, phone: bool) -> None:
    options = {"viewport": PHONE} if phone else {}
    page, _ = await open_canvas(payment(), dark, **options)
    assert await serious(page) == []
    step = page.get_by_test_id("node-thank")
    await (step.get_by_role("button").first if phone else step).click()
    await expect(page.get_by_label("Message", exact=True)).to_be_visible()
    assert await serious(page) == []
    await page.get_by_test_id("problems-button").click()
    await expect(page.get_by_test_id("problems")).to_be_visible()
    assert await serious(page) == []
    await page.get_by_role("button", name="Test", exact=True).click()
    assert await serious(page) == []
    wide = await page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert not wide, "the page scrolls sideways"


@pytest.mark.parametrize("dark", ["", "dark=true"])
async def test_panels_dialogs_and_questions_are_accessible(
    open_canvas: OpenCanvas, dark: str
) -> None:
    page, _ = await open_canvas(switched(), dark)
    await page.get_by_test_id("node-is_large").click(position={"x": 40, "y": 20})
    await expect(page.get_by_test_id("check").first).to_have_text("True for the sample")
    assert await serious(page) == []
    await page.get_by_role("button", name="Settings of the workflow").click()
    await expect(page.get_by_test_id("settings")).to_be_visible()
    assert await serious(page) == []
    await page.get_by_role("button", name="Activate").click()
    await expect(page.get_by_test_id("activate")).to_be_visible()
    assert await serious(page) == []
    await page.keyboard.press("Escape")
    await run(page, {"amount": 5, "currency": "EUR"})
    await expect(page.get_by_test_id("node-ask")).to_have_attribute("data-state", "waiting")
    await page.get_by_test_id("run-panel").get_by_role("button", name="Approval").click()
    await expect(page.get_by_test_id("answer")).to_be_visible()
    assert await serious(page) == []


async def test_a_workflow_is_built_and_activated_by_keyboard_alone(open_canvas: OpenCanvas) -> None:
    page, api = await open_canvas(empty())
    await page.get_by_test_id("canvas").focus()
    keys = page.keyboard
    await keys.press("o")
    await expect(page.get_by_test_id("outline")).to_be_visible()
    for words in ("payment", "append"):
        await page.get_by_test_id("canvas").focus()
        await keys.press("a")
        await expect(page.get_by_role("searchbox", name="Search steps")).to_be_focused()
        await keys.type(words)
        await keys.press("Enter")
    fields = {"Spreadsheet": "S1", "1.": "{{trigger_data.amount}}"}
    await page.get_by_role("button", name="Add one").focus()
    await keys.press("Enter")
    for label, text in fields.items():
        await page.get_by_label(label, exact=True).focus()
        await keys.insert_text(text)
    draft = await saved(page, api, len(api.versions))
    assert ("payment_received", "append_row", None) in ways(draft)
    activate = page.get_by_role("button", name="Activate")
    await expect(activate).to_be_enabled()
    await activate.focus()
    await keys.press("Enter")
    await expect(page.get_by_test_id("activate")).to_be_visible()
    await keys.press("Enter")
    await expect(page.get_by_test_id("notice")).to_contain_text("is live")
    assert api.active == len(api.versions)


async def test_connecting_without_a_pointer_says_why_not(open_canvas: OpenCanvas) -> None:
    page, api = await open_canvas(payment())
    await page.get_by_test_id("node-thank").focus()
    await page.get_by_test_id("node-thank").click()
    target = page.get_by_label("Connect to", exact=True)
    await target.select_option("is_large")
    await expect(page.get_by_test_id("inspector")).to_contain_text("round in a circle")
    await expect(page.get_by_role("button", name="Connect", exact=True)).to_be_disabled()
    await target.select_option("note")
    await page.get_by_role("button", name="Connect", exact=True).press("Enter")
    assert ("thank", "note", None) in ways(await saved(page, api, 2))


async def test_a_phone_gets_the_outline_and_can_edit(open_canvas: OpenCanvas) -> None:
    page, api = await open_canvas(payment(), viewport=PHONE)
    await expect(page.get_by_test_id("canvas")).to_have_attribute("data-view", "outline")
    await page.get_by_test_id("node-thank").get_by_role("button").first.click()
    await page.get_by_label("Message", exact=True).fill("Hello")
    await page.get_by_label("Message", exact=True).blur()
    assert (await saved(page, api, 2))["nodes"][2]["data"]["params"]["message"] == "Hello"
    await page.get_by_role("button", name="Show the canvas").click()
    await expect(page.locator(".react-flow")).to_be_visible()


async def test_of_a_large_workflow_only_what_is_in_view_is_drawn(open_canvas: OpenCanvas) -> None:
    page, _ = await open_canvas(large(), "data")
    await expect(page.locator(".gpc-card").first).to_be_visible()
    zoom_in = page.get_by_role("button", name="Zoom In")
    for _ in range(8):
        await zoom_in.click()
    await page.wait_for_function("document.querySelectorAll('.gpc-card').length < 100")
    assert await page.evaluate("window.builder.blueprint.nodes.length") == 400
