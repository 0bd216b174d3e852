"""Building on the canvas: add, connect, edit, undo, copy, tidy; each action is one step."""

import json
from typing import Any

from playwright.async_api import Locator, Page, expect

from tests.standins.workflow_api import WorkflowApi
from tests.ui.canvas.blueprints import empty, looped, payment
from tests.ui.canvas.conftest import OpenCanvas


async def saved(page: Page, api: WorkflowApi, version: int) -> dict[str, Any]:
    """The draft once it has been saved as this version."""
    state = page.get_by_test_id("save-state")
    await expect(state).to_have_attribute("data-version", str(version))
    await expect(state).to_have_attribute("data-state", "saved")
    return api.draft


async def drag(page: Page, start: Locator, end: tuple[float, float]) -> None:
    """As a hand does it: step by step."""
    box = await start.bounding_box()
    assert box
    await page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    await page.mouse.down()
    await page.mouse.move(*end, steps=8)
    await page.mouse.up()


async def centre(place: Locator) -> tuple[float, float]:
    box = await place.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def ids(blueprint: dict[str, Any]) -> list[str]:
    return [node["id"] for node in blueprint["nodes"]]


def ways(blueprint: dict[str, Any]) -> set[tuple[str, str, str | None]]:
    return {(each["source"], each["target"], each.get("branch")) for each in blueprint["edges"]}


async def test_steps_are_added_by_click_enter_and_drag(open_canvas: OpenCanvas) -> None:
    page, api = await open_canvas(empty())
    await page.get_by_test_id("part-trigger:razorpay.payment_received").click()
    await expect(page.get_by_test_id("node-payment_received")).to_be_visible()
    search = page.get_by_role("searchbox", name="Search steps")
    await search.fill("twilio")
    await search.press("Enter")
    await expect(page.get_by_test_id("node-send_message")).to_be_visible()
    await search.fill("")
    pane = page.locator(".react-flow__pane")
    await page.get_by_test_id("part-loop").drag_to(pane, target_position={"x": 300, "y": 500})
    await expect(page.get_by_test_id("node-for_each")).to_be_visible()
    draft = await saved(page, api, len(api.versions))
    assert ids(draft) == ["payment_received", "send_message", "for_each"]
    assert ways(draft) == {("payment_received", "send_message", None)}


async def test_a_plus_behind_an_open_way_goes_on_from_there(open_canvas: OpenCanvas) -> None:
    page, api = await open_canvas(payment())
    await page.get_by_role("button", name="Add a step after ask, rejected").click()
    await page.get_by_test_id("part-action:whatsapp.send_message").click()
    assert ("ask", "send_message", "rejected") in ways(await saved(page, api, 2))


async def test_a_plus_on_an_edge_inserts_and_undo_takes_it_back(open_canvas: OpenCanvas) -> None:
    page, api = await open_canvas(payment())
    await page.get_by_role("button", name="Insert a step between paid and is_large").click()
    await page.get_by_test_id("part-action:google_sheets.append_row").click()
    draft = await saved(page, api, 2)
    assert ("paid", "append_row", None) in ways(draft)
    assert ("append_row", "is_large", None) in ways(draft)
    await page.get_by_role("button", name="Undo", exact=True).click()
    assert await saved(page, api, 3) == payment()
    await page.get_by_role("button", name="Redo", exact=True).click()
    assert await saved(page, api, 4) == draft


async def test_connecting_says_why_it_refuses(open_canvas: OpenCanvas) -> None:
    page, api = await open_canvas(payment())

    async def connect(source: str, target: str, branch: str = "") -> None:
        start = page.get_by_test_id(f"node-{source}").locator(
            f".source[data-handleid='{branch}']" if branch else ".source"
        )
        await drag(
            page, start, await centre(page.get_by_test_id(f"node-{target}").locator(".target"))
        )

    notice = page.get_by_test_id("notice")
    await connect("is_large", "thank", "true")
    await expect(notice).to_contain_text("connected in this way already")
    await connect("thank", "is_large")
    await expect(notice).to_contain_text("round in a circle")
    await connect("is_large", "is_large", "true")
    await expect(notice).to_contain_text("cannot lead to itself")
    assert len(api.versions) == 1
    await page.keyboard.press("Escape")
    await connect("thank", "note")
    assert ("thank", "note", None) in ways(await saved(page, api, 2))


