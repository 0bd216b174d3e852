"""The Connections page against the real service: adding, changing, removing, looks."""

import pytest
from playwright.async_api import Page, expect

from tests.e2e.conftest import PHONE, OpenPage, violations
from tests.e2e.service import Service

SECRET = "sk-page-0123456789"


async def add(page: Page, name: str) -> None:
    await page.locator(".gp-head").get_by_role("button", name="Add connection").click()
    await page.get_by_label("Name", exact=True).fill(name)
    await page.get_by_label("API key", exact=True).fill(SECRET)
    await page.get_by_role("button", name="Save").click()
    row = page.get_by_test_id("connection-row").filter(has_text=name)
    await expect(row).to_contain_text("never")


async def test_a_connection_is_added_changed_switched_off_and_removed(
    empty_service: Service, open_page: OpenPage
) -> None:
    page = await open_page(f"{empty_service.url}/app/connections")
    await expect(page.locator(".gp-empty")).to_be_visible()
    assert await violations(page) == []
    await add(page, "Company CRM")
    await expect(page.locator(".gp-head p")).to_have_text("1 connection")
    assert SECRET not in await page.content()

    row = page.get_by_test_id("connection-row")
    await row.get_by_role("button", name="Change Company CRM").click()
    secret = page.get_by_label("API key It is set. Leave this empty to keep it.")
    await expect(secret).to_have_value("")
    await expect(secret).to_have_attribute("type", "password")
    await page.get_by_label("Name", exact=True).fill("ERP")
    await page.get_by_label("Address (optional)").fill("not an address")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("alert")).to_contain_text("base_url")
    await page.get_by_label("Address (optional)").fill("https://api.example.com")
    await page.get_by_role("button", name="Save").click()
    await expect(row).to_contain_text("ERP")
    await expect(row).to_contain_text("https://api.example.com")

    await row.get_by_role("button", name="Switch off ERP").click()
    await expect(row).to_contain_text("off")
    await row.get_by_role("button", name="Switch on ERP").click()
    await expect(row.get_by_role("button", name="Switch off ERP")).to_be_visible()
    await row.get_by_role("button", name="Remove ERP").click()
    await expect(row).to_be_visible()
    await row.get_by_role("button", name="Remove ERP").click()
    await expect(row).to_have_count(0)


async def test_another_kind_has_other_fields(empty_service: Service, open_page: OpenPage) -> None:
    page = await open_page(f"{empty_service.url}/app/connections")
    await page.locator(".gp-head").get_by_role("button", name="Add connection").click()
    await page.get_by_label("Name", exact=True).fill("Mail")
    await page.get_by_label("Kind").click()
    await page.get_by_role("option", name="User name and password").click()
    await expect(page.get_by_label("Password", exact=True)).to_be_visible()
    await expect(page.get_by_label("Name", exact=True)).to_have_value("Mail")
    await page.get_by_role("button", name="Cancel").click()
    await expect(page.get_by_label("Password", exact=True)).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("phone", [False, True])
async def test_both_themes_are_accessible_at_every_width(
    sample_service: Service, open_page: OpenPage, scheme: str, phone: bool
) -> None:
    options = {"color_scheme": scheme} | ({"viewport": PHONE} if phone else {})
    page = await open_page(f"{sample_service.url}/app/connections", **options)
    await add(page, f"For {scheme} {'phone' if phone else 'desk'}")
    await page.locator(".gp-head").get_by_role("button", name="Add connection").click()
    await expect(page.get_by_label("API key", exact=True)).to_be_visible()
    assert await violations(page) == []
    wide = await page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert not wide, "the page scrolls sideways"
    assert await page.locator("h1").count() == 1
