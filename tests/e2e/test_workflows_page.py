"""The list of workflows and the gallery of templates, against the real service."""

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.async_api import Locator, Page, expect

from tests.e2e.conftest import PHONE, OpenPage, violations
from tests.e2e.service import Service, open_to_postgres
from tests.e2e.workflow_samples import create, execute, filled


@pytest.fixture(scope="module")
async def service(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Service]:
    """A service with workflows of every kind, and with runs."""
    running = Service(open_to_postgres(tmp_path_factory.mktemp("flows")))
    await running.start()
    async with httpx.AsyncClient(base_url=running.url, timeout=60) as api:
        await filled(api)
    yield running
    await running.stop()


@pytest.fixture
async def api(service: Service) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=service.url, timeout=60) as client:
        yield client


def row(page: Page, name: str) -> Locator:
    """The row of a workflow of exactly this name."""
    named = page.get_by_role("link", name=name, exact=True)
    return page.get_by_test_id("workflow").filter(has=named)


async def menu(page: Page, name: str) -> Locator:
    """A row's further actions, open."""
    found = row(page, name)
    await found.get_by_label(f"More for {name}").click()
    return found.locator(".gp-menu-items")


async def test_rows_say_what_starts_them_whether_it_can_and_how_they_did(
    service: Service, open_page: OpenPage
) -> None:
    page = await open_page(f"{service.url}/app/workflows")
    planned = row(page, "Weekday digest")
    await expect(planned).to_contain_text("Every weekday at 09:00 IST")
    await expect(planned).to_contain_text("Next")
    await expect(planned.get_by_test_id("state")).to_have_text("Live")
    paid = row(page, "Note payments")
    await expect(paid).to_contain_text("Razorpay: Payment received")
    await expect(paid.get_by_test_id("state")).to_have_text("Cannot start")
    await expect(paid.get_by_test_id("problem")).to_contain_text("no active endpoint")
    sorted_ = row(page, "Sort by size")
    await expect(sorted_.get_by_role("img")).to_have_accessible_name(
        "Last 3 runs: 2 succeeded, 1 failed"
    )
    await expect(sorted_).to_contain_text("67 %")
    await expect(sorted_.get_by_test_id("state")).to_have_text("Failing")
    await expect(row(page, "Sketch").get_by_test_id("state")).to_have_text("Draft")


async def test_filters_search_and_order_are_in_the_address(
    service: Service, open_page: OpenPage
) -> None:
    page = await open_page(f"{service.url}/app/workflows")
    names = page.get_by_test_id("open")
    await page.get_by_role("link", name="Failing").click()
    await expect(names).to_have_text(["Sort by size"])
    await expect(page).to_have_url(re.compile("status=failing"))
    await page.get_by_role("link", name="All", exact=True).click()
    await page.get_by_label("Service", exact=True).select_option("timer")
    await expect(names).to_have_text(["Weekday digest"])
    await page.reload()
    await expect(names).to_have_text(["Weekday digest"])
    await expect(page.get_by_label("Service", exact=True)).to_have_value("timer")
    await page.go_back()
    await expect(page.get_by_label("Service", exact=True)).to_have_value("")
    await page.get_by_label("Order").select_option("name")
    await expect(names.first).to_have_text("Note payments")
    await page.get_by_label("Search by name").fill("sket")
    await expect(names).to_have_text(["Sketch"])
    await expect(page).to_have_url(re.compile("text=sket"))
    await page.get_by_label("Search by name").fill("nothing like it")
    await expect(page.get_by_text("No workflow fits.")).to_be_visible()
    await page.get_by_role("link", name="Show all").click()
    await expect(row(page, "Sketch")).to_be_visible()


async def test_a_long_list_has_pages(
    service: Service, api: httpx.AsyncClient, open_page: OpenPage
) -> None:
    made = [await create(api, f"Paged {number:02}") for number in range(21)]
    page = await open_page(f"{service.url}/app/workflows?text=Paged&sort=name")
    await expect(page.get_by_test_id("workflow")).to_have_count(20)
    await expect(page.get_by_text("1 to 20 of 21")).to_be_visible()
    await page.get_by_role("link", name="Next").click()
    await expect(page.get_by_test_id("open")).to_have_text(["Paged 20"])
    await page.get_by_role("link", name="Previous").click()
    await expect(page.get_by_test_id("workflow")).to_have_count(20)
    for workflow_id in made:
        await api.delete(f"/workflows/{workflow_id}")


