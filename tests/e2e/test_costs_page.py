"""The Costs page against the real service: empty, sample, upload with rejects, looks."""

from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.e2e.conftest import PHONE, OpenPage, violations
from tests.e2e.service import Service


async def test_an_empty_page_offers_the_sample_and_then_shows_its_spend(
    empty_service: Service, open_page: OpenPage
) -> None:
    page = await open_page(f"{empty_service.url}/app/costs")
    await expect(page.locator(".gp-empty")).to_be_visible()
    assert await violations(page) == []
    await page.get_by_role("button", name="Import the bundled sample").click()
    await expect(page.get_by_text("$144.40").first).to_be_visible()
    await expect(page.get_by_test_id("import-row").first).to_contain_text("28,185")
    await expect(page.get_by_text("Ask in the chat for an analysis")).to_be_visible()


async def test_an_upload_shows_what_was_rejected_and_why(
    sample_service: Service, open_page: OpenPage, tmp_path: Path
) -> None:
    usage = tmp_path / "may.csv"
    usage.write_text(
        "timestamp,model,input_tokens,output_tokens\n"
        "2026-05-05T09:00:00Z,gpt-4o,1200,80\n"
        "2026-05-06T09:00:00Z,gpt-4o,many,80\n"
    )
    page = await open_page(f"{sample_service.url}/app/costs")
    await page.get_by_role("button", name="Import usage").click()
    await page.locator(".gp-import input[type=file]").set_input_files(usage)
    await page.locator(".gp-import").get_by_role("button", name="Upload", exact=True).click()
    await expect(page.get_by_test_id("import")).to_contain_text("1 row imported · 1 rejected")
    row = page.get_by_test_id("import-row").filter(has_text="may.csv")
    await row.get_by_role("button", name="show").click()
    rejects = page.get_by_test_id("rejects")
    await expect(rejects.get_by_role("cell", name="many").first).to_be_visible()
    async with page.expect_download() as wanted:
        await rejects.get_by_role("link", name="All rejected rows").click()
    assert "many" in (await (await wanted.value).path()).read_text()

    # Taken back, it leaves the figures; it asks first.
    await row.get_by_role("button", name="Remove may.csv").click()
    await expect(row).to_be_visible()
    await row.get_by_role("button", name="Remove may.csv").click()
    await expect(row).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("phone", [False, True])
async def test_both_themes_are_accessible_at_every_width(
    sample_service: Service, open_page: OpenPage, scheme: str, phone: bool
) -> None:
    options = {"color_scheme": scheme} | ({"viewport": PHONE} if phone else {})
    page = await open_page(f"{sample_service.url}/app/costs", **options)
    await expect(page.get_by_text("Spend over time").first).to_be_visible()
    assert await violations(page) == []
    wide = await page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert not wide, "the page scrolls sideways"
    assert await page.locator("h1").count() == 1