async def test_a_field_visit_is_one_step_and_templates_are_completed(
    open_canvas: OpenCanvas,
) -> None:
    page, api = await open_canvas(payment())
    await page.get_by_test_id("node-thank").click()
    message = page.get_by_label("Message", exact=True)
    await message.fill("")
    await message.press_sequentially("Dear {{customer.na")
    option = page.get_by_role("listbox").get_by_role("option").first
    await expect(option).to_contain_text("trigger_data.customer.name")
    await message.press("Enter")
    await expect(message).to_have_value("Dear {{trigger_data.customer.name}}")
    preview = page.locator("[data-field='data.params.message'] [data-testid=preview]")
    await expect(preview).to_contain_text("Dear Asha Rao")
    await page.get_by_label("Name", exact=True).click()
    await page.get_by_role("button", name="Undo", exact=True).click()
    await expect(message).to_have_value("Thank you, {{trigger_data.customer.name}}!")
    await expect(page.get_by_role("button", name="Undo", exact=True)).to_be_disabled()
    await expect(page.get_by_test_id("save-state")).to_have_attribute("data-state", "saved")
    assert api.draft == payment()


async def test_forms_keep_the_types_that_the_schema_has(open_canvas: OpenCanvas) -> None:
    page, api = await open_canvas(payment())
    await page.get_by_test_id("node-note").click()
    await page.get_by_label("Where", exact=True).select_option(label="top")
    await page.get_by_label("Is a header", exact=True).check()
    copies = page.get_by_label("Copies", exact=True)
    await copies.fill("12")
    await copies.blur()
    await expect(page.locator("[data-field='data.params.count']")).to_contain_text("1 to 9")
    await copies.fill("3")
    await page.get_by_role("button", name="Add another").click()
    await page.get_by_label("2.", exact=True).fill("paid")
    await page.locator("summary", has_text="When it fails").click()
    await page.get_by_label("Attempts after the first", exact=True).fill("2")
    await page.get_by_label("Attempts after the first", exact=True).blur()
    await expect(page.get_by_test_id("save-state")).to_have_attribute("data-state", "saved")
    data = api.draft["nodes"][4]["data"]
    assert data["params"] == {
        "spreadsheet_id": "S1",
        "values": ["{{trigger_data.amount}}", "paid"],
        "position": "top",
        "is_header": True,
        "count": 3,
    }
    assert data["error_handling"]["retry_count"] == 2


async def test_copy_paste_duplicate_and_delete(open_canvas: OpenCanvas) -> None:
    page, api = await open_canvas(payment())
    # So that all steps are in view beside the panel.
    for _ in range(3):
        await page.get_by_role("button", name="Zoom Out").click()
    await page.get_by_test_id("node-thank").click()
    await page.keyboard.press("Control+c")
    await page.keyboard.press("Control+v")
    await expect(page.get_by_test_id("node-thank_2")).to_be_visible()
    await page.get_by_test_id("node-ask").click(position={"x": 20, "y": 20})
    await page.get_by_test_id("node-note").click(modifiers=["Shift"])
    await page.keyboard.press("Control+d")
    await expect(page.get_by_test_id("node-note_2")).to_be_visible()
    draft = await saved(page, api, len(api.versions))
    assert ("ask_2", "note_2", "approved") in ways(draft)
    await page.keyboard.press("Delete")
    await expect(page.get_by_test_id("node-note_2")).to_have_count(0)
    await page.keyboard.press("Control+z")
    await expect(page.get_by_test_id("node-note_2")).to_be_visible()
    await page.keyboard.press("Control+a")
    await page.keyboard.press("Delete")
    await expect(page.locator(".gpc-card")).to_have_count(0)


