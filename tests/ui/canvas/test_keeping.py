"""The draft is kept: saves, conflicts, problems, activation, versions, proposals."""

from copy import deepcopy

from playwright.async_api import expect

from tests.ui.canvas.blueprints import edge, node, payment
from tests.ui.canvas.conftest import OpenCanvas
from tests.ui.canvas.test_building import ids, saved, ways

#: What Chromium says of the answer 409, which is what these tests are about.
STALE = "409"


async def test_a_conflict_never_replaces_anything_unseen(open_canvas: OpenCanvas) -> None:
    page, api = await open_canvas(payment(), expected=[STALE])
    theirs = deepcopy(payment())
    theirs["nodes"][0]["title"] = "Money came in"
    api.versions.append(theirs)
    name = page.get_by_role("textbox", name="Name of the workflow")
    await name.fill("Mine")
    dialog = page.get_by_test_id("conflict")
    await expect(dialog).to_contain_text("Version 2 was saved while you were editing")
    assert api.draft == theirs
    await dialog.get_by_role("button", name="Compare").click()
    await expect(page.get_by_test_id("node-paid")).to_have_attribute("data-change", "changed")
    await page.get_by_test_id("compare").get_by_role("button", name="Keep mine").click()
    assert (await saved(page, api, 3))["name"] == "Mine"


async def test_reload_takes_theirs(open_canvas: OpenCanvas) -> None:
    page, api = await open_canvas(payment(), expected=[STALE])
    api.versions.append({**payment(), "name": "Theirs"})
    name = page.get_by_role("textbox", name="Name of the workflow")
    await name.fill("Mine")
    await page.get_by_test_id("conflict").get_by_role("button", name="Reload").click()
    await expect(name).to_have_value("Theirs")
    await name.fill("Ours")
    assert (await saved(page, api, 3))["name"] == "Ours"


async def test_problems_lead_to_the_field_and_keep_it_from_going_live(
    open_canvas: OpenCanvas,
) -> None:
    broken = payment()
    del broken["nodes"][2]["data"]["params"]["message"]
    page, api = await open_canvas(broken)
    activate = page.get_by_role("button", name="Activate")
    await expect(activate).to_be_disabled()
    await expect(activate).to_have_accessible_description("1 problem keeps it from going live.")
    await page.get_by_test_id("problems-button").click()
    problems = page.get_by_test_id("problems")
    await problems.get_by_role("button", name="The step needs message").click()
    await expect(page.get_by_label("Message", exact=True)).to_be_focused()
    await page.keyboard.type("Thanks")
    await expect(activate).to_be_enabled()
    await activate.click()
    dialog = page.get_by_test_id("activate")
    await expect(dialog).to_contain_text("It starts with Payment received and has 5 steps")
    await dialog.get_by_role("button", name="Activate").click()
    await expect(page.get_by_test_id("notice")).to_contain_text("is live")
    assert api.active == len(api.versions)


async def test_what_is_live_is_compared_with_and_turned_off(open_canvas: OpenCanvas) -> None:
    page, api = await open_canvas(payment())
    live = page.get_by_test_id("live-state")
    await expect(live).to_have_text("Off")
    await page.get_by_role("button", name="Activate").click()
    await page.get_by_test_id("activate").get_by_role("button", name="Activate").click()
    await expect(live).to_have_text("Live")
    await page.get_by_test_id("node-note").click()
    await page.keyboard.press("Delete")
    await saved(page, api, 2)
    await expect(live).to_have_text("Version 1 is live")
    await page.get_by_role("button", name="Activate").click()
    dialog = page.get_by_test_id("activate")
    await expect(dialog).to_contain_text("Against version 1: 1 step removed")
    await dialog.get_by_role("button", name="Not yet").click()
    await live.click()
    await page.get_by_test_id("live").get_by_role("button", name="Turn off").click()
    await expect(live).to_have_text("Off")
    assert api.active is None


async def test_settings_of_the_workflow_are_kept(open_canvas: OpenCanvas) -> None:
    page, api = await open_canvas(payment())
    await page.get_by_role("button", name="Settings of the workflow").click()
    await page.get_by_label("Time zone").fill("Asia/Kolkata")
    await page.locator("summary", has_text="Runs at the same time").click()
    await page.get_by_label("Runs at the same time").fill("2")
    await page.get_by_label("Runs at the same time").blur()
    await expect(page.get_by_test_id("save-state")).to_have_attribute("data-state", "saved")
    assert api.draft["settings"] == {"time_zone": "Asia/Kolkata", "concurrency": {"limit": 2}}


async def test_versions_are_compared_and_restored(open_canvas: OpenCanvas) -> None:
    page, api = await open_canvas(payment())
    await page.get_by_test_id("node-note").click()
    await page.keyboard.press("Delete")
    assert "note" not in ids(await saved(page, api, 2))
    await page.get_by_role("button", name="Versions").click()
    panel = page.get_by_test_id("versions")
    await panel.get_by_role("button", name="Compare").click()
    await expect(page.get_by_test_id("compare")).to_contain_text("1 step removed")
    removed = page.get_by_test_id("node-note")
    await expect(removed).to_have_attribute("data-change", "removed")
    await expect(removed).to_contain_text("Removed")
    await page.get_by_role("button", name="Back to editing").click()
    await panel.get_by_role("button", name="Restore").click()
    assert await saved(page, api, 3) == payment()
    await expect(page.get_by_test_id("node-note")).to_be_visible()


async def test_a_proposal_is_taken_in_part_in_one_step(open_canvas: OpenCanvas) -> None:
    page, api = await open_canvas(payment())
    api.proposal = deepcopy(payment())
    api.proposal["nodes"].append(node("pause", "wait", 1060, -60, params={"seconds": 60}))
    api.proposal["edges"].append(edge("thank", "pause"))
    api.proposal["nodes"][0]["title"] = "Paid"
    sentence = page.get_by_role("textbox", name="Describe a change in a sentence")
    await sentence.fill("Wait a minute after the message")
    await sentence.press("Enter")
    panel = page.get_by_test_id("proposal")
    await expect(page.get_by_test_id("node-pause")).to_have_attribute("data-change", "added")
    assert len(api.versions) == 1
    await panel.get_by_role("checkbox", name="Changed Paid").uncheck()
    await panel.get_by_role("button", name="Accept 1 of 2").click()
    draft = await saved(page, api, 2)
    assert ("thank", "pause", None) in ways(draft)
    assert draft["nodes"][0] == payment()["nodes"][0]
    await page.get_by_role("button", name="Undo", exact=True).click()
    assert await saved(page, api, 3) == payment()


async def test_a_refused_proposal_changes_nothing(open_canvas: OpenCanvas) -> None:
    page, api = await open_canvas(payment())
    api.proposal = {**payment(), "nodes": [], "edges": []}
    sentence = page.get_by_role("textbox", name="Describe a change in a sentence")
    await sentence.fill("Remove everything")
    await sentence.press("Enter")
    await expect(page.get_by_test_id("node-paid")).to_contain_text("Removed")
    await page.get_by_role("button", name="Reject").click()
    await expect(page.get_by_test_id("node-paid")).not_to_contain_text("Removed")
    assert len(api.versions) == 1
