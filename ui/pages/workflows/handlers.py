"""What the Workflows page does, over the API; it keeps nothing between calls."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

import gradio as gr
import orjson

from ui.account_client import Accounts
from ui.api_client import ApiClient, ApiError
from ui.callers import action_of, client_for
from ui.markup import escaped, heading, notice
from ui.pages import shell
from ui.pages.shell import Update
from ui.pages.workflows import gallery_views, import_views, list_views, share_views
from ui.pages.workflows.address import Address
from ui.pages.workflows.import_views import found_wrong, opened
from ui.pages.workflows.steps import steps_of, tasks_of
from ui.workflows_client import Made, Workflows

NOT_JSON = "This is no JSON. Choose a file that Export has made, or paste what is in it."
#: Of a version's note.
_MOST_OF_NOTE = 500


@dataclass(frozen=True, slots=True)
class WorkflowsParts:
    """The components that handlers write to."""

    foot: gr.HTML
    head: gr.HTML
    entries: gr.HTML


class WorkflowsHandlers:
    """The page's handlers."""

    def __init__(self, api_url: str, parts: WorkflowsParts) -> None:
        self._api_url = api_url
        self._parts = parts

    async def load(self, request: gr.Request) -> Update:
        """What the address asks for."""
        client = client_for(self._api_url, request)
        address = Address.of(dict(cast(Mapping[str, str], request.query_params)))
        shown, foot = await asyncio.gather(self._shown(client, address), shell.foot(client))
        return shown | {self._parts.foot: foot}

    async def act(self, request: gr.Request, event: gr.EventData) -> AsyncIterator[Update]:
        """A button, a form, or another address."""
        data, client = action_of(event), client_for(self._api_url, request)
        address = Address.of_query(data.get("query", ""))
        if data.get("action") == "draft":
            since = datetime.now(UTC).isoformat()
            yield {self._parts.entries: list_views.drafting(data.get("prompt", ""), since)}
        try:
            made = await _done(Workflows(client), data)
        except ApiError as error:
            yield await self._shown(client, address, str(error), data)
            return
        if made:
            yield {self._parts.entries: made}
            return
        shown = await self._shown(client, address)
        # The page's script sees by it whether this is still the answer to its address.
        shown[self._parts.entries] += f'<i hidden data-for="{escaped(data.get("query", ""))}"></i>'
        yield shown

    async def _shown(
        self,
        client: ApiClient,
        address: Address,
        problem: str = "",
        data: Mapping[str, str] | None = None,
    ) -> Update:
        """A view, with what did not work above it and what was typed still there."""
        workflows, typed = Workflows(client), data or {}
        try:
            if address.id:
                return {self._parts.entries: ""}
            if address.view == "import":
                text = typed.get("document", "")
                return self._body("Import a workflow", "", import_views.form(text, problem))
            if address.view == "templates":
                title = "Templates"
                return self._body(title, "", _said(problem) + await _templates(workflows, address))
            return await self._list(workflows, address, problem, typed.get("prompt", ""))
        except ApiError as error:
            return self._body("Workflows", "", notice(str(error)))

    async def _list(
        self, workflows: Workflows, address: Address, problem: str, prompt: str
    ) -> Update:
        page, account = await asyncio.gather(
            workflows.page(address.search()), Accounts(workflows.client).account()
        )
        if not page.total and not address.is_filtered:
            action = list_views.head_action(is_primary=False)
            return self._body("Workflows", "None yet", list_views.empty(prompt, problem), action)
        may_share = account.mode != "local"
        body = (
            list_views.sentence_form(prompt)
            + _said(problem)
            + list_views.toolbar(address)
            + await _sharing(workflows, address, may_share=may_share)
            + list_views.workflow_list(page, address, may_share=may_share)
        )
        line, action = list_views.live_line(page, address), list_views.head_action(is_primary=True)
        return self._body("Workflows", line, body, action)

    def _body(self, title: str, line: str, body: str, action: str = "") -> Update:
        parts = self._parts
        return {
            parts.head: heading(title, line, shell.menu_button(), action),
            parts.entries: body,
        }


