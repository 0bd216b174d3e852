"""The Analytics page: figures and plots of what ran, in both themes."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from playwright.async_api import Page, expect

from tests.e2e.conftest import PHONE, OpenPage, violations
from tests.e2e.service import Service, open_to_postgres


def blueprint(name: str, text: str) -> dict[str, Any]:
    params = {"name": "note.txt", "text": text}
    action = {"service": "file", "task": "write_text", "params": params}
    return {
        "schema": 1,
        "name": name,
        "nodes": [
            {"id": "start", "type": "trigger", "data": {"service": "manual", "task": "start"}},
            {"id": "write", "type": "action", "data": action},
        ],
        "edges": [{"id": "e", "source": "start", "target": "write"}],
    }


@pytest.fixture(scope="module")
async def counted(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """The page of a service where one workflow succeeds and another fails."""
    service = Service(open_to_postgres(tmp_path_factory.mktemp("counted")))
    await service.start()
    async with httpx.AsyncClient(base_url=service.url, timeout=60) as api:
        for name, text in (("Notes", "hello"), ("Receipts", "{{trigger_data.receipt}}")):
            body = {"name": name, "blueprint": blueprint(name, text)}
            made = (await api.post("/workflows", json=body)).raise_for_status().json()
            path = f"/workflows/{made['workflow_id']}"
            (await api.post(f"{path}/activate", json={})).raise_for_status()
            for _ in range(2):
                run = (await api.post(f"{path}/execute", json={})).raise_for_status().json()
                await api.get(f"/threads/{run['thread_id']}/runs/{run['run_id']}/join")
        yield f"{service.url}/app/analytics"
    await service.stop()


def plot(page: Page, title: str) -> Any:
    heading = page.get_by_role("heading", name=title, exact=True)
    return page.locator(".gp-plot").filter(has=heading)


async def test_what_ran_is_counted_and_drawn(counted: str, open_page: OpenPage) -> None:
    page = await open_page(counted)
    await expect(page.get_by_text("4 executions")).to_be_visible()
    await expect(page.get_by_text("50.0 %").first).to_be_visible()
    await expect(plot(page, "Throughput").locator(".bars path").first).to_be_visible()
    failures = plot(page, "Failures by step")
    await expect(failures.get_by_text("write: TemplateUnresolved")).to_be_visible()
    await expect(plot(page, "Cost of models")).to_be_hidden()
    assert await violations(page) == []


async def test_one_workflow_is_chosen_and_stays_in_the_address(
    counted: str, open_page: OpenPage
) -> None:
    page = await open_page(counted)
    await page.get_by_label("Workflow", exact=True).select_option(label="Notes")
    await expect(page.get_by_text("2 executions")).to_be_visible()
    await page.get_by_role("link", name="7 days").click()
    await expect(page.get_by_role("link", name="7 days")).to_have_attribute("aria-current", "page")
    await page.reload()
    await expect(page.get_by_text("2 executions")).to_be_visible()
    await expect(page.get_by_text("100.0 %").first).to_be_visible()


async def test_it_fits_a_phone_in_the_dark(counted: str, open_page: OpenPage) -> None:
    page = await open_page(counted, viewport=PHONE, color_scheme="dark")
    await expect(plot(page, "Throughput").locator(".bars path").first).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    label = plot(page, "Throughput").locator(".ytick text").first
    assert await label.evaluate("(node) => getComputedStyle(node).fill") == "rgb(161, 161, 170)"
    assert await violations(page) == []
