"""The canvas over the real API: built, tested, answered in place, tested in part, made live."""

import json
from typing import Any

import httpx
from playwright.async_api import Page, expect

from tests.e2e.conftest import OpenPage
from tests.e2e.service import Service

#: Puts the builder of a workflow on a page that has nothing else.
MOUNT = """async (id) => {
  document.title = "Builder";
  document.body.innerHTML = '<h1 style="position: absolute; left: -999px">Builder</h1>'
    + '<main id="at" style="height: 100vh"></main>';
  for (const each of document.head.querySelectorAll("link, style")) each.remove();
  document.body.style.margin = "0";
  const style = document.createElement("link");
  Object.assign(style, { rel: "stylesheet", href: "/ui-static/canvas/canvas.css" });
  document.head.append(style);
  const { mountApi } = await import("/ui-static/canvas/canvas.js");
  await mountApi(document.getElementById("at"), { base: "", id });
}"""


def step(identity: str, kind: str, column: int, **params: Any) -> dict[str, Any]:
    place = {"x": 340 * column, "y": 0}
    return {"id": identity, "type": kind, "data": {"params": params}, "position": place}


def edge(source: str, target: str, branch: str | None = None) -> dict[str, Any]:
    found = {"id": f"{source}_{branch}_{target}", "source": source, "target": target}
    return {**found, "branch": branch} if branch else found


def document() -> dict[str, Any]:
    """Asks about what is large, and then looks at its lines; needs nobody outside."""
    begin = step("begin", "trigger", 0)
    begin["data"] |= {"service": "manual", "task": "start"}
    return {
        "schema": 1,
        "name": "Large orders",
        "settings": {},
        "nodes": [
            begin,
            step("large", "condition", 1, condition="trigger_data.amount > 1000"),
            step("ask", "approval", 2, title="Pay?", approvers=["owner"]),
            step("lines", "loop", 3, items="{{trigger_data.lines}}"),
            step("many", "condition", 4, condition="item > 1"),
        ],
        "edges": [
            edge("begin", "large"),
            edge("large", "ask", "true"),
            edge("ask", "lines", "approved"),
            edge("lines", "many", "each"),
        ],
    }


async def opened(service: Service, open_page: OpenPage) -> Page:
    async with httpx.AsyncClient(base_url=service.url, timeout=30) as client:
        body = {"name": "Large orders", "blueprint": document()}
        made = await client.post("/workflows", json=body)
        made.raise_for_status()
    # Any page of the service: the bundle asks for nothing of it.
    page = await open_page(f"{service.url}/sign-in")
    await page.evaluate(MOUNT, made.json()["workflow_id"])
    await page.get_by_test_id("canvas").wait_for()
    return page


async def test_a_draft_is_tried_answered_pinned_and_activated(
    empty_service: Service, open_page: OpenPage
) -> None:
    page = await opened(empty_service, open_page)
    await expect(page.get_by_test_id("part-action:whatsapp.send_message")).to_be_visible()
    await page.get_by_role("button", name="Test", exact=True).click()
    sample = page.get_by_label("Sample", exact=True)
    await sample.fill(json.dumps({"amount": 2000, "lines": [1, 2, 3]}))
    await page.get_by_role("button", name="Run this draft").click()
    ask = page.get_by_test_id("node-ask")
    await expect(ask).to_have_attribute("data-state", "waiting")
    panel = page.get_by_test_id("run-panel")
    await panel.get_by_role("button", name="Approval").click()
    await page.get_by_test_id("answer").get_by_role("button", name="Approve", exact=True).click()
    await expect(ask).to_have_attribute("data-state", "done")
    await expect(page.get_by_test_id("node-many")).to_contain_text("3\u00d7")
    await expect(page.get_by_test_id("edge-lines_each_many")).to_contain_text("each · 3")

    await page.get_by_test_id("node-run").get_by_role("button", name="Pin its output").click()
    await page.get_by_test_id("canvas").focus()
    await page.get_by_test_id("node-lines").click(position={"x": 40, "y": 15})
    await page.keyboard.press("e")
    await sample.fill(json.dumps({"amount": 2000, "lines": [1]}))
    await panel.get_by_role("button", name="Run to here").click()
    status = page.get_by_test_id("run-status")
    await expect(status).to_contain_text("test up to lines with 1 pinned")
    await expect(status).to_have_attribute("data-status", "success")

    await page.get_by_test_id("node-large").click(position={"x": 40, "y": 15})
    await page.get_by_role("button", name="Settings", exact=True).click()
    await expect(page.get_by_test_id("check")).to_have_text("True for the sample")
    await page.get_by_role("button", name="Activate").click()
    await page.get_by_test_id("activate").get_by_role("button", name="Activate").click()
    await expect(page.get_by_test_id("live-state")).to_have_text("Live")