def _said(problem: str) -> str:
    return notice(problem) if problem else ""


async def _done(workflows: Workflows, data: Mapping[str, str]) -> str:
    """Do what was asked; returns what opens the workflow that was made, if one was."""
    action, identity = data.get("action"), data.get("id", "")
    if action == "draft":
        return await _drafted(workflows, data)
    if action == "new":
        blank: dict[str, Any] = {"nodes": [], "edges": []}
        return opened(await workflows.create({"schema": 1, "name": "New workflow", **blank}))
    if made := await _copied(workflows, action, data):
        return opened(made, found_wrong(made))
    match action:
        case "duplicate":
            await workflows.duplicate(identity)
        case "activate":
            await workflows.activate(identity)
        case "deactivate":
            await workflows.deactivate(identity)
        case "delete":
            await workflows.delete(identity)
        case "rate":
            await workflows.rate(identity, int(data.get("stars", "0")))
        case "share":
            await workflows.share(identity, data.get("member", ""), data.get("rights", ""))
        case _:
            pass  # Another address: it is shown.
    return ""


async def _copied(workflows: Workflows, action: str | None, data: Mapping[str, str]) -> Made | None:
    if action == "import":
        return await workflows.import_document(_document(data.get("document", "")))
    if action == "use":
        return await workflows.use_template(data.get("id", ""))
    return None


async def _drafted(workflows: Workflows, data: Mapping[str, str]) -> str:
    prompt = data.get("prompt", "").strip()
    drafted = await workflows.draft(prompt, data.get("zone", ""))
    note = f"Drafted from: {prompt}"[:_MOST_OF_NOTE]
    made = await workflows.create(drafted.blueprint, note)
    notes = {
        "prompt": prompt,
        "assumptions": drafted.assumptions,
        "questions": drafted.questions,
        "note": drafted.note,
    }
    return opened(made, notes)


def _document(text: str) -> Mapping[str, Any]:
    """What was pasted: an exported document, or a blueprint alone. Raises `ApiError`."""
    try:
        found: Any = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise ApiError(NOT_JSON) from error
    if not isinstance(found, dict):
        raise ApiError(NOT_JSON)
    document = cast(dict[str, Any], found)
    if "blueprint" in document:
        return document
    name = str(document.get("name") or "Imported workflow")
    return {"name": name, "blueprint": document}


async def _templates(workflows: Workflows, address: Address) -> str:
    if address.template:
        return await _preview(workflows, address)
    search: dict[str, str | int] = {"limit": 200, "sort_by": address.sort or "rating"}
    wanted = {"category": address.category, "text": address.text}
    search |= {name: value for name, value in wanted.items() if value}
    found, categories = await asyncio.gather(workflows.templates(search), workflows.categories())
    return gallery_views.gallery(found, categories, address)


async def _preview(workflows: Workflows, address: Address) -> str:
    template, integrations, connections = await asyncio.gather(
        workflows.template(address.template),
        workflows.integrations(),
        workflows.client.connections(),
    )
    tasks = {(each.service, task.name): task for each in integrations for task in each.tasks}
    used = [tasks.get(task) for task in tasks_of(template.blueprint)]
    have = {connection.kind for connection in connections}
    kinds = [task.connection_kind for task in used if task and task.connection_kind]
    steps = steps_of(template.blueprint, {key: task.title for key, task in tasks.items()})
    needs = {kind: kind in have for kind in dict.fromkeys(kinds)}
    return gallery_views.preview(template, steps, needs, address)


async def _sharing(workflows: Workflows, address: Address, *, may_share: bool) -> str:
    if not (address.share and may_share):
        return ""
    shares = await workflows.shares(address.share)
    return share_views.sharing(address, shares)