async def test_tidy_find_and_the_sheet_of_shortcuts(open_canvas: OpenCanvas) -> None:
    page, api = await open_canvas(payment())
    await page.get_by_role("button", name="Tidy").click()
    draft = await saved(page, api, 2)
    places = [(node["position"]["x"], node["position"]["y"]) for node in draft["nodes"]]
    assert len(set(places)) == len(places)
    assert json.dumps(ids(draft)) == json.dumps(ids(payment()))
    await page.locator(".react-flow__pane").click(position={"x": 20, "y": 20})
    await page.get_by_test_id("canvas").focus()
    await page.keyboard.press("Control+k")
    await page.get_by_role("combobox", name="Name of a step").fill("append")
    await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("inspector")).to_contain_text("Append a row")
    await page.keyboard.press("Escape")
    await page.keyboard.press("?")
    await expect(page.get_by_test_id("shortcuts")).to_contain_text("Find a step")


async def test_a_box_chooses_several_steps(open_canvas: OpenCanvas) -> None:
    page, api = await open_canvas(payment())
    start, end = await centre(page.get_by_test_id("node-thank")), page.get_by_test_id("node-note")
    x, y = await centre(end)
    await page.keyboard.down("Shift")
    await page.mouse.move(start[0] - 200, start[1] - 80)
    await page.mouse.down()
    await page.mouse.move(x + 160, y + 100, steps=6)
    await page.mouse.up()
    await page.keyboard.up("Shift")
    await expect(page.get_by_label("Steps", exact=True)).to_contain_text("3 steps")
    await page.keyboard.press("Delete")
    assert ids(await saved(page, api, 2)) == ["paid", "is_large"]


async def test_an_agent_asks_one_of_the_assistants_or_another(open_canvas: OpenCanvas) -> None:
    page, api = await open_canvas(payment())
    await page.get_by_test_id("part-agent").click()
    await page.get_by_label("Asks", exact=True).select_option("a1")
    await expect(page.get_by_test_id("save-state")).to_have_attribute("data-state", "saved")
    assert api.draft["nodes"][-1]["data"]["params"] == {"assistant": "a1"}
    await page.get_by_label("Asks", exact=True).select_option(label="Another one, by its name")
    await page.get_by_label("Assistant", exact=True).fill("sales")
    await page.get_by_label("Assistant", exact=True).blur()
    await expect(page.get_by_test_id("save-state")).to_have_attribute("data-state", "saved")
    assert api.draft["nodes"][-1]["data"]["params"] == {"assistant": "sales"}


async def test_a_dragged_step_moves_once(open_canvas: OpenCanvas) -> None:
    page, api = await open_canvas(payment())
    paid = page.get_by_test_id("node-paid")
    x, y = await centre(paid)
    await drag(page, paid, (x + 10, y + 200))
    draft = await saved(page, api, 2)
    assert draft["nodes"][0]["position"]["y"] > 50
    await page.get_by_role("button", name="Undo", exact=True).click()
    assert (await saved(page, api, 3))["nodes"][0]["position"] == {"x": 0, "y": 0}


async def test_the_body_of_a_loop_is_framed_and_not_entered_from_outside(
    open_canvas: OpenCanvas,
) -> None:
    page, api = await open_canvas(looped())
    await expect(page.get_by_test_id("body-lines")).to_be_visible()
    await page.get_by_test_id("node-after").click()
    target = page.get_by_label("Connect to", exact=True)
    await target.select_option("row")
    await expect(page.get_by_test_id("inspector")).to_contain_text("belongs to the loop")
    await page.get_by_test_id("node-row").click()
    await target.select_option("after")
    await expect(page.get_by_test_id("inspector")).to_contain_text("Go on from")
    item = page.get_by_label("1.", exact=True)
    await item.fill("")
    await item.press_sequentially("{{item.s")
    await item.press("Enter")
    await expect(page.get_by_test_id("preview")).to_contain_text("tea")
    draft = await saved(page, api, len(api.versions))
    assert draft["nodes"][2]["data"]["params"]["values"] == ["{{item.sku}}"]


async def test_a_wait_is_of_one_kind_and_has_branches_for_an_event(open_canvas: OpenCanvas) -> None:
    page, api = await open_canvas(looped())
    after = page.get_by_test_id("node-after")
    await after.click()
    await page.get_by_label("Waits", exact=True).select_option("event")
    await page.get_by_label("Event", exact=True).fill("paid_back")
    await expect(after).to_contain_text("received")
    await expect(page.get_by_test_id("save-state")).to_have_attribute("data-state", "saved")
    assert api.draft["nodes"][3]["data"]["params"] == {"event": "paid_back"}
