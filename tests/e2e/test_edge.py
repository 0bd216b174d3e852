"""The edge against the real service and a real browser: policies hold, and break no page."""

from pathlib import Path

import httpx
import pytest
from playwright.async_api import expect

from tests.e2e.conftest import OpenPage, ask
from tests.e2e.service import Service

PAGES = ("/app/", "/app/costs", "/docs")
#: Collects what the page's policy refuses, from the first script on.
WATCH = """
window.refused = [];
addEventListener("securitypolicyviolation", (event) =>
  window.refused.push(`${event.violatedDirective} ${event.blockedURI}`));
"""


@pytest.mark.parametrize("path", PAGES)
async def test_no_page_meets_its_policy(
    sample_service: Service, open_page: OpenPage, path: str
) -> None:
    page = await open_page(f"{sample_service.url}{path}", script=WATCH)
    assert "script-src 'self'" in await page.evaluate(
        "fetch(location.href).then((answer) => answer.headers.get('content-security-policy'))"
    )
    if path == "/app/":
        await ask(page, "Analyze my AI costs")
        await expect(page.get_by_test_id("report").locator("svg[role=img]").first).to_be_visible()
    if path == "/app/costs":
        await expect(page.get_by_text("Spend over time").first).to_be_visible()
    assert await page.evaluate("refused") == []


async def test_the_policy_is_in_force(sample_service: Service, open_page: OpenPage) -> None:
    url = f"{sample_service.url}/docs"
    page = await open_page(url, script=WATCH, expected=["object-src"])
    await page.evaluate(
        "document.body.insertAdjacentHTML('beforeend', '<object data=\"/favicon.ico\">')"
    )
    await page.wait_for_function("refused.length")
    assert "object-src" in (await page.evaluate("refused"))[0]


async def test_a_name_that_was_made_to_point_here_is_none_of_ours(sample_service: Service) -> None:
    async with httpx.AsyncClient(base_url=sample_service.url) as client:
        for path in ("/threads", "/app/", "/docs", "/health/live"):
            answer = await client.get(path, headers={"Host": "evil.example"})
            assert answer.status_code == 403
            assert "GOLDENPATH_HOSTS" in answer.json()["detail"]


async def test_a_page_of_elsewhere_changes_nothing(
    sample_service: Service, open_page: OpenPage, empty_service: Service
) -> None:
    """Another service of the same machine stands for any other site."""
    expected = [f"external request: {sample_service.url}", "403"]
    page = await open_page(f"{empty_service.url}/docs", expected=expected)
    async with httpx.AsyncClient(base_url=sample_service.url) as client:
        before = (await client.get("/threads")).headers["x-pagination-total"]
        form = f"""
            const form = document.createElement("form");
            form.method = "POST"; form.enctype = "text/plain";
            form.action = "{sample_service.url}/threads";
            document.body.append(form); form.submit();
        """
        async with page.expect_navigation():
            await page.evaluate(form)
        assert "Pages of other hosts may not" in await page.content()
        assert (await client.get("/threads")).headers["x-pagination-total"] == before


async def test_uploads_are_nobody_elses_to_see(sample_service: Service, tmp_path: Path) -> None:
    async with httpx.AsyncClient(base_url=f"{sample_service.url}/app/gradio_api") as client:
        sent = await client.post("/upload", files={"files": ("a.csv", b"a,b\n")})
        [path] = sent.json()
        folder = Path(path).parents[1]
        assert folder.name == "uploads"
        assert folder.stat().st_mode & 0o777 == 0o700
        served = await client.get(f"/file={path}")
        assert served.headers["content-disposition"].startswith("attachment")
        # A restarted service knows no owner of what lies there, and serves it to nobody.
        stray = folder / "stray.csv"
        stray.write_text("a")
        assert (await client.get(f"/file={stray}")).status_code == 403
