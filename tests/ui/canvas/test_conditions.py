"""Conditions: checked while they are written, with one thing to ask or several cases."""

from typing import Any

from playwright.async_api import Page, expect

from tests.ui.canvas.blueprints import edge, node, payment
from tests.ui.canvas.conftest import OpenCanvas
from tests.ui.canvas.test_building import saved, ways


def switched() -> dict[str, Any]:
    """The payment with a condition of two cases, each leading somewhere."""
    blueprint = payment()
    cases = [
        {"name": "large", "condition": "trigger_data.amount > 1000"},
        {"name": "foreign", "condition": "trigger_data.currency != 'INR'"},
    ]
    blueprint["nodes"][1] = node("is_large", "condition", 340, params={"cases": cases})
    blueprint["edges"] = [
        edge("paid", "is_large"),
        edge("is_large", "thank", "large"),
        edge("is_large", "ask", "foreign"),
        edge("ask", "note", "approved"),
    ]
    return blueprint


async def branches(page: Page, identity: str) -> list[str]:
    rows = page.get_by_test_id(f"node-{identity}").locator(".gpc-card-branch")
    return [text.strip() for text in await rows.all_inner_texts()]


async def test_it_says_what_it_answers_for_the_sample_while_it_is_written(
    open_canvas: OpenCanvas,
) -> None:
    page, _ = await open_canvas(payment())
    await page.get_by_test_id("node-is_large").click()
    check = page.get_by_test_id("check")
    await expect(check).to_have_text("True for the sample")
    await expect(page.get_by_label("In the sample")).to_contain_text("1500")
    condition = page.get_by_role("combobox", name="Condition")
    await condition.fill("trigger_data.amount > 5000")
    await expect(check).to_have_text("False for the sample")
    await condition.fill("trigger_data.amount >")
    await expect(check).to_have_text("Cannot be read")
    await condition.fill("trigger_data.missing > 1")
    await expect(check).to_have_text("No answer for the sample")
    await expect(page.get_by_test_id("check-message")).to_have_text(
        "There is no field missing here."
    )
    await condition.fill("nobody.amount > 1")
    await expect(page.get_by_test_id("check-message")).to_contain_text("nothing called nobody")


async def test_what_was_received_last_is_the_sample(open_canvas: OpenCanvas) -> None:
    page, api = await open_canvas(payment())
    received = {"amount": 3, "customer": {"name": "Bo"}}
    api.samples.append(
        {"delivery_id": "d1", "received_at": "2026-01-05T09:00:00Z", "data": received}
    )
    await page.reload()
    await page.get_by_test_id("node-is_large").click()
    await expect(page.get_by_test_id("check")).to_have_text("False for the sample")
    await page.get_by_role("button", name="Test", exact=True).click()
    await expect(page.get_by_label("Sample", exact=True)).to_have_value(
        '{\n  "amount": 3,\n  "customer": {\n    "name": "Bo"\n  }\n}'
    )
    await page.get_by_label("Data from").select_option("example")
    await expect(page.get_by_label("Sample", exact=True)).to_contain_text("Asha Rao")


async def test_a_condition_becomes_one_of_cases_and_keeps_its_ways(open_canvas: OpenCanvas) -> None:
    page, api = await open_canvas(payment())
    await page.get_by_test_id("node-is_large").click()
    await page.get_by_label("Ways out").select_option("several")
    assert await branches(page, "is_large") == ["yes", "default"]
    draft = await saved(page, api, 2)
    found = {way for way in ways(draft) if way[0] == "is_large"}
    assert found == {("is_large", "thank", "yes"), ("is_large", "ask", "default")}
    await page.get_by_label("Ways out").select_option("one")
    assert await saved(page, api, 3) == payment()


async def test_edges_follow_their_case(open_canvas: OpenCanvas) -> None:
    page, api = await open_canvas(switched())
    label = page.get_by_test_id("edge-is_large_large_thank")
    await expect(label).to_contain_text("large")
    await page.get_by_test_id("node-is_large").click(position={"x": 40, "y": 20})
    checks = page.get_by_test_id("check")
    await expect(checks).to_have_text(["True for the sample", "False for the sample"])
    name = page.get_by_label("Name of case 1")
    await name.fill("huge")
    await expect(label).to_contain_text("huge")
    await page.get_by_role("button", name="Ask case 2 earlier").click()
    await page.get_by_role("button", name="Add a case").click()
    await page.get_by_role("combobox", name="Condition of case 3").fill("true")
    assert await branches(page, "is_large") == ["foreign", "huge", "case_3", "default"]
    await page.get_by_role("button", name="Remove case 1").click()
    draft = await saved(page, api, len(api.versions))
    assert {way for way in ways(draft) if way[0] == "is_large"} == {("is_large", "thank", "huge")}
    await page.get_by_role("button", name="Undo", exact=True).click()
    draft = await saved(page, api, len(api.versions))
    assert ("is_large", "ask", "foreign") in ways(draft)


async def test_copies_ask_each_other_and_not_the_first_ones(open_canvas: OpenCanvas) -> None:
    blueprint = payment()
    asked = "is_large.branch == 'is_large'"
    blueprint["nodes"][2] = node("again", "condition", 700, -60, params={"condition": asked})
    handling = {"on_failure": "fallback", "fallback_action": "note"}
    blueprint["nodes"][3]["data"]["error_handling"] = handling
    blueprint["edges"] = [edge("paid", "is_large"), edge("is_large", "again", "true")]
    page, api = await open_canvas(blueprint)
    await page.get_by_test_id("canvas").focus()
    await page.keyboard.press("Control+a")
    await page.keyboard.press("Control+d")
    draft = await saved(page, api, 2)
    copies = {each["id"]: each["data"] for each in draft["nodes"]}
    assert copies["again_2"]["params"]["condition"] == "is_large_2.branch == 'is_large'"
    assert copies["ask_2"]["error_handling"]["fallback_action"] == "note_2"
    assert ("is_large_2", "again_2", "true") in ways(draft)


async def test_the_case_that_holds_is_taken(open_canvas: OpenCanvas) -> None:
    page, _ = await open_canvas(switched())
    await page.get_by_role("button", name="Test", exact=True).click()
    await page.get_by_role("button", name="Run this draft").click()
    thank = page.get_by_test_id("node-thank")
    await expect(thank).to_have_attribute("data-state", "done")
    await expect(page.get_by_test_id("edge-is_large_large_thank")).to_contain_text("large · 1")
    await expect(page.get_by_test_id("edge-is_large_foreign_ask")).to_contain_text("foreign · 0")
