"""The canvas in its page: from a sentence, a template, a file or nothing to a live workflow."""

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from playwright.async_api import Page, expect

from tests.e2e.conftest import PHONE, OpenPage, violations
from tests.e2e.service import Service, open_to_postgres
from tests.e2e.test_accounts import PASSWORD, register
from tests.e2e.workflow_samples import create, execute

SENTENCE = "Every weekday at 9:00 wait 5 minutes"
#: What Chromium says of the answer 404, which is what a test is about.
MISSING = "404"


@pytest.fixture(scope="module")
async def service(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Service]:
    """A service that nobody has used yet; the first test empties and fills it in order."""
    running = Service(open_to_postgres(tmp_path_factory.mktemp("builder")))
    await running.start()
    yield running
    await running.stop()


@pytest.fixture
async def api(service: Service) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=service.url, timeout=60) as client:
        yield client


async def test_one_sentence_becomes_a_live_workflow(service: Service, open_page: OpenPage) -> None:
    page = await open_page(f"{service.url}/app/workflows")
    await expect(page.get_by_test_id("empty")).to_be_visible()
    assert await violations(page) == []
    await page.get_by_label("Describe what should happen").fill(SENTENCE)
    await page.keyboard.press("Enter")

    await expect(page.get_by_test_id("canvas")).to_be_visible()
    await expect(page.get_by_test_id("node-wait")).to_be_visible()
    notes = page.get_by_test_id("draft-notes")
    await expect(notes).to_contain_text(f"Drafted from “{SENTENCE}”")
    await expect(notes).to_contain_text("Times are in the time zone")
    await page.reload()
    await expect(notes).to_contain_text("Times are in the time zone")
    assert await violations(page) == []
    await notes.get_by_role("button", name="Dismiss").click()
    await expect(notes).to_have_count(0)

    await page.get_by_label("Name of the workflow").fill("Morning pause")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Morning pause")
    await expect(page).to_have_title(re.compile("Morning pause"))
    await page.get_by_role("button", name="Activate").click()
    await page.get_by_test_id("activate").get_by_role("button", name="Activate").click()
    await expect(page.get_by_test_id("notice")).to_contain_text("is live")

    await page.get_by_role("link", name="Workflows").last.click()
    row = page.get_by_test_id("workflow")
    await expect(row).to_contain_text("Morning pause")
    await expect(row.get_by_test_id("state")).to_have_text("Live")
    await expect(row).to_contain_text("Every weekday at 09:00")
    # The browser's own way leads to the canvas, and to the list again.
    await page.go_back()
    await expect(page.get_by_test_id("canvas")).to_be_visible()
    await page.go_forward()
    await expect(row).to_contain_text("Morning pause")


async def test_a_template_and_a_file_become_drafts_on_the_canvas(
    service: Service, open_page: OpenPage, tmp_path: Path
) -> None:
    page = await open_page(f"{service.url}/app/workflows?view=templates")
    await page.get_by_role("link", name="Refund after approval").click()
    await page.get_by_role("button", name="Use this template").click()
    await expect(page.get_by_test_id("canvas")).to_be_visible()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Refund after approval")
    workflow_id = re.search(r"id=([0-9a-f-]{36})", page.url)
    assert workflow_id

    async with httpx.AsyncClient(base_url=service.url) as client:
        document = (await client.get(f"/workflows/{workflow_id[1]}/export")).json()
    document["name"] = "From a file"
    file = tmp_path / "flow.json"
    file.write_text(json.dumps(document))
    await page.goto(f"{service.url}/app/workflows?view=import")
    await page.get_by_label("File").set_input_files(file)
    await expect(page.get_by_label("Or paste it")).to_have_value(re.compile("goldenpath.workflow"))
    await page.get_by_role("button", name="Import").click()
    await expect(page.get_by_test_id("canvas")).to_be_visible()
    await expect(page.get_by_role("heading", level=1)).to_have_text("From a file")
    await expect(page.get_by_test_id("draft-notes")).to_contain_text("before it can go live")


async def test_a_run_is_shown_on_the_canvas_by_its_link(
    service: Service, api: httpx.AsyncClient, open_page: OpenPage
) -> None:
    workflow_id = await create(api, "Sorted", is_live=True)
    await execute(api, workflow_id, amount=1500)
    [run] = (await api.get(f"/workflows/{workflow_id}/runs")).json()
    page = await open_page(f"{service.url}/app/workflows?id={workflow_id}&run={run['run_id']}")
    await expect(page.get_by_test_id("node-step_0")).to_have_attribute("data-state", "done")