async def test_going_live_and_off_copies_and_the_end(
    service: Service, api: httpx.AsyncClient, open_page: OpenPage
) -> None:
    await create(api, "Short life")
    await create(api, "Broken", [{"type": "condition", "data": {"params": {}}}])
    page = await open_page(f"{service.url}/app/workflows?sort=newest")
    await page.get_by_role("button", name="Activate Short life").click()
    await expect(row(page, "Short life").get_by_test_id("state")).to_have_text("Live")
    await page.get_by_role("button", name="Deactivate Short life").click()
    await expect(row(page, "Short life").get_by_test_id("state")).to_have_text("Draft")
    await page.get_by_role("button", name="Activate Broken").click()
    await expect(page.get_by_role("alert")).to_contain_text("cannot go live yet")

    await (await menu(page, "Short life")).get_by_role("button", name="Duplicate").click()
    await expect(row(page, "Short life (copy)")).to_be_visible()
    items = await menu(page, "Short life (copy)")
    await items.get_by_role("button", name="Delete", exact=True).click()
    await expect(row(page, "Short life (copy)")).to_be_visible()
    await items.get_by_role("button", name="Delete it?").click()
    await expect(row(page, "Short life (copy)")).to_have_count(0)
    await expect(row(page, "Short life")).to_have_count(1)


async def test_what_is_exported_can_be_imported(
    service: Service, api: httpx.AsyncClient, open_page: OpenPage, tmp_path: Path
) -> None:
    page = await open_page(f"{service.url}/app/workflows")
    items = await menu(page, "Sketch")
    async with page.expect_download() as wanted:
        await items.get_by_role("link", name="Export").click()
    download = await wanted.value
    assert download.suggested_filename == "sketch.json"
    document: dict[str, Any] = json.loads((await download.path()).read_text())
    assert document["format"] == "goldenpath.workflow"
    assert "stored" not in json.dumps(document)

    await page.get_by_role("link", name="Import").click()
    await page.get_by_label("Or paste it").fill("{ no json")
    await page.get_by_role("button", name="Import").click()
    await expect(page.get_by_role("alert")).to_contain_text("This is no JSON")
    await expect(page.get_by_label("Or paste it")).to_have_value("{ no json")
    assert await violations(page) == []


async def test_templates_are_found_and_shown_before_they_are_used(
    service: Service, open_page: OpenPage
) -> None:
    page = await open_page(f"{service.url}/app/workflows")
    await page.get_by_role("link", name="Templates").click()
    cards = page.get_by_test_id("template")
    await expect(cards.first).to_be_visible()
    await page.get_by_role("link", name="Payments", exact=True).click()
    await expect(page).to_have_url(re.compile("category=payments"))
    await page.get_by_label("Search templates").fill("refund")
    await expect(cards).to_have_count(1)
    assert await violations(page) == []
    await cards.get_by_role("link").click()
    preview = page.get_by_test_id("preview")
    await expect(preview).to_contain_text("When approved")
    await expect(preview.locator(".gp-steps li").nth(2)).to_contain_text("Refund the payment")
    await expect(preview).to_contain_text("Razorpay To be added")
    await expect(preview).to_contain_text("Who approves refunds")
    await preview.get_by_role("button", name="4 stars").click()
    await expect(preview).to_contain_text("4.0 (1)")
    assert await violations(page) == []
    await page.reload()
    await expect(preview).to_contain_text("4.0 (1)")
    await page.go_back()
    await expect(cards).to_have_count(1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("phone", [False, True])
async def test_both_themes_are_accessible_at_every_width(
    service: Service, open_page: OpenPage, scheme: str, phone: bool
) -> None:
    options = {"color_scheme": scheme} | ({"viewport": PHONE} if phone else {})
    page = await open_page(f"{service.url}/app/workflows", **options)
    await expect(row(page, "Sketch")).to_be_visible()
    assert await violations(page) == []
    for query in ("", "?view=templates"):
        await page.goto(f"{service.url}/app/workflows{query}")
        await expect(page.locator(".gp-flow, .gp-card").first).to_be_visible()
        wide = await page.evaluate("document.documentElement.scrollWidth > innerWidth")
        assert not wide, "the page scrolls sideways"
        assert await page.locator("h1").count() == 1


async def test_names_are_text_and_nothing_else(
    service: Service, api: httpx.AsyncClient, open_page: OpenPage
) -> None:
    name = "<img src=x onerror=alert(1)> ${props} {{value}}"
    workflow_id = await create(api, name)
    await execute(api, await create(api, "Once", is_live=True))
    page = await open_page(f"{service.url}/app/workflows?text=onerror")
    await expect(page.get_by_test_id("open")).to_have_text([name])
    await api.delete(f"/workflows/{workflow_id}")
