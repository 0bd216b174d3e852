"""The Approvals page: what waits for somebody is answered there, and stays as it was settled."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from playwright.async_api import Page, expect

from tests.e2e.conftest import PHONE, OpenPage, violations
from tests.e2e.service import Service, open_to_postgres

GATE = {
    "title": "Refund {{trigger_data.amount}} INR to {{trigger_data.customer}}?",
    "message": "It came back <b>damaged</b>.",
    "approvers": ["owner"],
    "editable": ["trigger_data.amount"],
}
ASKING: dict[str, Any] = {
    "schema": 1,
    "name": "Refunds",
    "nodes": [
        {"id": "start", "type": "trigger", "data": {"service": "manual", "task": "start"}},
        {"id": "gate", "type": "approval", "data": {"params": GATE}},
    ],
    "edges": [{"id": "e", "source": "start", "target": "gate"}],
}


class Asking:
    """A service with a workflow that asks."""

    def __init__(self, service: Service, api: httpx.AsyncClient, workflow_id: str) -> None:
        self.url = f"{service.url}/app/approvals"
        self._api = api
        self._workflow_id = workflow_id

    async def ask(self, customer: str) -> str:
        """The id of a new approval's run, once it waits."""
        path = f"/workflows/{self._workflow_id}/execute"
        body = {"payload": {"amount": 1500, "customer": customer}}
        started = (await self._api.post(path, json=body)).raise_for_status().json()
        await self._api.get(f"/threads/{started['thread_id']}/runs/{started['run_id']}/join")
        return started["run_id"]

    async def ask_in_chat(self) -> None:
        """An agent's question: there is no usage to analyse."""
        body = {
            "assistant_id": "supervisor",
            "input": {"messages": [{"role": "user", "content": "Analyze my AI costs"}]},
        }
        thread = (await self._api.post("/threads", json={"metadata": {"title": "Costs"}})).json()
        await self._api.post(f"/threads/{thread['thread_id']}/runs/wait", json=body)

    async def run(self, run_id: str) -> Any:
        return (await self._api.get(f"/workflows/runs/{run_id}")).json()


@pytest.fixture(scope="module")
async def asking(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Asking]:
    service = Service(open_to_postgres(tmp_path_factory.mktemp("asking")))
    await service.start()
    async with httpx.AsyncClient(base_url=service.url, timeout=60) as api:
        made = await api.post("/workflows", json={"name": "Refunds", "blueprint": ASKING})
        workflow_id = made.raise_for_status().json()["workflow_id"]
        (await api.post(f"/workflows/{workflow_id}/activate", json={})).raise_for_status()
        yield Asking(service, api, workflow_id)
    await service.stop()


def entry(page: Page, title: str) -> Any:
    return page.get_by_test_id("approval").filter(has_text=title)


async def test_nothing_waits_and_the_page_says_what_will(
    asking: Asking, open_page: OpenPage
) -> None:
    page = await open_page(asking.url)
    await expect(page.get_by_role("heading", name="Nothing waits for you")).to_be_visible()
    assert await violations(page) == []


async def test_an_approval_is_changed_and_agreed_to(asking: Asking, open_page: OpenPage) -> None:
    run_id = await asking.ask("Asha")
    page = await open_page(asking.url)
    asked = entry(page, "Refund 1500 INR to Asha?")
    await asked.locator("summary").click()
    await expect(asked.get_by_text("It came back <b>damaged</b>.")).to_be_visible()
    amount = asked.get_by_label("trigger_data.amount")
    await amount.fill("")
    await asked.get_by_label("Comment").fill("Half of it")
    await amount.fill("750")
    await asked.get_by_role("button", name="Approve").click()
    await expect(page.get_by_text("Approved. The workflow goes on.")).to_be_visible()
    await expect(asked).to_have_count(0)
    await page.get_by_role("link", name="Settled").click()
    await asked.locator("summary").click()
    await expect(asked.get_by_text("750")).to_be_visible()
    await expect(asked.get_by_text("Half of it")).to_be_visible()
    [gate] = [node for node in (await asking.run(run_id))["nodes"] if node["node_id"] == "gate"]
    assert gate["output"]["values"] == {"trigger_data.amount": 750}


async def test_a_rejection_by_keyboard(asking: Asking, open_page: OpenPage) -> None:
    run_id = await asking.ask("Vikram")
    page = await open_page(asking.url)
    asked = entry(page, "to Vikram?")
    await asked.locator("summary").focus()
    await page.keyboard.press("Enter")
    await asked.get_by_role("button", name="Reject").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Rejected.")).to_be_visible()
    [gate] = [node for node in (await asking.run(run_id))["nodes"] if node["node_id"] == "gate"]
    assert gate["output"]["decision"] == "rejected"


async def test_a_link_opens_what_it_names_on_a_phone_in_the_dark(
    asking: Asking, open_page: OpenPage
) -> None:
    await asking.ask("Ines")
    first = await open_page(asking.url)
    key = await entry(first, "to Ines?").locator("xpath=..").get_attribute("data-key")
    page = await open_page(f"{asking.url}?id={key}", viewport=PHONE, color_scheme="dark")
    await expect(entry(page, "to Ines?").get_by_role("button", name="Approve")).to_be_visible()
    width = await page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["width"]
    assert await violations(page) == []


async def test_what_comes_while_the_page_is_open_appears(
    asking: Asking, open_page: OpenPage
) -> None:
    page = await open_page(asking.url)
    await asking.ask("Noor")
    await expect(entry(page, "to Noor?")).to_be_visible()


async def test_an_agents_question_leads_to_its_conversation(
    asking: Asking, open_page: OpenPage
) -> None:
    await asking.ask_in_chat()
    page = await open_page(asking.url)
    question = entry(page, "Usage data is needed")
    await question.locator("summary").click()
    await expect(question.get_by_label("Model")).to_be_visible()
    await question.get_by_role("link", name="Open the conversation").click()
    await expect(page.get_by_role("heading", name="Costs")).to_be_visible()