async def test_a_workflow_is_built_and_activated_by_keyboard_alone(
    service: Service, open_page: OpenPage
) -> None:
    page = await open_page(f"{service.url}/app/workflows?text=none")
    keys = page.keyboard
    await tab_to(page, "New workflow")
    await keys.press("Enter")
    await expect(page.get_by_test_id("canvas")).to_be_visible()
    await page.get_by_test_id("canvas").focus()
    await keys.press("o")
    await expect(page.get_by_test_id("outline")).to_be_visible()
    for words in ("start by hand", "wait"):
        await page.get_by_test_id("canvas").focus()
        await keys.press("a")
        await expect(page.get_by_role("searchbox", name="Search steps")).to_be_focused()
        await keys.type(words)
        await keys.press("Enter")
    await page.get_by_label("Seconds", exact=True).focus()
    await keys.type("60")
    await expect(page.get_by_test_id("save-state")).to_have_attribute("data-state", "saved")
    await expect(page.get_by_test_id("problems-button")).to_contain_text("No problems")
    await tab_to(page, "Activate")
    await keys.press("Enter")
    await expect(page.get_by_test_id("activate")).to_be_visible()
    await keys.press("Enter")
    await expect(page.get_by_test_id("notice")).to_contain_text("is live")


async def tab_to(page: Page, name: str) -> None:
    """Press Tab until the button of this name has the focus."""
    focused = "document.activeElement?.textContent?.trim() ?? ''"
    for _ in range(80):
        await page.keyboard.press("Tab")
        if await page.evaluate(focused) == name:
            return
    raise AssertionError(f"{name} cannot be reached by Tab")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("phone", [False, True])
async def test_the_builder_is_accessible_at_every_width(
    service: Service, api: httpx.AsyncClient, open_page: OpenPage, scheme: str, phone: bool
) -> None:
    workflow_id = await create(api, "Looked at")
    options = {"color_scheme": scheme} | ({"viewport": PHONE} if phone else {})
    page = await open_page(f"{service.url}/app/workflows?id={workflow_id}", **options)
    await expect(page.get_by_test_id("outline" if phone else "node-step_0")).to_be_visible()
    assert await violations(page) == []
    fits = "document.documentElement.scrollWidth <= innerWidth && scrollMaxOf() <= 0"
    sizes = "function scrollMaxOf() { return document.documentElement.scrollHeight - innerHeight; }"
    assert await page.evaluate(f"(() => {{ {sizes} return {fits}; }})()"), "the page scrolls itself"


async def test_what_is_not_there_says_so_and_leads_back(
    service: Service, open_page: OpenPage
) -> None:
    missing = "00000000-0000-4000-8000-000000000000"
    page = await open_page(f"{service.url}/app/workflows?id={missing}", expected=[MISSING])
    await expect(page.get_by_role("heading", level=1)).to_have_text("Not there")
    await expect(page.get_by_text("The workflow cannot be shown.")).to_be_visible()
    await page.get_by_role("link", name="Workflows").last.click()
    await expect(page.get_by_test_id("workflow").first).to_be_visible()


async def test_signed_in_people_build_and_strangers_find_nothing(
    tmp_path: Path, open_page: OpenPage
) -> None:
    accounts = Service(open_to_postgres(tmp_path), {"GOLDENPATH_AUTH": "accounts"})
    await accounts.start()
    try:
        ann = await open_page(await accounts.first_link())
        await register(ann, "ann@example.com", "Ann")
        await ann.goto(f"{accounts.url}/app/account")
        await ann.get_by_label("E-mail address, if it is for one person").fill("bob@example.com")
        await ann.get_by_role("button", name="Invite").click()
        invitation = await ann.get_by_test_id("once").input_value()
        await ann.goto(f"{accounts.url}/app/workflows")
        await ann.get_by_label("Describe what should happen").fill(SENTENCE)
        await ann.get_by_role("button", name="Draft it").click()
        await expect(ann.get_by_test_id("node-wait")).to_be_visible()
        await ann.get_by_label("Name of the workflow").fill("Ann's own")
        await expect(ann.get_by_role("heading", level=1)).to_have_text("Ann's own")

        bob = await open_page(invitation, expected=[MISSING])
        await bob.get_by_label("Password").fill(PASSWORD)
        await bob.get_by_role("button", name="Create the account").click()
        await expect(bob.get_by_test_id("who")).to_be_visible()
        await bob.goto(ann.url)
        await expect(bob.get_by_role("heading", level=1)).to_have_text("Not there")

        # Shared, it is there, to be looked at.
        await ann.goto(f"{accounts.url}/app/workflows")
        await ann.get_by_label("More for Ann's own").click()
        await ann.get_by_role("link", name="Share").click()
        sharing = ann.get_by_test_id("sharing")
        await sharing.get_by_label("E-mail address of a member").fill("bob@example.com")
        await sharing.get_by_role("button", name="Share").click()
        await expect(sharing.get_by_role("button", name="Remove")).to_be_visible()
        await bob.goto(f"{accounts.url}/app/workflows")
        await expect(bob.get_by_test_id("open")).to_have_text(["Ann's own"])
        await expect(bob.get_by_role("button", name="Activate Ann's own")).to_have_count(0)
    finally:
        await accounts.stop()
